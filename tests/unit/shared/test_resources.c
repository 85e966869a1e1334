/* test_resources.c - the shapes, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "shared/contract/resources.h"

static void account_shape(void **state)
{
    (void)state;
    struct account_resource a = {.owner = STR_LIT("shop"),
                                 .type = STR_LIT("merchant"),
                                 .currency = STR_LIT("EUR"),
                                 .name = STR_LIT("Corner \"Shop\""),
                                 .status = STR_LIT("open"),
                                 .debits_posted = 300,
                                 .credits_posted = 1000,
                                 .debits_pending = 50,
                                 .credits_pending = 7,
                                 .version = 4};
    struct buf b CLEANUP(buf_free);
    struct json_out out;
    buf_init(&b, 1000);
    json_out_init(&out, &b);
    account_write(&out, &a);
    assert_string_equal(
        b.data, "{\"id\":\"acct_00000000000000000000000000\",\"owner\":\"shop\",\"type\":\"merchant\","
                "\"currency\":\"EUR\",\"name\":\"Corner \\\"Shop\\\"\",\"status\":\"open\","
                "\"posted\":700,\"held\":50,\"available\":650,\"debits_posted\":300,"
                "\"credits_posted\":1000,\"debits_pending\":50,\"credits_pending\":7,\"version\":4,"
                "\"created_at\":\"1970-01-01T00:00:00.000000Z\",\"metadata\":{}}");
}

static void an_account_below_zero(void **state)
{
    (void)state;
    struct account_resource a = {.debits_posted = INT64_MAX, .metadata = STR_LIT("{\"k\":\"v\"}")};
    struct buf b CLEANUP(buf_free);
    struct json_out out;
    buf_init(&b, 1000);
    json_out_init(&out, &b);
    account_write(&out, &a);
    json_t *root CLEANUP(json_decrefp) = json_loadb(b.data, b.len, 0, NULL);
    assert_true(json_integer_value(json_object_get(root, "posted")) == -INT64_MAX);
    assert_true(json_integer_value(json_object_get(root, "available")) == -INT64_MAX);
    assert_string_equal(json_string_value(json_object_get(json_object_get(root, "metadata"), "k")), "v");
}

static void entry_shape(void **state)
{
    (void)state;
    struct entry_resource e = {.direction = STR_LIT("debit"),
                               .currency = STR_LIT("JPY"),
                               .amount = 12,
                               .balance_after = -5,
                               .may_read_balance = true};
    struct buf b CLEANUP(buf_free);
    struct json_out out;
    buf_init(&b, 1000);
    json_out_init(&out, &b);
    entry_write(&out, &e);
    e.may_read_balance = false;
    entry_write(&out, &e);
    assert_string_equal(
        b.data, "{\"account\":\"acct_00000000000000000000000000\",\"direction\":\"debit\",\"amount\":12,"
                "\"currency\":\"JPY\",\"balance_after\":-5},"
                "{\"account\":\"acct_00000000000000000000000000\",\"direction\":\"debit\",\"amount\":12,"
                "\"currency\":\"JPY\",\"balance_after\":null}");
}

static void transaction_shape_stays_open(void **state)
{
    (void)state;
    struct transaction_resource t = {.kind = STR_LIT("transfer"),
                                     .currency = STR_LIT("EUR"),
                                     .reference = STR_LIT("inv-1"),
                                     .amount = 5,
                                     .created_us = 1};
    struct buf b CLEANUP(buf_free);
    struct json_out out;
    buf_init(&b, 1000);
    json_out_init(&out, &b);
    transaction_open(&out, &t);
    json_key(&out, "entries");
    json_array_open(&out);
    json_array_close(&out);
    json_object_close(&out);
    assert_string_equal(b.data,
                        "{\"id\":\"txn_00000000000000000000000000\",\"kind\":\"transfer\",\"amount\":5,"
                        "\"currency\":\"EUR\",\"description\":null,\"reference\":\"inv-1\",\"metadata\":{},"
                        "\"created_at\":\"1970-01-01T00:00:00.000001Z\",\"entries\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(account_shape),
                                       cmocka_unit_test(an_account_below_zero), cmocka_unit_test(entry_shape),
                                       cmocka_unit_test(transaction_shape_stays_open)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
