/* test_cloud_event.c - facts as CloudEvents: byte by byte, with and without what is optional, and a posted
   transaction's accounts before and after, also where it touches one several times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger-svc/domain/cloud_event.h"

#define TEXT_MAX 8192
#define ID(n)                                                                                                \
    {                                                                                                        \
        {                                                                                                    \
            0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n                                       \
        }                                                                                                    \
    }
#define ALICE "acct_01j0000000e008000000000001"
#define SHOP  "acct_01j0000000e008000000000002"

static const struct fact frozen = {.seq = 17,
                                   .created_us = INT64_C(1790000000000001),
                                   .id = ID(3),
                                   .object = ID(1),
                                   .command = ID(4),
                                   .type = STR_LIT("account.frozen"),
                                   .resource = STR_LIT("account"),
                                   .owner = STR_LIT("alice"),
                                   .actor = STR_LIT("key_1"),
                                   .before = STR_LIT("{\"status\":\"open\"}"),
                                   .after = STR_LIT("{\"status\":\"frozen\"}")};

static void expect(const struct fact *f, const char *wanted)
{
    struct buf out CLEANUP(buf_free);
    buf_init(&out, TEXT_MAX);
    buf_add_str(&out, "what was there before is replaced");
    cloud_event_write(&out, f);
    assert_int_equal(buf_status(&out), STATUS_OK);
    assert_string_equal(out.data, wanted);
}

static void test_own_words(void **state)
{
    (void)state;
    expect(&frozen,
           "{\"specversion\":\"1.0\",\"id\":\"evt_01j0000000e008000000000003\",\"source\":\"/paybus/ledger\","
           "\"type\":\"account.frozen\",\"subject\":\"" ALICE "\",\"time\":\"2026-09-21T14:13:20.000001Z\","
           "\"datacontenttype\":\"application/json\",\"sequence\":\"00000000000000000017\","
           "\"data\":{\"resource\":\"account\",\"object\":\"" ALICE "\","
           "\"command\":\"cmd_01j0000000e008000000000004\",\"owner\":\"alice\",\"actor\":\"key_1\","
           "\"source\":null,"
           "\"before\":{\"status\":\"open\"},\"after\":{\"status\":\"frozen\"}}}");
}

static void test_optional(void **state)
{
    (void)state;
    struct fact f = frozen;
    f.traceparent = STR_LIT("00-1-2-00");
    f.source = STR_LIT("seed:EUR");
    f.before = (struct str){NULL, 0};
    expect(&f,
           "{\"specversion\":\"1.0\",\"id\":\"evt_01j0000000e008000000000003\",\"source\":\"/paybus/ledger\","
           "\"type\":\"account.frozen\",\"subject\":\"" ALICE "\",\"time\":\"2026-09-21T14:13:20.000001Z\","
           "\"datacontenttype\":\"application/json\",\"sequence\":\"00000000000000000017\","
           "\"traceparent\":\"00-1-2-00\",\"data\":{\"resource\":\"account\",\"object\":\"" ALICE "\","
           "\"command\":\"cmd_01j0000000e008000000000004\",\"owner\":\"alice\",\"actor\":\"key_1\","
           "\"source\":\"seed:EUR\",\"before\":null,\"after\":{\"status\":\"frozen\"}}}");
}

#define LEG(number, account_version_, direction_, amount_, balance)                                          \
    {                                                                                                        \
        .entry = {.account = ID(number),                                                                     \
                  .direction = STR_LIT(direction_),                                                          \
                  .currency = STR_LIT("EUR"),                                                                \
                  .amount = (amount_),                                                                       \
                  .balance_after = (balance),                                                                \
                  .may_read_balance = true},                                                                 \
        .account_version = (account_version_)                                                                \
    }

/* Alice pays 30 and 20, the shop gets both in one. */
static const struct fact_entry legs[] = {LEG(1, 8, "debit", 30, 70), LEG(2, 3, "credit", 50, 55),
                                         LEG(1, 9, "debit", 20, 50)};
static const struct transaction_resource transaction = {.id = ID(5),
                                                        .kind = STR_LIT("journal"),
                                                        .currency = STR_LIT("EUR"),
                                                        .amount = 50,
                                                        .created_us = INT64_C(1790000000000001)};

static void test_posted(void **state)
{
    (void)state;
    struct fact f = frozen;
    f.type = STR_LIT("transaction.posted");
    f.resource = STR_LIT("transaction");
    f.object = transaction.id;
    f.before = f.after = (struct str){NULL, 0};
    f.transaction = &transaction;
    f.entries = legs;
    f.entry_count = 3;
    expect(&f,
           "{\"specversion\":\"1.0\",\"id\":\"evt_01j0000000e008000000000003\",\"source\":\"/paybus/ledger\","
           "\"type\":\"transaction.posted\",\"subject\":\"txn_01j0000000e008000000000005\","
           "\"time\":\"2026-09-21T14:13:20.000001Z\",\"datacontenttype\":\"application/json\","
           "\"sequence\":\"00000000000000000017\",\"data\":{\"resource\":\"transaction\","
           "\"object\":\"txn_01j0000000e008000000000005\",\"command\":\"cmd_01j0000000e008000000000004\","
           "\"owner\":\"alice\",\"actor\":\"key_1\",\"source\":null,"
           "\"before\":{\"accounts\":[{\"id\":\"" ALICE "\",\"version\":7,\"posted\":100},"
           "{\"id\":\"" SHOP "\",\"version\":2,\"posted\":5}]},"
           "\"after\":{\"accounts\":[{\"id\":\"" ALICE "\",\"version\":9,\"posted\":50},"
           "{\"id\":\"" SHOP "\",\"version\":3,\"posted\":55}],"
           "\"transaction\":{\"id\":\"txn_01j0000000e008000000000005\",\"kind\":\"journal\",\"amount\":50,"
           "\"currency\":\"EUR\",\"description\":null,\"reference\":null,\"metadata\":{},"
           "\"created_at\":\"2026-09-21T14:13:20.000001Z\",\"entries\":["
           "{\"account\":\"" ALICE
           "\",\"direction\":\"debit\",\"amount\":30,\"currency\":\"EUR\",\"balance_after\":70},"
           "{\"account\":\"" SHOP
           "\",\"direction\":\"credit\",\"amount\":50,\"currency\":\"EUR\",\"balance_after\":55},"
           "{\"account\":\"" ALICE
           "\",\"direction\":\"debit\",\"amount\":20,\"currency\":\"EUR\",\"balance_after\":50}]}}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_words),
        cmocka_unit_test(test_optional),
        cmocka_unit_test(test_posted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
