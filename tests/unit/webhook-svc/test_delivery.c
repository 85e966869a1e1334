/* test_delivery.c - what answers mean, and how much an endpoint may have at once, a second and in hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook-svc/domain/delivery.h"

static void what_answers_mean(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum delivery_outcome outcome;
        enum work_result result;
    } cases[] = {
        {200, DELIVERY_delivered, RESULT_DONE},       {204, DELIVERY_delivered, RESULT_DONE},
        {299, DELIVERY_delivered, RESULT_DONE},       {300, DELIVERY_redirected, RESULT_TRANSIENT},
        {301, DELIVERY_redirected, RESULT_TRANSIENT}, {307, DELIVERY_redirected, RESULT_TRANSIENT},
        {400, DELIVERY_refused, RESULT_TRANSIENT},    {401, DELIVERY_refused, RESULT_TRANSIENT},
        {404, DELIVERY_refused, RESULT_TRANSIENT},    {410, DELIVERY_gone, RESULT_DECLINED},
        {429, DELIVERY_throttled, RESULT_TRANSIENT},  {500, DELIVERY_refused, RESULT_TRANSIENT},
        {502, DELIVERY_throttled, RESULT_TRANSIENT},  {503, DELIVERY_throttled, RESULT_TRANSIENT},
        {504, DELIVERY_throttled, RESULT_TRANSIENT},  {199, DELIVERY_refused, RESULT_TRANSIENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(delivery_judge(cases[i].status), cases[i].outcome);
        assert_int_equal(delivery_result(cases[i].outcome), cases[i].result);
    }
    assert_int_equal(delivery_result(DELIVERY_timeout), RESULT_TRANSIENT);
    assert_int_equal(delivery_result(DELIVERY_unreachable), RESULT_TRANSIENT);
    assert_int_equal(delivery_result(DELIVERY_untrusted), RESULT_TRANSIENT);
    assert_int_equal(delivery_result(DELIVERY_blocked), RESULT_TRANSIENT);
}

/* Bad answers are answers. What was not tried has a reason, and only a name is waited for that long. */
static void silence(void **state)
{
    (void)state;
    for (int o = 0; o < DELIVERY_OUTCOME_COUNT; o++)
        assert_int_equal(delivery_is_answered((enum delivery_outcome)o),
                         o != DELIVERY_timeout && o != DELIVERY_unreachable);
    for (int d = 0; d < DELIVERY_DELAY_COUNT; d++) {
        assert_true(delivery_delay_name((enum delivery_delay)d)[0] != '\0');
        assert_true(delivery_delay_text((enum delivery_delay)d)[0] != '\0');
    }
    const int64_t day_us = INT64_C(86400000000);
    assert_true(delivery_waits_for_name(-1) && delivery_waits_for_name(day_us - 1));
    assert_false(delivery_waits_for_name(day_us));
}

static void at_once(void **state)
{
    (void)state;
    const struct delivery_pace pace = {.at_once = 2};
    struct delivery_budget b = {0};
    int64_t again_us = 0;
    assert_true(delivery_take(&b, &pace, 1, &again_us));
    assert_true(delivery_take(&b, &pace, 1, &again_us));
    assert_false(delivery_take(&b, &pace, 1, &again_us));
    assert_int_equal(again_us, INT64_MAX);
    delivery_give_back(&b);
    assert_true(delivery_take(&b, &pace, 1, &again_us));
}

/* However it is asked: in ten seconds so many as the rate says, and a burst. */
static void a_second(void **state)
{
    (void)state;
    const struct delivery_pace pace = {.at_once = 1000, .per_second = 100};
    struct delivery_budget b = {0};
    int taken = 0;
    int64_t again_us = 0;
    for (int64_t now_us = 1000000; now_us < 11000000; now_us += 777) {
        while (delivery_take(&b, &pace, now_us, &again_us)) {
            taken++;
            delivery_give_back(&b);
        }
        assert_true(again_us > now_us && again_us <= now_us + 20000);
    }
    assert_true(taken >= 1000 && taken <= 1012);
}

/* Each of many that hang takes what it may have: there is room for one more all the same. */
static void shares(void **state)
{
    (void)state;
    enum { CAPACITY = 512, ENDPOINTS = 400 };
    int in_hand[ENDPOINTS] = {0}, free = CAPACITY;
    for (int round = 0; round < CAPACITY; round++)
        for (int i = 0; i < ENDPOINTS - 1; i++)
            if (delivery_has_share(in_hand[i], free)) {
                in_hand[i]++;
                free--;
            }
    assert_true(free >= 1);
    assert_true(delivery_has_share(0, free));
    assert_false(delivery_has_share(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_answers_mean), cmocka_unit_test(silence), cmocka_unit_test(at_once),
        cmocka_unit_test(a_second),          cmocka_unit_test(shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
