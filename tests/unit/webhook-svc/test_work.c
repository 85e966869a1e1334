/* test_work.c - subjects and message ids of work, and what is to be done with a message in every state of its
   work: the table of docs/decisions/0015. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "webhook-svc/domain/work.h"

#define NOW INT64_C(1800000000000000)
#define S   INT64_C(1000000)

static void subjects(void **state)
{
    (void)state;
    static const struct {
        const char *subject;
        enum status status;
        enum work_kind kind;
    } cases[] = {
        {"pay.work.webhook.wrk_01h455vb4pex5vsknk084sn02q", STATUS_OK, WORK_KIND_webhook},
        {"pay.work.delivery.wrk_01h455vb4pex5vsknk084sn02q", STATUS_OK, WORK_KIND_delivery},
        {"pay.work.charge.wrk_01h455vb4pex5vsknk084sn02q", STATUS_OK, WORK_KIND_charge},
        {"pay.work.payout.wrk_01h455vb4pex5vsknk084sn02q", STATUS_OK, WORK_KIND_payout},
        {"pay.work.other.wrk_01h455vb4pex5vsknk084sn02q", STATUS_INVALID, WORK_KIND_COUNT},
        {"pay.work.webhook.whe_01h455vb4pex5vsknk084sn02q", STATUS_INVALID, WORK_KIND_COUNT},
        {"pay.work.webhook.wrk_01h455vb4pex5vsknk084sn02q.x", STATUS_INVALID, WORK_KIND_COUNT},
        {"pay.work.webhook.wrk_01H455VB4PEX5VSKNK084SN02Q", STATUS_INVALID, WORK_KIND_COUNT},
        {"pay.work.webhook.", STATUS_INVALID, WORK_KIND_COUNT},
        {"pay.work.webhook", STATUS_INVALID, WORK_KIND_COUNT},
        {"pay.work.", STATUS_INVALID, WORK_KIND_COUNT},
        {"pay.dlq.webhook.wrk_01h455vb4pex5vsknk084sn02q", STATUS_INVALID, WORK_KIND_COUNT},
        {"", STATUS_INVALID, WORK_KIND_COUNT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum work_kind kind = WORK_KIND_COUNT;
        struct uuid id;
        char subject[WORK_SUBJECT_SIZE];
        assert_int_equal(work_subject_parse(str_of(cases[i].subject), &kind, &id), cases[i].status);
        assert_int_equal(kind, cases[i].kind);
        if (cases[i].status != STATUS_OK)
            continue;
        work_subject(WORK_SUBJECT_PREFIX, kind, &id, subject);
        assert_string_equal(subject, cases[i].subject);
    }
}

static void message_ids(void **state)
{
    (void)state;
    struct uuid id;
    char text[WORK_MESSAGE_ID_SIZE];
    assert_int_equal(typeid_parse("wrk", STR_LIT("wrk_01h455vb4pex5vsknk084sn02q"), &id), STATUS_OK);
    work_message_id(&id, 2147483647, text);
    assert_string_equal(text, "wrk_01h455vb4pex5vsknk084sn02q:2147483647");
}

static void names_of_states(void **state)
{
    (void)state;
    for (int i = 0; i < WORK_STATE_COUNT; i++) {
        enum work_state parsed = WORK_STATE_COUNT;
        assert_int_equal(work_state_parse(str_of(work_state_name((enum work_state)i)), &parsed), STATUS_OK);
        assert_int_equal(parsed, i);
    }
    enum work_state parsed;
    assert_int_equal(work_state_parse(STR_LIT("lost"), &parsed), STATUS_INVALID);
}

static void decisions(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct work work;
        struct work_message message;
        struct work_verdict wanted;
    } cases[] = {
        {"new", {.state = WORK_RECEIVED}, {true, 1, 0}, {WORK_CLAIM, 0, 0}},
        {"new, published by hand", {.state = WORK_RECEIVED}, {false, 1, 0}, {WORK_CLAIM, 0, 0}},
        {"under a lease",
         {.state = WORK_PROCESSING, .attempts = 1, .lease_until_us = NOW + 3 * S},
         {true, 2, 0},
         {WORK_WAIT, 3001, 0}},
        {"under a lease, by hand",
         {.state = WORK_PROCESSING, .attempts = 1, .lease_until_us = NOW + 3 * S},
         {false, 1, 0},
         {WORK_WAIT, 3001, 0}},
        {"lease is over: does not count",
         {.state = WORK_PROCESSING, .attempts = 1, .lease_until_us = NOW - 1},
         {true, 2, 0},
         {WORK_SUSPECT, 0, 1}},
        {"lease of one that was alone is over: counts",
         {.state = WORK_PROCESSING, .attempts = 2, .lapses = 1, .is_alone = true, .lease_until_us = NOW - 1},
         {true, 3, 0},
         {WORK_SUSPECT, 0, 1}},
        {"lease is nearly over",
         {.state = WORK_PROCESSING, .attempts = 1, .lease_until_us = NOW + 10000},
         {true, 2, 0},
         {WORK_SUSPECT, 0, 1}},
        {"the clock was put back under a lease",
         {.state = WORK_PROCESSING, .attempts = 1, .lease_until_us = NOW + 3600 * S},
         {true, 2, 0},
         {WORK_WAIT, 600000, 0}},
        {"failed, not due",
         {.state = WORK_FAILED, .attempts = 1, .next_attempt_us = NOW + 10001},
         {true, 2, 0},
         {WORK_WAIT, 11, 0}},
        {"failed, not due, and waits in the database",
         {.state = WORK_FAILED, .attempts = 1, .is_parked = true, .next_attempt_us = NOW + 3600 * S},
         {true, 2, 0},
         {WORK_ACKNOWLEDGE, 0, 0}},
        {"failed, waited in the database, and is due",
         {.state = WORK_FAILED, .attempts = 1, .is_parked = true, .next_attempt_us = NOW},
         {true, 1, 0},
         {WORK_CLAIM, 0, 0}},
        {"failed and due",
         {.state = WORK_FAILED, .attempts = 5, .next_attempt_us = NOW},
         {true, 6, 0},
         {WORK_CLAIM, 0, 0}},
        {"failed, and attempts were lost beside crashes",
         {.state = WORK_FAILED, .attempts = 9, .lapses = 4, .next_attempt_us = NOW},
         {true, 10, 0},
         {WORK_CLAIM, 0, 4}},
        {"its worker died each time, the last one of it alone",
         {.state = WORK_PROCESSING, .attempts = 7, .lapses = 1, .is_alone = true, .lease_until_us = NOW},
         {true, 8, 0},
         {WORK_BURY, 0, 1}},
        {"its worker died, and again, and it was not alone",
         {.state = WORK_PROCESSING, .attempts = 6, .lease_until_us = NOW},
         {true, 7, 0},
         {WORK_SUSPECT, 0, 1}},
        {"a payout's worker died each time",
         {.kind = WORK_KIND_payout,
          .state = WORK_PROCESSING,
          .attempts = 5,
          .lapses = 1,
          .is_alone = true,
          .lease_until_us = NOW},
         {true, 6, 0},
         {WORK_BURY, 0, 1}},
        {"delivered too often to be harmless", {.state = WORK_RECEIVED}, {true, 201, 0}, {WORK_BURY, 0, 0}},
        {"delivered often while others were suspects",
         {.state = WORK_FAILED, .attempts = 2, .lapses = 1, .next_attempt_us = NOW},
         {true, 201, 0},
         {WORK_CLAIM, 0, 1}},
        {"delivered often", {.state = WORK_RECEIVED}, {true, 200, 0}, {WORK_CLAIM, 0, 0}},
        {"done", {.state = WORK_PROCESSED, .attempts = 1}, {true, 2, 0}, {WORK_ACKNOWLEDGE, 0, 0}},
        {"done, by hand", {.state = WORK_PROCESSED, .attempts = 1}, {false, 1, 0}, {WORK_ACKNOWLEDGE, 0, 0}},
        {"dead", {.state = WORK_DEAD, .attempts = 6}, {true, 1, 0}, {WORK_TERMINATE, 0, 0}},
        {"dead, delivered again, and was there before",
         {.state = WORK_DEAD, .attempts = 6, .updated_us = NOW},
         {false, 2, NOW},
         {WORK_TERMINATE, 0, 0}},
        {"dead, by hand, and its first delivery was not decided",
         {.state = WORK_DEAD, .attempts = 6, .updated_us = NOW},
         {false, 2, NOW + 1},
         {WORK_REPLAY, 0, 0}},
        {"dead, by hand", {.state = WORK_DEAD, .attempts = 6}, {false, 1, 0}, {WORK_REPLAY, 0, 0}},
        {"missed", {.state = WORK_MISSED}, {true, 1, 0}, {WORK_TERMINATE, 0, 0}},
        {"missed, by hand", {.state = WORK_MISSED}, {false, 1, 0}, {WORK_REPLAY, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct work_verdict v = work_decide(&cases[i].work, &cases[i].message, NOW);
        if (v.action != cases[i].wanted.action || v.wait_ms != cases[i].wanted.wait_ms ||
            v.lapses != cases[i].wanted.lapses)
            fail_msg("%s: %d, %lld ms, %d lapses", cases[i].name, (int)v.action, (long long)v.wait_ms,
                     v.lapses);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects),
        cmocka_unit_test(message_ids),
        cmocka_unit_test(names_of_states),
        cmocka_unit_test(decisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
