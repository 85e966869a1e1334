/* test_heartbeat.c - every stage of a stack without any work beats; one that cannot work does not, and does
   so again when it can. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define SOON_MS  60000
#define FRESH_S  12 /* ingress asks every five seconds */
#define OLD_S    15
#define US_PER_S INT64_C(1000000)

static struct harness h;

static const struct stage {
    const char *name;
    const struct program *program;
} stages[] = {
    {"ingress", &h.ingresses[0]},     {"commands", &h.ledgers[0]},   {"sealing", &h.ledgers[0]},
    {"relay_events", &h.ledgers[0]},  {"relay_work", &h.ledgers[0]}, {"fan_out", &h.webhooks[0]},
    {"webhook", &h.webhooks[0]},      {"delivery", &h.webhooks[0]},  {"projection", &h.recons[0]},
    {"reconciliation", &h.recons[0]},
};
#define STAGES (sizeof stages / sizeof stages[0])

static int64_t age_s(const struct stage *s)
{
    char series[80];
    (void)snprintf(series, sizeof series, "paybus_heartbeat_timestamp_seconds{stage=\"%s\"}", s->name);
    return clock_unix_us() / US_PER_S - program_metric(s->program, series);
}

static bool is_fresh(void *stage)
{
    return age_s(stage) < FRESH_S;
}

static bool is_old(void *stage)
{
    return age_s(stage) > OLD_S;
}

static const struct stage *stage_named(const char *name)
{
    size_t i = 0;
    while (i + 1 < STAGES && strcmp(stages[i].name, name) != 0)
        i++;
    return &stages[i];
}

static void wait_until(bool (*is_so)(void *stage), const char *name)
{
    const struct stage *s = stage_named(name);
    if (!eventually(is_so, (void *)(uintptr_t)s, SOON_MS))
        fail_msg("%s beat %lld s ago", name, (long long)age_s(s));
}

static void all_are_fresh(void)
{
    for (size_t i = 0; i < STAGES; i++)
        wait_until(is_fresh, stages[i].name);
}

static void a_stack_without_work_beats(void **state)
{
    (void)state;
    all_are_fresh();
}

static void without_a_bus_what_needs_it_does_not_beat(void **state)
{
    static const char *const needing[] = {"ingress", "commands", "relay_events", "relay_work", "webhook"};
    (void)state;
    servers_nats_stop(&h.nats);
    for (size_t i = 0; i < sizeof needing / sizeof needing[0]; i++)
        wait_until(is_old, needing[i]);
    assert_true(is_fresh((void *)(uintptr_t)stage_named("sealing")));
    servers_nats_start(&h.nats);
    all_are_fresh();
}

static void without_a_ledger_ingress_does_not_beat(void **state)
{
    (void)state;
    program_signal(&h.ledgers[0], SIGSTOP);
    wait_until(is_old, "ingress");
    program_signal(&h.ledgers[0], SIGCONT);
    all_are_fresh();
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_without_work_beats),
        cmocka_unit_test(without_a_bus_what_needs_it_does_not_beat),
        cmocka_unit_test(without_a_ledger_ingress_does_not_beat),
    };
    return cmocka_run_group_tests_name("heartbeat", tests, NULL, NULL);
}

int main(void)
{
    const struct harness_options options = {.webhooks = 1, .recons = 1, .recon_seconds = 5};
    return scene_main(&h, &options, run);
}
