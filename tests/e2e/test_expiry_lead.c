/* test_expiry_lead.c - one ledger-svc expires holds at a time. Whichever of two stops (SIGSTOP, which no
   timeout of PostgreSQL notices while its session is idle) or ends, the other takes over. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/money_checker.h"
#include "tests/support/process.h"

#define ON_TIME_MS    (1000 + 1000) /* its time, and the second after it */
#define TAKEN_OVER_MS 12000         /* silent for 5 s, ended, and room for a busy machine */
#define TRIES         5

static struct harness h;
static struct api api;

static bool is_expired(void *context)
{
    const char *hold = context;
    assert_int_equal(api_get(&api, "/v1/holds/%s", hold), 200);
    return strcmp(api_string(&api, "status"), "expired") == 0;
}

/* A hold of one second; fails unless it expires within the time. */
static void expect_expiry(int within_ms)
{
    char key[HARNESS_KEY_SIZE], hold[TYPEID_TEXT_SIZE];
    harness_new_key(key);
    int status = 504; /* while one is stopped the bus may hand it all of a request's copies */
    for (int tries = 0; tries < TRIES && status == 504; tries++)
        status = api_post(&api, "/v1/holds", key, "{'account':'@alice','amount':5,'ttl_seconds':1}");
    assert_true(status == 201 || status == 200);
    (void)snprintf(hold, sizeof hold, "%s", api_string(&api, "hold.id"));
    int64_t start_ms = clock_monotonic_ms();
    assert_true(eventually(is_expired, hold, within_ms));
    print_message("  expired after %lld ms\n", (long long)(clock_monotonic_ms() - start_ms));
}

static void with_both(void **state)
{
    (void)state;
    expect_expiry(TAKEN_OVER_MS); /* the first may still be connecting */
    expect_expiry(ON_TIME_MS);
}

static void whichever_stops(void **state)
{
    (void)state;
    for (int i = 0; i < h.ledger_count; i++) {
        program_signal(&h.ledgers[i], SIGSTOP);
        expect_expiry(TAKEN_OVER_MS);
        program_signal(&h.ledgers[i], SIGCONT);
        assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    }
}

static void whichever_is_killed(void **state)
{
    (void)state;
    for (int i = 0; i < h.ledger_count; i++) {
        program_signal(&h.ledgers[i], SIGKILL);
        expect_expiry(TAKEN_OVER_MS);
        assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    }
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_both),
        cmocka_unit_test(whichever_stops),
        cmocka_unit_test(whichever_is_killed),
        cmocka_unit_test(books_are_right),
    };
    char alice[TYPEID_TEXT_SIZE];
    harness_start(&h, &(struct harness_options){.ledgers = 2});
    harness_keep_all(&h, true);
    api_open(&api, &h, 0);
    harness_open_funded(&h, "EUR", 1000, 1, &alice);
    cast_add("alice", alice);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
