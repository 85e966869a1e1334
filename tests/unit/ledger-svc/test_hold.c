/* test_hold.c - every state of a hold by every event, what it still holds, its words and its JSON. */
#include "tests/unit/ledger-svc/domain_hold.h"

static const struct {
    enum hold_status from;
    enum hold_event event;
    enum outcome wanted;
    enum hold_status to; /* of ok */
} transitions[] = {
    {HOLD_authorized, HOLD_EVENT_capture_part, OUTCOME_ok, HOLD_partially_captured},
    {HOLD_authorized, HOLD_EVENT_capture_last, OUTCOME_ok, HOLD_captured},
    {HOLD_authorized, HOLD_EVENT_release, OUTCOME_ok, HOLD_released},
    {HOLD_authorized, HOLD_EVENT_expire, OUTCOME_ok, HOLD_expired},
    {HOLD_partially_captured, HOLD_EVENT_capture_part, OUTCOME_ok, HOLD_partially_captured},
    {HOLD_partially_captured, HOLD_EVENT_capture_last, OUTCOME_ok, HOLD_captured},
    {HOLD_partially_captured, HOLD_EVENT_release, OUTCOME_ok, HOLD_released},
    {HOLD_partially_captured, HOLD_EVENT_expire, OUTCOME_ok, HOLD_expired},
    {HOLD_captured, HOLD_EVENT_capture_part, OUTCOME_invalid_hold_state, 0},
    {HOLD_captured, HOLD_EVENT_capture_last, OUTCOME_invalid_hold_state, 0},
    {HOLD_captured, HOLD_EVENT_release, OUTCOME_invalid_hold_state, 0},
    {HOLD_captured, HOLD_EVENT_expire, OUTCOME_invalid_hold_state, 0},
    {HOLD_released, HOLD_EVENT_capture_part, OUTCOME_invalid_hold_state, 0},
    {HOLD_released, HOLD_EVENT_capture_last, OUTCOME_invalid_hold_state, 0},
    {HOLD_released, HOLD_EVENT_release, OUTCOME_invalid_hold_state, 0},
    {HOLD_released, HOLD_EVENT_expire, OUTCOME_invalid_hold_state, 0},
    {HOLD_expired, HOLD_EVENT_capture_part, OUTCOME_hold_expired, 0},
    {HOLD_expired, HOLD_EVENT_capture_last, OUTCOME_hold_expired, 0},
    {HOLD_expired, HOLD_EVENT_release, OUTCOME_hold_expired, 0},
    {HOLD_expired, HOLD_EVENT_expire, OUTCOME_hold_expired, 0},
};

static void every_state_by_every_event(void **state)
{
    (void)state;
    bool seen[HOLD_STATUS_COUNT][HOLD_EVENT_COUNT] = {{false}};
    for (size_t i = 0; i < COUNT(transitions); i++) {
        enum hold_status to = HOLD_STATUS_COUNT;
        enum outcome found = hold_status_next(transitions[i].from, transitions[i].event, &to);
        assert_string_equal(outcome_code(found), outcome_code(transitions[i].wanted));
        assert_int_equal(to, found == OUTCOME_ok ? transitions[i].to : HOLD_STATUS_COUNT);
        seen[transitions[i].from][transitions[i].event] = true;
    }
    for (enum hold_status s = 0; s < HOLD_STATUS_COUNT; s++) {
        for (enum hold_event e = 0; e < HOLD_EVENT_COUNT; e++) {
            assert_true(seen[s][e]);
        }
    }
}

static void only_open_ones_hold(void **state)
{
    (void)state;
    static const struct {
        enum hold_status status;
        int64_t captured, wanted;
    } rows[] = {{HOLD_authorized, 0, 100},
                {HOLD_partially_captured, 1, 99},
                {HOLD_partially_captured, 99, 1},
                {HOLD_captured, 40, 0},
                {HOLD_captured, 100, 0},
                {HOLD_released, 0, 0},
                {HOLD_released, 40, 0},
                {HOLD_expired, 0, 0},
                {HOLD_expired, 40, 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct hold h = {.amount = 100, .captured = rows[i].captured, .status = rows[i].status};
        assert_int_equal(hold_remaining(&h), rows[i].wanted);
        assert_int_equal(hold_is_open(&h), rows[i].wanted > 0);
    }
}

static void words_are_read_as_written(void **state)
{
    (void)state;
    enum hold_status found;
    for (enum hold_status s = 0; s < HOLD_STATUS_COUNT; s++) {
        assert_true(hold_status_parse(str_of(hold_status_name(s)), &found));
        assert_int_equal(found, s);
    }
    assert_false(hold_status_parse(STR_LIT("Authorized"), &found));
    assert_false(hold_status_parse(STR_LIT(""), &found));
}

static void its_time_is_over_at_expires_at(void **state)
{
    (void)state;
    struct ledger l = {.now_us = NOW_US};
    assert_false(hold_is_due(&l, &(struct hold){.expires_us = NOW_US + 1}));
    assert_true(hold_is_due(&l, &(struct hold){.expires_us = NOW_US}));
    assert_true(hold_is_due(&l, &(struct hold){.expires_us = NOW_US - 1}));
}

/* Escapes take six times the room; still there is enough. */
static void its_json(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, ann_and_bob);
    struct hold *h = world_add_hold(&w, 1, &(struct given_hold){.left_us = LEFT_US, .to_escrow = true});
    assert_str(
        hold_text(&w.ledger, h),
        "{\"id\":\"#1\",\"account\":\"$1\",\"destination\":\"$8\",\"owner\":\"ann\",\"amount\":100,"
        "\"captured\":0,\"held\":100,\"currency\":\"EUR\",\"status\":\"authorized\",\"capture_transaction\":"
        "null,\"description\":null,\"reference\":null,\"metadata\":{},\"expires_at\":\"2026-11-18T11:06:41."
        "000000Z\",\"created_at\":\"2026-11-18T11:06:39.000000Z\",\"updated_at\":\"2026-11-18T11:06:39."
        "000000Z\"}");
    char odd[500];
    memset(odd, '\1', sizeof(odd));
    h->description = (struct str){odd, sizeof(odd)};
    h->reference = (struct str){odd, 128};
    assert_true(hold_text(&w.ledger, h).len > JSON_ESCAPE_MAX * sizeof(odd));
    assert_false(w.ledger.out_of_memory);
    world_end(&w);
}

/* The clock may be set back between two batches. */
static void its_last_change_is_never_earlier(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, ann_and_bob);
    struct hold *h = world_add_hold(&w, 1, &(struct given_hold){.left_us = LEFT_US});
    h->updated_us = NOW_US + 5;
    struct command c = world_command(&w, "hold.release", ann, "{\"hold\":\"#1\"}");
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    assert_int_equal(h->status, HOLD_released);
    assert_int_equal(h->updated_us, NOW_US + 5);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_by_every_event),     cmocka_unit_test(only_open_ones_hold),
        cmocka_unit_test(words_are_read_as_written),      cmocka_unit_test(its_json),
        cmocka_unit_test(its_time_is_over_at_expires_at), cmocka_unit_test(its_last_change_is_never_earlier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
