/* test_typeid.c - the specification's facts: known pairs both ways, and what is no TypeID. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/parse.h"
#include "shared/core/typeid.h"

static struct uuid from_hex(const char *hex)
{
    struct uuid u = {{0}};
    assert_int_equal(parse_hex(str_of(hex), u.bytes, sizeof(u.bytes)), STATUS_OK);
    return u;
}

static void known_pairs(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *text;
    } cases[] = {
        {"00000000000000000000000000000000", "acct_00000000000000000000000000"},
        {"00000000000000000000000000000001", "acct_00000000000000000000000001"},
        {"0000000000000000000000000000000a", "acct_0000000000000000000000000a"},
        {"00000000000000000000000000000010", "acct_0000000000000000000000000g"},
        {"00000000000000000000000000000020", "acct_00000000000000000000000010"},
        {"ffffffffffffffffffffffffffffffff", "acct_7zzzzzzzzzzzzzzzzzzzzzzzzz"},
        {"0110c8531d0952d8d73e1194e95b5f19", "acct_0123456789abcdefghjkmnpqrs"},
        {"01890a5dac96774bbcceb302099a8057", "acct_01h455vb4pex5vsknk084sn02q"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct uuid u = from_hex(cases[i].hex), back;
        char text[TYPEID_TEXT_SIZE];
        typeid_format("acct", &u, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(typeid_parse("acct", str_of(text), &back), STATUS_OK);
        assert_int_equal(uuid_compare(&u, &back), 0);
    }
}

static void each_bit_survives(void **state)
{
    (void)state;
    for (int bit = 0; bit < 128; bit++) {
        struct uuid u = {{0}}, back;
        u.bytes[bit / 8] = (uint8_t)(1 << bit % 8);
        char text[TYPEID_TEXT_SIZE];
        typeid_format("run", &u, text);
        assert_int_equal(typeid_parse("run", str_of(text), &back), STATUS_OK);
        assert_memory_equal(u.bytes, back.bytes, 16);
    }
}

static void text_order_is_byte_order(void **state)
{
    (void)state;
    struct uuid a = uuid7_make(1763666482123456, 1, 99), b = uuid7_make(1763666482123456, 2, 1);
    char text_a[TYPEID_TEXT_SIZE], text_b[TYPEID_TEXT_SIZE];
    typeid_format("txn", &a, text_a);
    typeid_format("txn", &b, text_b);
    assert_true(strcmp(text_a, text_b) < 0);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"empty", ""},
        {"prefix only", "acct"},
        {"no suffix", "acct_"},
        {"other prefix", "txn_01h455vb4pex5vsknk084sn02q"},
        {"longer prefix", "accts_01h455vb4pex5vsknk084sn02q"},
        {"no prefix", "01h455vb4pex5vsknk084sn02q"},
        {"upper case prefix", "ACCT_01h455vb4pex5vsknk084sn02q"},
        {"dash for underscore", "acct-01h455vb4pex5vsknk084sn02q"},
        {"suffix too short", "acct_01h455vb4pex5vsknk084sn02"},
        {"suffix too long", "acct_01h455vb4pex5vsknk084sn02qq"},
        {"beyond 128 bits", "acct_8zzzzzzzzzzzzzzzzzzzzzzzzz"},
        {"first character z", "acct_zzzzzzzzzzzzzzzzzzzzzzzzzz"},
        {"upper case suffix", "acct_01H455VB4PEX5VSKNK084SN02Q"},
        {"letter i", "acct_01i455vb4pex5vsknk084sn02q"},
        {"letter l", "acct_01l455vb4pex5vsknk084sn02q"},
        {"letter o", "acct_01o455vb4pex5vsknk084sn02q"},
        {"letter u", "acct_01u455vb4pex5vsknk084sn02q"},
        {"space", "acct_01 455vb4pex5vsknk084sn02q"},
        {"subject wildcard", "acct_01*455vb4pex5vsknk084sn02q"},
        {"dot", "acct_01.455vb4pex5vsknk084sn02q"},
        {"hyphen", "acct_01-455vb4pex5vsknk084sn02q"},
        {"non-ASCII first", "acct_\xc3\xa9h455vb4pex5vsknk084sn02q"},
        {"uuid text", "acct_01890a5d-ac96-774b-bcce-b302099a8057"},
    };
    struct uuid u = {{42}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (typeid_parse("acct", str_of(cases[i].text), &u) != STATUS_INVALID) {
            fail_msg("%s", cases[i].name);
        }
    }
    assert_int_equal(typeid_parse("acct", str_of(NULL), &u), STATUS_INVALID);
    assert_int_equal(typeid_parse("acct",
                                  STR_LIT("acct_01\0"
                                          "455vb4pex5vsknk084sn02q"),
                                  &u),
                     STATUS_INVALID);
    assert_int_equal(u.bytes[0], 42); /* untouched */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_pairs), cmocka_unit_test(each_bit_survives),
                                       cmocka_unit_test(text_order_is_byte_order), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
