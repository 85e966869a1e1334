/* test_digest.c - published BLAKE2b values, and inputs that must not collide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/digest.h"
#include "shared/core/parse.h"

static void published_values(void **state)
{
    (void)state;
    static const struct {
        const char *given, *wanted;
    } cases[] = {{"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
                 {"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct digest d;
        char text[2 * DIGEST_SIZE + 1];
        digest_of(str_of(cases[i].given), &d);
        format_hex(d.bytes, DIGEST_SIZE, text);
        assert_string_equal(text, cases[i].wanted);
    }
}

static void each_part_of_a_request_counts_and_stays_in_its_place(void **state)
{
    (void)state;
    static const char *const requests[][4] = {
        {"POST", "/v1/transfers", "", "{}"},  {"PUT", "/v1/transfers", "", "{}"},
        {"POST", "/v1/transfer", "s", "{}"},  {"POST", "/v1/transfers", "a=1", "{}"},
        {"POST", "/v1/transfers", "", "{ }"}, {"POST", "/v1/transfers{}", "", ""},
        {"POST", "/v1/transfers", "{}", ""},  {"POST/v1/transfers", "", "", "{}"},
        {"", "POST/v1/transfers", "", "{}"},  {"", "", "", ""}};
    enum { COUNT = sizeof(requests) / sizeof(requests[0]) };
    struct digest digests[COUNT], again;
    for (int i = 0; i < COUNT; i++) {
        const char *const *r = requests[i];
        digest_request(str_of(r[0]), str_of(r[1]), str_of(r[2]), str_of(r[3]), &digests[i]);
        digest_request(str_of(r[0]), str_of(r[1]), str_of(r[2]), str_of(r[3]), &again);
        assert_true(digest_equal(&digests[i], &again));
        for (int j = 0; j < i; j++) {
            assert_false(digest_equal(&digests[i], &digests[j]));
        }
    }
}

static void keys_are_scoped_by_owner_and_apart_from_slices_and_sources(void **state)
{
    (void)state;
    const struct uuid id = {{1}}, other_id = {{2}};
    struct uuid all[] = {digest_key(STR_LIT("shop"), STR_LIT("k1"), &id),
                         digest_key(STR_LIT("shop"), STR_LIT("k2"), &id),
                         digest_key(STR_LIT("shopk"), STR_LIT("1"), &id),
                         digest_key(STR_LIT("bank"), STR_LIT("k1"), &id),
                         digest_key(STR_LIT("shop"), STR_LIT(""), &id),
                         digest_key(STR_LIT("shop"), STR_LIT(""), &other_id),
                         digest_key(STR_LIT("shop"), (struct str){(const char *)id.bytes, 16}, &id),
                         digest_slice(&id, &id, 100),
                         digest_slice(&id, &id, 200),
                         digest_slice(&id, &id, 356), /* the first byte of its number is that of 100 */
                         digest_slice(&id, &other_id, 100),
                         digest_slice(&other_id, &id, 100),
                         digest_source(STR_LIT("k1")),
                         digest_source(STR_LIT("shop")),
                         digest_source(STR_LIT("webhook:we_1"))};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(uuid_compare(&all[i], &all[j]), 0);
        }
    }
    struct uuid same_key = digest_key(STR_LIT("shop"), STR_LIT("k1"), &other_id);
    assert_int_equal(uuid_compare(&same_key, &all[0]), 0); /* the command id plays no part beside a key */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(each_part_of_a_request_counts_and_stays_in_its_place),
        cmocka_unit_test(keys_are_scoped_by_owner_and_apart_from_slices_and_sources)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
