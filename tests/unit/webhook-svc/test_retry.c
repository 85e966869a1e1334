/* test_retry.c - when the next attempt is due and when there is none; what replies mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook-svc/domain/retry.h"

static void plans(void **state)
{
    (void)state;
    static const struct {
        enum work_kind kind;
        int64_t delays_ms[16]; /* after each attempt that failed; 0: dead */
    } cases[] = {
        {WORK_KIND_webhook, {1000, 2000, 4000, 8000, 16000, 0, 0}},
        {WORK_KIND_charge, {1000, 2000, 4000, 8000, 16000, 0, 0}},
        {WORK_KIND_delivery,
         {1000, 2000, 4000, 8000, 16000, 300000, 1800000, 7200000, 18000000, 36000000, 36000000, 0, 0}},
        {WORK_KIND_payout, {10000, 30000, 90000, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int attempt = 1; attempt <= retry_attempts_max(cases[i].kind) + 1; attempt++) {
            struct retry_step step = retry_after(cases[i].kind, RESULT_TRANSIENT, attempt);
            int64_t delay_ms = cases[i].delays_ms[attempt - 1];
            assert_int_equal(step.state, delay_ms > 0 ? WORK_FAILED : WORK_DEAD);
            assert_int_equal(step.delay_ms, delay_ms);
        }
    }
}

static void results(void **state)
{
    (void)state;
    assert_int_equal(retry_after(WORK_KIND_webhook, RESULT_DONE, 6).state, WORK_PROCESSED);
    assert_int_equal(retry_after(WORK_KIND_webhook, RESULT_IGNORED, 1).state, WORK_PROCESSED);
    assert_int_equal(retry_after(WORK_KIND_webhook, RESULT_PERMANENT, 1).state, WORK_DEAD);
    assert_int_equal(retry_after(WORK_KIND_delivery, RESULT_DECLINED, 1).state, WORK_DEAD);
    assert_int_equal(retry_after(WORK_KIND_delivery, RESULT_UNWANTED, 12).state, WORK_MISSED);
    assert_true(retry_is_tried(RESULT_TRANSIENT) && retry_is_tried(RESULT_DONE));
    assert_false(retry_is_tried(RESULT_POSTPONED) || retry_is_tried(RESULT_UNWANTED));
}

/* What an owner's receiver does not take is nothing for operators; what nobody could try is. */
static void letters(void **state)
{
    (void)state;
    assert_false(retry_leaves_letter(WORK_KIND_delivery, RESULT_TRANSIENT));
    assert_false(retry_leaves_letter(WORK_KIND_delivery, RESULT_DECLINED));
    assert_true(retry_leaves_letter(WORK_KIND_delivery, RESULT_PERMANENT));
    assert_true(retry_leaves_letter(WORK_KIND_webhook, RESULT_TRANSIENT));
    assert_true(retry_leaves_letter(WORK_KIND_webhook, RESULT_PERMANENT));
}

static void replies(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum work_result wanted;
    } cases[] = {
        {200, RESULT_DONE},      {201, RESULT_DONE},      {202, RESULT_DONE},      {299, RESULT_DONE},
        {400, RESULT_PERMANENT}, {401, RESULT_PERMANENT}, {402, RESULT_PERMANENT}, {404, RESULT_PERMANENT},
        {409, RESULT_PERMANENT}, {422, RESULT_PERMANENT}, {499, RESULT_PERMANENT}, {408, RESULT_TRANSIENT},
        {425, RESULT_TRANSIENT}, {429, RESULT_TRANSIENT}, {500, RESULT_TRANSIENT}, {503, RESULT_TRANSIENT},
        {504, RESULT_TRANSIENT}, {0, RESULT_TRANSIENT},   {100, RESULT_TRANSIENT}, {302, RESULT_TRANSIENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(retry_classify(cases[i].status), cases[i].wanted);
}

/* They are asked for more, up to an hour; what is long is spread, and never earlier than asked. */
static void adjusted(void **state)
{
    (void)state;
    static const struct {
        int64_t delay_ms, asked_ms, low_ms, high_ms;
    } cases[] = {
        {1000, 0, 1000, 1000},
        {16000, 0, 16000, 16000},
        {1000, 2000, 2000, 2000},
        {1000, 60000, 60000, 60200},
        {1000, 86400000, 3600000, 3600200},
        {300000, 0, 240000, 360000},
        {36000000, 0, 28800000, 43200000},
        {300000, 310000, 310000, 370000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (uint32_t random = 0; random < 1000; random++) {
            int64_t ms = retry_adjust_ms(cases[i].delay_ms, cases[i].asked_ms, random * 4294967);
            assert_true(ms >= cases[i].low_ms && ms <= cases[i].high_ms);
        }
}

static void parked(void **state)
{
    (void)state;
    assert_false(retry_is_parked(WORK_KIND_charge, RESULT_TRANSIENT, 16000));
    assert_true(retry_is_parked(WORK_KIND_charge, RESULT_TRANSIENT, 240000));
    assert_true(retry_is_parked(WORK_KIND_charge, RESULT_POSTPONED, 2000));
    assert_true(retry_is_parked(WORK_KIND_delivery, RESULT_TRANSIENT, 1000));
    assert_int_equal(retry_after(WORK_KIND_delivery, RESULT_POSTPONED, 12).state, WORK_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans),   cmocka_unit_test(results),  cmocka_unit_test(letters),
        cmocka_unit_test(replies), cmocka_unit_test(adjusted), cmocka_unit_test(parked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
