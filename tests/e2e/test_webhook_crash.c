/* test_webhook_crash.c - webhook-svc is killed at each named point between a message and its end: every event
   is processed or dead afterwards, each effect is there once, each dead letter is one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define WAIT_MS 60000
#define STOP_MS 10000
#define FUNDS   60
#define POISON  5
#define AMOUNT  2

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];
static int64_t funds, dead;

static bool mirror_is_right(void *context)
{
    (void)context;
    struct inbound_dead d = inbound_dead(&in);
    return d.published == d.open && inbound_stream_messages(&in, "PAY_DLQ") == d.open;
}

static void add_events(const char *point)
{
    char payload[160], prefix[48];
    size_t first = in.count;
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}",
                   account, AMOUNT);
    (void)snprintf(prefix, sizeof prefix, "%zu-%s-fund-", first, point);
    (void)inbound_add(&in, prefix, FUNDS, "demo.fund", payload);
    (void)snprintf(prefix, sizeof prefix, "%zu-%s-poison-", first, point);
    (void)inbound_add(&in, prefix, POISON, "demo.fund", "{\"nothing\":1}");
    inbound_publish(&in, first, FUNDS + POISON, 1);
    funds += FUNDS;
    dead += POISON;
}

static void start_to_die_at(const char *point)
{
    struct program *p = &h.webhooks[0];
    int ends = program_ends(p);
    program_set(p, "PAYBUS_CRASH_POINT", "%s:1", point);
    program_start(p);
    assert_true(program_wait_ends(p, ends + 1, WAIT_MS));
}

/* It dies at its first pass of the point, another one at that of the next point, if there is one, and a third
   one does the rest. */
static void die_at(const char *point, const char *next)
{
    struct program *p = &h.webhooks[0];
    (void)program_stop(p, SIGTERM, STOP_MS);
    add_events(point);
    start_to_die_at(point);
    if (next != NULL)
        start_to_die_at(next);
    program_set(p, "PAYBUS_CRASH_POINT", "%s", "");
    program_start(p);
    assert_true(inbound_wait(&in, WAIT_MS));
    struct inbound_counts c = inbound_count(&in);
    assert_int_equal(c.states[INBOUND_PROCESSED], funds);
    assert_int_equal(c.states[INBOUND_DEAD], dead);
    assert_int_equal(inbound_effects(&in), funds);
    assert_int_equal(harness_available(&h, account), funds * AMOUNT);
    struct inbound_dead d = inbound_dead(&in);
    assert_int_equal(d.all, dead);
    assert_int_equal(d.open, dead);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
}

static void before_a_first_try(void **state)
{
    (void)state;
    die_at("work_looked_at", NULL);
}

/* What comes for the second time is claimed. */
static void after_the_claim(void **state)
{
    (void)state;
    die_at("work_looked_at", "work_claimed");
}

static void after_the_effect(void **state)
{
    (void)state;
    die_at("work_done", NULL);
}

static void after_it_is_stored(void **state)
{
    (void)state;
    die_at("work_stored", NULL);
}

static void after_the_dead_letters_row(void **state)
{
    (void)state;
    die_at("dead_letter_stored", NULL);
}

static void after_the_dead_letter_is_published(void **state)
{
    (void)state;
    die_at("dead_letter_published", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_a_first_try),         cmocka_unit_test(after_the_claim),
        cmocka_unit_test(after_the_effect),           cmocka_unit_test(after_it_is_stored),
        cmocka_unit_test(after_the_dead_letters_row), cmocka_unit_test(after_the_dead_letter_is_published),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1, .lease_seconds = 2, .sweep_seconds = 2});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
