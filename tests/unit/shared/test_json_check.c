/* test_json_check.c - fields against specs: which code, which pointer, which of several codes wins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/json_in.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct field_spec item_fields[] = {
    {.name = "amount", .type = FIELD_AMOUNT, .required = true},
    {.name = "metadata", .type = FIELD_METADATA},
};
static const struct field_spec inner_fields[] = {
    {.name = "amount", .type = FIELD_AMOUNT, .required = true},
    {.name = "flag", .type = FIELD_BOOL},
};
static const struct field_spec fields[] = {
    {.name = "amount", .type = FIELD_AMOUNT, .required = true},
    {.name = "account", .type = FIELD_ID, .prefix = "acct", .not_found_as = OUTCOME_account_not_found},
    {.name = "currency", .type = FIELD_CURRENCY},
    {.name = "text", .type = FIELD_STRING, .min = 1, .max = 5},
    {.name = "name", .type = FIELD_NAME, .min = 1, .max = 8},
    {.name = "count", .type = FIELD_INT, .min = -3, .max = 100},
    {.name = "flag", .type = FIELD_BOOL},
    {.name = "colour", .type = FIELD_ENUM, .words = colours},
    {.name = "object", .type = FIELD_OBJECT},
    {.name = "inner", .type = FIELD_OBJECT, .members = inner_fields, .member_count = 2},
    {.name = "metadata", .type = FIELD_METADATA},
    {.name = "list", .type = FIELD_LIST, .min = 1, .max = 3, .items = item_fields, .item_field_count = 2},
};

static enum status check(const char *text, struct problem *ret_problem)
{
    json_t *root CLEANUP(json_decref_ptr) = NULL;
    if (json_parse_object(str_of(text), &root, ret_problem) != STATUS_OK) {
        fail_msg("not JSON: %s", text);
    }
    return json_check(root, fields, sizeof(fields) / sizeof(fields[0]), ret_problem);
}

static void accepted(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"amount\":1}",
        "{\"amount\":9007199254740991}",
        "{\"amount\":1,\"account\":\"acct_01h455vb4pex5vsknk084sn02q\",\"currency\":\"JPY\"}",
        "{\"amount\":1,\"text\":\"😀😀😀😀€\"}",
        "{\"amount\":1,\"text\":\"'; --\"}",
        "{\"amount\":1,\"name\":\"aZ09_.:-\",\"count\":-3,\"flag\":false,\"colour\":\"green\"}",
        "{\"amount\":1,\"count\":100,\"object\":{\"any\":[1]}}",
        "{\"amount\":1,\"inner\":{\"amount\":2}}",
        "{\"amount\":1,\"metadata\":{}}",
        "{\"amount\":1,\"list\":[{\"amount\":1},{\"amount\":2,\"metadata\":{\"a\":\"b\"}},{\"amount\":3}]}",
        "{\"amount\":1,\"metadata\":{\"k\":\"\",\"__proto__\":\"x\",\"line\":\"a\\nb\"}}",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct problem p = {.error_count = 99};
        if (check(cases[i], &p) != STATUS_OK) {
            fail_msg("%s: %s %s", cases[i], p.errors[0].pointer, p.errors[0].detail);
        }
        assert_int_equal(p.error_count, 99); /* untouched */
    }
}

/* One error each: its code and its pointer. */
static const struct {
    const char *name, *text;
    enum outcome outcome;
    const char *pointer;
} refusals[] = {
    {"B01 zero", "{\"amount\":0}", OUTCOME_amount_out_of_range, "/amount"},
    {"B02 negative", "{\"amount\":-1}", OUTCOME_amount_out_of_range, "/amount"},
    {"B03 minus zero", "{\"amount\":-0}", OUTCOME_amount_out_of_range, "/amount"},
    {"B04 real", "{\"amount\":1.0}", OUTCOME_wrong_type, "/amount"},
    {"B05 fraction", "{\"amount\":0.1}", OUTCOME_wrong_type, "/amount"},
    {"B06 exponent", "{\"amount\":1e2}", OUTCOME_wrong_type, "/amount"},
    {"B06 huge real", "{\"amount\":1e300}", OUTCOME_wrong_type, "/amount"},
    {"B08 string", "{\"amount\":\"100\"}", OUTCOME_wrong_type, "/amount"},
    {"B09 string with space", "{\"amount\":\" 100\"}", OUTCOME_wrong_type, "/amount"},
    {"B12 arabic digits", "{\"amount\":\"١٠٠\"}", OUTCOME_wrong_type, "/amount"},
    {"boolean", "{\"amount\":true}", OUTCOME_wrong_type, "/amount"},
    {"null", "{\"amount\":null}", OUTCOME_wrong_type, "/amount"},
    {"array", "{\"amount\":[1]}", OUTCOME_wrong_type, "/amount"},
    {"B14 2^53", "{\"amount\":9007199254740992}", OUTCOME_amount_out_of_range, "/amount"},
    {"B14 2^53+1", "{\"amount\":9007199254740993}", OUTCOME_amount_out_of_range, "/amount"},
    {"B15 int64 max", "{\"amount\":9223372036854775807}", OUTCOME_amount_out_of_range, "/amount"},
    {"B16 beyond int64", "{\"amount\":9223372036854775808}", OUTCOME_amount_out_of_range, "/amount"},
    {"B16 below int64", "{\"amount\":-9223372036854775809}", OUTCOME_amount_out_of_range, "/amount"},
    {"B17 2^64", "{\"amount\":18446744073709551616}", OUTCOME_amount_out_of_range, "/amount"},
    {"B17 beyond, others good", "{\"count\":7,\"amount\":99999999999999999999999,\"text\":\"99999\"}",
     OUTCOME_amount_out_of_range, "/amount"},
    {"missing", "{}", OUTCOME_missing_field, "/amount"},
    {"A38 unknown", "{\"amount\":1,\"a~/b\":1}", OUTCOME_unknown_field, "/a~0~1b"},
    {"F01 id", "{\"amount\":1,\"id\":\"txn_1\"}", OUTCOME_unknown_field, "/id"},
    {"F04 balance", "{\"amount\":1,\"balance\":1}", OUTCOME_unknown_field, "/balance"},
    {"other case", "{\"amount\":1,\"Amount\":1}", OUTCOME_unknown_field, "/Amount"},
    {"B23 lower case", "{\"amount\":1,\"currency\":\"usd\"}", OUTCOME_unknown_currency, "/currency"},
    {"B23 too short", "{\"amount\":1,\"currency\":\"US\"}", OUTCOME_unknown_currency, "/currency"},
    {"B23 too long", "{\"amount\":1,\"currency\":\"USDX\"}", OUTCOME_unknown_currency, "/currency"},
    {"B23 empty", "{\"amount\":1,\"currency\":\"\"}", OUTCOME_unknown_currency, "/currency"},
    {"B24 unknown", "{\"amount\":1,\"currency\":\"ZZZ\"}", OUTCOME_unknown_currency, "/currency"},
    {"currency as number", "{\"amount\":1,\"currency\":978}", OUTCOME_wrong_type, "/currency"},
    {"id malformed", "{\"amount\":1,\"account\":\"acct_x\"}", OUTCOME_account_not_found, "/account"},
    {"id of another kind", "{\"amount\":1,\"account\":\"txn_01h455vb4pex5vsknk084sn02q\"}",
     OUTCOME_account_not_found, "/account"},
    {"id as number", "{\"amount\":1,\"account\":1}", OUTCOME_wrong_type, "/account"},
    {"text empty", "{\"amount\":1,\"text\":\"\"}", OUTCOME_invalid_value, "/text"},
    {"text too long", "{\"amount\":1,\"text\":\"123456\"}", OUTCOME_invalid_value, "/text"},
    {"text with tab", "{\"amount\":1,\"text\":\"a\\tb\"}", OUTCOME_invalid_value, "/text"},
    {"G17 escape character", "{\"amount\":1,\"text\":\"\\u001b[1m\"}", OUTCOME_invalid_value, "/text"},
    {"text with DEL", "{\"amount\":1,\"text\":\"\x7f\"}", OUTCOME_invalid_value, "/text"},
    {"text null", "{\"amount\":1,\"text\":null}", OUTCOME_wrong_type, "/text"},
    {"name with space", "{\"amount\":1,\"name\":\"a b\"}", OUTCOME_invalid_value, "/name"},
    {"name with slash", "{\"amount\":1,\"name\":\"a/b\"}", OUTCOME_invalid_value, "/name"},
    {"G18 wildcard", "{\"amount\":1,\"name\":\"*\"}", OUTCOME_invalid_value, "/name"},
    {"name not ASCII", "{\"amount\":1,\"name\":\"\xc3\xa9\"}", OUTCOME_invalid_value, "/name"},
    {"count low", "{\"amount\":1,\"count\":-4}", OUTCOME_invalid_value, "/count"},
    {"count high", "{\"amount\":1,\"count\":101}", OUTCOME_invalid_value, "/count"},
    {"count beyond int64", "{\"amount\":1,\"count\":9999999999999999999}", OUTCOME_invalid_value, "/count"},
    {"flag as number", "{\"amount\":1,\"flag\":1}", OUTCOME_wrong_type, "/flag"},
    {"flag as string", "{\"amount\":1,\"flag\":\"true\"}", OUTCOME_wrong_type, "/flag"},
    {"colour unknown", "{\"amount\":1,\"colour\":\"Red\"}", OUTCOME_invalid_value, "/colour"},
    {"colour empty", "{\"amount\":1,\"colour\":\"\"}", OUTCOME_invalid_value, "/colour"},
    {"object as array", "{\"amount\":1,\"object\":[]}", OUTCOME_wrong_type, "/object"},
    {"metadata as array", "{\"amount\":1,\"metadata\":[]}", OUTCOME_wrong_type, "/metadata"},
    {"metadata null", "{\"amount\":1,\"metadata\":null}", OUTCOME_wrong_type, "/metadata"},
    {"metadata number", "{\"amount\":1,\"metadata\":{\"k/1\":1}}", OUTCOME_wrong_type, "/metadata/k~11"},
    {"A39 metadata object", "{\"amount\":1,\"metadata\":{\"k\":{\"a\":\"b\"}}}", OUTCOME_wrong_type,
     "/metadata/k"},
    {"metadata empty key", "{\"amount\":1,\"metadata\":{\"\":\"x\"}}", OUTCOME_invalid_value, "/metadata/"},
    {"metadata control key", "{\"amount\":1,\"metadata\":{\"a\\nb\":\"x\"}}", OUTCOME_invalid_value,
     "/metadata/a\nb"},
    {"metadata long key", "{\"amount\":1,\"metadata\":{\"abcdefghijabcdefghijabcdefghijabcdefghijk\":\"x\"}}",
     OUTCOME_invalid_value, "/metadata/abcdefghijabcdefghijabcdefghijabcdefghijk"},
    {"inner as array", "{\"amount\":1,\"inner\":[]}", OUTCOME_wrong_type, "/inner"},
    {"inner without", "{\"amount\":1,\"inner\":{}}", OUTCOME_missing_field, "/inner/amount"},
    {"inner unknown", "{\"amount\":1,\"inner\":{\"amount\":1,\"x\":1}}", OUTCOME_unknown_field, "/inner/x"},
    {"inner amount", "{\"amount\":1,\"inner\":{\"amount\":0}}", OUTCOME_amount_out_of_range, "/inner/amount"},
    {"after inner", "{\"amount\":1,\"inner\":{\"amount\":1},\"list\":[{\"amount\":0}]}",
     OUTCOME_amount_out_of_range, "/list/0/amount"},
    {"list as object", "{\"amount\":1,\"list\":{}}", OUTCOME_wrong_type, "/list"},
    {"list empty", "{\"amount\":1,\"list\":[]}", OUTCOME_invalid_value, "/list"},
    {"list too long", "{\"amount\":1,\"list\":[1,2,3,4]}", OUTCOME_invalid_value, "/list"},
    {"item as number", "{\"amount\":1,\"list\":[{\"amount\":1},7]}", OUTCOME_wrong_type, "/list/1"},
    {"item's amount", "{\"amount\":1,\"list\":[{\"amount\":1},{\"amount\":0}]}", OUTCOME_amount_out_of_range,
     "/list/1/amount"},
    {"item's missing amount", "{\"amount\":1,\"list\":[{}]}", OUTCOME_missing_field, "/list/0/amount"},
    {"item's unknown field", "{\"amount\":1,\"list\":[{\"amount\":1,\"a/b\":1}]}", OUTCOME_unknown_field,
     "/list/0/a~1b"},
    {"item's metadata", "{\"amount\":1,\"list\":[{\"amount\":1,\"metadata\":{\"k\":1}}]}", OUTCOME_wrong_type,
     "/list/0/metadata/k"},
};

static void refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct problem p;
        if (check(refusals[i].text, &p) != STATUS_INVALID || p.outcome != refusals[i].outcome ||
            p.error_count != 1 || strcmp(p.errors[0].pointer, refusals[i].pointer) != 0 ||
            p.errors[0].detail[0] == '\0') {
            fail_msg("%s: %zu, %s, %s", refusals[i].name, p.error_count, outcome_code(p.outcome),
                     p.errors[0].pointer);
        }
    }
}

static void all_errors_are_listed_and_the_lowest_status_wins(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum outcome outcome;
        const char *pointers[5];
    } cases[] = {
        {"{\"amount\":0,\"currency\":\"XX\"}", OUTCOME_amount_out_of_range, {"/amount", "/currency"}},
        {"{\"amount\":0,\"flag\":1}", OUTCOME_wrong_type, {"/amount", "/flag"}},
        {"{\"flag\":1,\"colour\":2,\"x\":3}", OUTCOME_unknown_field, {"/x", "/amount", "/flag", "/colour"}},
        {"{\"account\":\"x\"}", OUTCOME_missing_field, {"/amount", "/account"}},
        {"{\"amount\":99999999999999999999,\"count\":99999999999999999999,\"flag\":0}",
         OUTCOME_wrong_type,
         {"/amount", "/count", "/flag"}},
        {"{\"amount\":1,\"metadata\":{\"b\":1,\"a\":2}}", OUTCOME_wrong_type, {"/metadata/b", "/metadata/a"}},
        {"{\"amount\":0,\"list\":[{\"amount\":0},{},8]}",
         OUTCOME_missing_field,
         {"/amount", "/list/0/amount", "/list/1/amount", "/list/2"}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct problem p;
        assert_int_equal(check(cases[i].text, &p), STATUS_INVALID);
        assert_string_equal(outcome_code(p.outcome), outcome_code(cases[i].outcome));
        size_t count = 0;
        while (cases[i].pointers[count] != NULL) {
            assert_true(count < p.error_count);
            assert_string_equal(p.errors[count].pointer, cases[i].pointers[count]);
            count++;
        }
        assert_int_equal(p.error_count, count);
    }
}

static void a_key_in_the_body_names_the_header(void **state)
{
    (void)state;
    static const char *const cases[] = {"{\"amount\":1,\"key\":\"x\"}",
                                        "{\"amount\":1,\"idempotency_key\":\"x\"}"};
    for (size_t i = 0; i < 2; i++) {
        struct problem p;
        assert_int_equal(check(cases[i], &p), STATUS_INVALID);
        assert_int_equal(p.outcome, OUTCOME_unknown_field);
        assert_non_null(strstr(p.errors[0].detail, "Idempotency-Key"));
    }
}

static void enumerations_list_their_words(void **state)
{
    (void)state;
    struct problem p;
    assert_int_equal(check("{\"amount\":1,\"colour\":\"blue\"}", &p), STATUS_INVALID);
    assert_string_equal(p.errors[0].detail, "must be one of: red, green");
}

/* {"amount":1,"metadata":{"k0":"vvv", ...}} */
static enum status check_metadata(int keys, size_t value_len, struct problem *ret_problem)
{
    struct buf b CLEANUP(buf_free);
    buf_init(&b, 1 << 20);
    buf_add_str(&b, "{\"amount\":1,\"metadata\":{");
    for (int i = 0; i < keys; i++) {
        buf_addf(&b, "%s\"k%d\":\"", i > 0 ? "," : "", i);
        for (size_t at = 0; at < value_len; at++) {
            buf_add_str(&b, "\xc3\xa9"); /* characters count, not bytes */
        }
        buf_add_char(&b, '"');
    }
    buf_add_str(&b, "}}");
    return check(b.data, ret_problem);
}

static void metadata_limits(void **state)
{
    (void)state;
    struct problem p;
    assert_int_equal(check_metadata(50, 500, &p), STATUS_OK);
    assert_int_equal(check_metadata(51, 1, &p), STATUS_INVALID);
    assert_int_equal(p.outcome, OUTCOME_invalid_value);
    assert_string_equal(p.errors[0].pointer, "/metadata");
    assert_int_equal(check_metadata(20, 501, &p), STATUS_INVALID);
    assert_int_equal(p.outcome, OUTCOME_invalid_value);
    assert_int_equal(p.error_count, PROBLEM_ERRORS_MAX); /* 20 are wrong */
    assert_string_equal(p.errors[0].pointer, "/metadata/k0");
}

static void as_many_unknown_fields_as_are_read(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free);
    struct problem p;
    buf_init(&b, 1 << 20);
    buf_add_str(&b, "{\"amount\":1");
    for (int i = 0; i < JSON_VALUES_MAX - 1; i++) {
        buf_addf(&b, ",\"field%d\":%d", i, i);
    }
    buf_add_str(&b, "}");
    assert_int_equal(check(b.data, &p), STATUS_INVALID); /* A12 */
    assert_int_equal(p.outcome, OUTCOME_unknown_field);
    assert_int_equal(p.error_count, PROBLEM_ERRORS_MAX);
    assert_string_equal(p.errors[0].pointer, "/field0");
}

static void the_answer_to_a_nasty_key_is_json(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free), out CLEANUP(buf_free);
    struct problem p;
    buf_init(&b, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_add_str(&b, "{\"amount\":1,\"\\\"%s%n\\u001b");
    for (int i = 0; i < 65536 / 3; i++) {
        buf_add_str(&b, "\xe2\x82\xac");
    }
    buf_add_str(&b, "\":1}"); /* A13 */
    assert_int_equal(check(b.data, &p), STATUS_INVALID);
    problem_write(&p, &out);
    json_t *answer CLEANUP(json_decref_ptr) = json_loadb(out.data, out.len, 0, NULL);
    assert_non_null(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(refused),
        cmocka_unit_test(all_errors_are_listed_and_the_lowest_status_wins),
        cmocka_unit_test(a_key_in_the_body_names_the_header),
        cmocka_unit_test(enumerations_list_their_words),
        cmocka_unit_test(metadata_limits),
        cmocka_unit_test(as_many_unknown_fields_as_are_read),
        cmocka_unit_test(the_answer_to_a_nasty_key_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
