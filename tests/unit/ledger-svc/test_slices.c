/* test_slices.c - the answer to a batch from those to its slices, and what its sender is told when it ends
 * early. */
#include "ledger-svc/edge/slices.h"
#include "tests/unit/ledger-svc/domain_command.h"

#define ID      "batch_01m7zaaseefq182j9nmz8f6zq6"
#define MOVE    "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":1}"
#define FIVE    "{\"mode\":\"each\",\"transfers\":[" MOVE "," MOVE "," MOVE "," MOVE "," MOVE "]}"
#define FIRST   "{\"batch\":\"" ID "\",\"next\":2,\"results\":[0,1]}"
#define SECOND  "{\"next\":4,\"results\":[2,3]}"
#define LAST    "{\"results\":[4]}"
#define WHOLE   "{\"results\":[0,1,2,3,4]}"
#define PROBLEM "{\"type\":\"/problems/x\"}"

static const struct slice_rules two = {.transfers_max = 2, .key_window_days = 1};

static void start(struct world *w, struct slices *s)
{
    world_start(w);
    struct command whole = world_command(w, "transfer.batch", ann, FIVE);
    slices_begin(s, &whole, &two);
}

static void end(struct world *w, struct slices *s)
{
    slices_free(s);
    world_end(w);
}

static struct answer answer_of(enum outcome o, const char *body, bool replayed)
{
    return (struct answer){
        .outcome = o, .status = outcome_http_status(o), .replayed = replayed, .body = str_of(body)};
}

/* Takes one more slice; true: the batch is over. */
static bool take(struct slices *s, struct answer slice, struct answer *ret_whole)
{
    struct command c;
    assert_false(s->is_over);
    slices_next(s, &c);
    assert_ptr_equal(c.data, &s->part);
    bool is_over = slices_take(s, &slice, ret_whole);
    assert_int_equal(is_over, s->is_over);
    return is_over;
}

/* Whoever made the last slice has answered; who found it there repeats. */
static void put_together(void **state)
{
    (void)state;
    for (int last_replayed = 0; last_replayed < 2; last_replayed++) {
        struct world w;
        struct slices s;
        struct answer whole;
        start(&w, &s);
        assert_false(take(&s, answer_of(OUTCOME_ok, FIRST, !last_replayed), &whole));
        assert_int_equal(s.place.first, 2);
        assert_false(take(&s, answer_of(OUTCOME_ok, SECOND, false), &whole));
        assert_true(take(&s, answer_of(OUTCOME_ok, LAST, last_replayed), &whole));
        assert_int_equal(whole.status, 200);
        assert_int_equal(whole.replayed, last_replayed);
        assert_true(str_eq_c(whole.body, WHOLE));
        end(&w, &s);
    }
}

static void in_one_piece(void **state)
{
    (void)state;
    static const struct {
        enum outcome outcome;
        const char *body;
    } answers[] = {{OUTCOME_ok, LAST},
                   {OUTCOME_batch_refused, PROBLEM},
                   {OUTCOME_idempotency_key_reused, PROBLEM},
                   {OUTCOME_deadline_exceeded, PROBLEM}};
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct world w;
        struct slices s;
        struct answer whole;
        start(&w, &s);
        assert_true(take(&s, answer_of(answers[i].outcome, answers[i].body, i == 0), &whole));
        assert_int_equal(whole.outcome, answers[i].outcome);
        assert_int_equal(whole.status, outcome_http_status(answers[i].outcome));
        assert_int_equal(whole.replayed, i == 0);
        assert_ptr_equal(whole.body.data, answers[i].body);
        end(&w, &s);
    }
}

/* Once a slice is made, "nothing was done" is not said any more. */
static void refused_later(void **state)
{
    (void)state;
    static const enum outcome refusals[] = {OUTCOME_deadline_exceeded, OUTCOME_batch_unfinished};
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct world w;
        struct slices s;
        struct answer whole;
        start(&w, &s);
        assert_false(take(&s, answer_of(OUTCOME_ok, FIRST, false), &whole));
        assert_true(take(&s, answer_of(refusals[i], PROBLEM, false), &whole));
        assert_int_equal(whole.outcome, OUTCOME_batch_unfinished);
        assert_int_equal(whole.body.len, 0);
        end(&w, &s);
    }
}

static void given_up(void **state)
{
    (void)state;
    for (int taken = 0; taken < 3; taken++) {
        static const char *const bodies[] = {FIRST, SECOND};
        struct world w;
        struct slices s;
        struct answer whole;
        start(&w, &s);
        for (int i = 0; i < taken; i++) {
            assert_false(take(&s, answer_of(OUTCOME_ok, bodies[i], false), &whole));
        }
        assert_int_equal(slices_give_up(&s, OUTCOME_internal_error),
                         taken == 0 ? OUTCOME_internal_error : OUTCOME_batch_unfinished);
        assert_true(s.is_over);
        end(&w, &s);
    }
}

static void something_else_is_stored(void **state)
{
    (void)state;
    static const char *const bodies[] = {PROBLEM, "{\"next\":5,\"results\":[]}"};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct world w;
        struct slices s;
        struct answer whole;
        start(&w, &s);
        assert_true(take(&s, answer_of(OUTCOME_ok, bodies[i], true), &whole));
        assert_int_equal(whole.outcome, OUTCOME_outcome_unknown);
        assert_int_equal(whole.body.len, 0);
        end(&w, &s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_together),
        cmocka_unit_test(in_one_piece),
        cmocka_unit_test(refused_later),
        cmocka_unit_test(given_up),
        cmocka_unit_test(something_else_is_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
