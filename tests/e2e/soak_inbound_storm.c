/* soak_inbound_storm.c - see storm.h: 20,000 events and 100 poison among them, sent over HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "tests/e2e/storm.h"

static struct harness h;
static struct inbound in;
static struct api api;
static char account[TYPEID_TEXT_SIZE];

static void a_storm(void **state)
{
    (void)state;
    struct storm s = {.h = &h,
                      .in = &in,
                      .api = &api,
                      .events = 20000,
                      .poison = 100,
                      .seed = (unsigned)clock_unix_us(),
                      .rest_ms = 400};
    storm_run(&s, account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_storm)};
    harness_start(
        &h, &(struct harness_options){.ledgers = 2, .webhooks = 2, .lease_seconds = 2, .sweep_seconds = 2});
    inbound_open(&in, &h);
    api_open(&api, &h, 0);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
