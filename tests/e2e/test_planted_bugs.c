/* test_planted_bugs.c - the watchmen are watched: each bug of shared/core/planted_bug.def is planted in
   ledger-svc in turn and must be found, by the replay of the history, by a wall of the database or by an
   assert of ours. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/trial.h"

#define CLIENTS       24
#define ACCOUNTS      6
#define WORKERS       4
#define CALLS         700
#define CALLS_MANY    3000 /* more than a thousand events */
#define CALLS_STEP    10
#define LOOK_MS       500
#define STANDSTILL_MS 20000
#define STOP_MS       10000
#define LOST_COMMIT   "was answered, and nothing of it is stored"

static struct harness h;
static struct trial trial;

struct bug {
    const char *name;
    int ledgers; /* that run */
    int calls;
    int stops;             /* of PostgreSQL in the middle */
    const char *sign;      /* what ledger-svc logs when a wall or an assert finds it */
    const char *complaint; /* else: what the replay says of it; "": something, whatever was hit */
};
static const struct bug bugs[] = {
    {"unsorted_locks", 2, CALLS_MANY, 0, "40P01", NULL},
    {"skip_idempotency", 2, CALLS, 0, "23505", NULL},
    {"slices_of_a_try", 2, CALLS_MANY, 0, NULL, ""},
    {"stale_balances", 2, CALLS, 0, "PB001", NULL},
    {"double_reversal", 2, CALLS_MANY, 0, "they give back more than there was", NULL},
    {"capture_above_hold", 2, CALLS, 0, "assertion_failed", NULL},
    {"wrong_rounding", 2, CALLS_MANY, 0, NULL, "has other entries than it asked for"},
    {"lost_event", 1, CALLS_MANY, 0, NULL, ""},
    {"ack_before_commit", 2, CALLS, 5, NULL, LOST_COMMIT},
    {"lost_release", 2, CALLS, 0, "what is held is not what its open holds hold", NULL},
    {"foreign_account", 2, CALLS, 0, NULL, ""},
    {"house_credit", 2, CALLS, 0, NULL, ""},
    {"shown_balance", 2, CALLS, 0, NULL, "was told something else than what happened"},
    {"foreign_hold", 2, CALLS, 0, NULL, ""},
    {"foreign_reversal", 2, CALLS_MANY, 0, NULL, ""},
    {"balance_not_from_entries", 2, CALLS, 0, NULL, "by the entries it is"},
};

static void restart_ledgers(const char *bug, int ledgers)
{
    for (int i = 0; i < h.ledger_count; i++)
        assert_int_not_equal(program_stop(&h.ledgers[i], SIGKILL, STOP_MS), PROGRAM_STILL_RUNS);
    for (int i = 0; i < ledgers; i++) {
        program_set(&h.ledgers[i], "PAYBUS_LEDGER_WORKERS", "%d", WORKERS); /* many lock at the same moment */
        program_set(&h.ledgers[i], "PAYBUS_PLANTED_BUG", "%s", bug);
        program_keep(&h.ledgers[i], true);
        program_start(&h.ledgers[i]);
        assert_true(program_wait_ready(&h.ledgers[i], HARNESS_READY_MS));
    }
}

static bool logged(const char *text)
{
    return program_logged(&h.ledgers[0], text) || program_logged(&h.ledgers[1], text);
}

/* That many calls, or until it is found; false when they come to a standstill. */
static bool go_on(const struct bug *bug, int calls)
{
    int still_ms = 0;
    for (int done = 0; done < calls && (bug->sign == NULL || !logged(bug->sign));) {
        bool moves = mix_progress(trial.mix, CALLS_STEP, LOOK_MS);
        done += moves ? CALLS_STEP : 0;
        still_ms = moves ? 0 : still_ms + LOOK_MS;
        if (still_ms >= STANDSTILL_MS)
            return false;
    }
    return true;
}

/* What the replay says of a run with the bug; the text is the caller's. A bug may keep everybody from getting
   any further; then outcomes that nobody knows are asked for without it. */
static int run_with(const struct bug *bug, char **ret_text)
{
    size_t len = 0;
    FILE *out = open_memstream(ret_text, &len);
    assert_non_null(out);
    restart_ledgers(bug->name, bug->ledgers);
    trial_start(&trial, &(struct mix_options){.harness = &h,
                                              .accounts = ACCOUNTS,
                                              .clients = CLIENTS,
                                              .seed = (unsigned)clock_monotonic_us()});
    bool goes_on = true;
    for (int i = 0; i <= bug->stops && goes_on; i++) {
        if (i > 0) {
            servers_postgres_stop(&h.postgres, SERVERS_STOP_IMMEDIATE);
            servers_postgres_start(&h.postgres);
        }
        goes_on = go_on(bug, bug->calls / (bug->stops + 1));
    }
    bool is_fatal = bug->sign != NULL && strcmp(bug->sign, "assertion_failed") == 0;
    if (!goes_on || is_fatal)
        restart_ledgers("", h.ledger_count);
    int complaints = trial_finish(&trial, out);
    (void)fclose(out);
    return complaints;
}

/* Without one nothing is found. */
static void no_bug(void **state)
{
    (void)state;
    static const struct bug none = {"", 2, CALLS, 1, NULL, NULL};
    char *text = NULL;
    int complaints = run_with(&none, &text);
    (void)fputs(text, stderr);
    assert_int_equal(complaints, 0);
    free(text);
}

static void bug_is_found(void **state)
{
    const struct bug *bug = *state;
    char *text = NULL;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    assert_true(bug->sign == NULL || !logged(bug->sign));
    int complaints = run_with(bug, &text);
    bool found =
        bug->sign != NULL ? logged(bug->sign) : complaints > 0 && strstr(text, bug->complaint) != NULL;
    if (!found)
        (void)fprintf(stderr, "%s was not found; %d complaints:\n%s", bug->name, complaints, text);
    assert_true(found);
    free(text);
}

static int run(void)
{
    enum { COUNT = sizeof bugs / sizeof bugs[0] };
    struct CMUnitTest tests[COUNT + 1] = {cmocka_unit_test(no_bug)};
    for (int i = 0; i < COUNT; i++)
        tests[i + 1] =
            (struct CMUnitTest){bugs[i].name, bug_is_found, NULL, NULL, (void *)(uintptr_t)&bugs[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(
        &h, &(struct harness_options){.ledgers = 2, .ingresses = 2, .slice_transfers = MIX_SLICE}, run);
}
