/* test_demo_fund.c - what demo.fund takes, and what it says of anything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook-svc/domain/demo_fund.h"

#define ACCOUNT "acct_01h455vb4pex5vsknk084sn02q"

static const struct {
    const char *payload, *data; /* data NULL: refused */
    enum outcome outcome;
    const char *pointer;
} cases[] = {
    {"{\"currency\":\"EUR\",\"account\":\"" ACCOUNT "\", \"amount\": 5}",
     "{\"account\":\"" ACCOUNT "\",\"amount\":5,\"currency\":\"EUR\"}", OUTCOME_ok, NULL},
    {"{\"account\":\"" ACCOUNT "\",\"amount\":5}", NULL, OUTCOME_missing_field, "/currency"},
    {"{\"account\":\"" ACCOUNT "\",\"amount\":5,\"currency\":\"EUR\",\"x\":1}", NULL, OUTCOME_unknown_field,
     "/x"},
    {"{\"account\":\"" ACCOUNT "\",\"amount\":\"5\",\"currency\":\"EUR\"}", NULL, OUTCOME_wrong_type,
     "/amount"},
    {"{\"account\":\"" ACCOUNT "\",\"amount\":0,\"currency\":\"EUR\"}", NULL, OUTCOME_amount_out_of_range,
     "/amount"},
    {"{\"account\":\"" ACCOUNT "\",\"amount\":9007199254740992,\"currency\":\"EUR\"}", NULL,
     OUTCOME_amount_out_of_range, "/amount"},
    {"{\"account\":\"" ACCOUNT "\",\"amount\":1,\"currency\":\"XXQ\"}", NULL, OUTCOME_unknown_currency,
     "/currency"},
    {"{\"account\":\"acct_1\",\"amount\":1,\"currency\":\"EUR\"}", NULL, OUTCOME_account_not_found,
     "/account"},
    {"[]", NULL, OUTCOME_invalid_json, NULL},
    {"", NULL, OUTCOME_invalid_json, NULL},
};

static void payloads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(buf_free) struct buf out = {0};
        struct problem p;
        buf_init(&out, 4096);
        enum status s = demo_fund_read(str_of(cases[i].payload), &out, &p);
        assert_int_equal(s, cases[i].data != NULL ? STATUS_OK : STATUS_INVALID);
        if (cases[i].data != NULL) {
            assert_string_equal(out.data, cases[i].data);
            continue;
        }
        assert_string_equal(outcome_code(p.outcome), outcome_code(cases[i].outcome));
        if (cases[i].pointer != NULL)
            assert_string_equal(p.errors[0].pointer, cases[i].pointer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(payloads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
