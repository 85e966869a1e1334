/* sweeper.c - see sweeper.h. */
#include "webhook-svc/edge/sweeper.h"

#include <stdlib.h>
#include <time.h>

#include "shared/core/clock.h"
#include "shared/io/service.h"
#include "webhook-svc/edge/sweeper_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define TICK_MS   100
#define PARTS_MAX 16 /* of a sweep in a row, however much more there is */

static enum status measure(struct sweeper *s, bool *ret_more)
{
    *ret_more = false;
    enum status status = store_measure_dead_letters(s->link.db, &s->letters);
    if (status != STATUS_OK)
        return status;
    metric_set(webhook_metrics.dead_letters, s->letters.open);
    metric_set(webhook_metrics.dead_letters_oldest, s->letters.oldest_us / 1000000);
    return STATUS_OK;
}

/* What is done, and how often. */
static const struct {
    const char *name;
    sweep *run;
    int64_t every_ms;
} sweeps[] = {
    {"measure", measure, 2000},
    {"unpublished", sweep_unpublished, 1000},
    {"leftovers", sweep_leftovers, 500},
    {"facts", sweep_facts, 1000},
    {"lost_letters", sweep_lost_letters, 5000},
    {"work", sweep_work, 1000},
    {"orphans", sweep_orphans, 5000},
    {"strays", sweep_strays, 5000},
    {"due", sweep_due, 200},
    {"endpoints", sweep_endpoints, 1000},
    {"owners", measure_owners, 10000},
};
#define SWEEPS (sizeof sweeps / sizeof sweeps[0])

static void run(struct sweeper *s, size_t i)
{
    bool more = true;
    for (int parts = 0; more && parts < PARTS_MAX && !service_is_stopping(); parts++) {
        more = false;
        if (link_connect(&s->link) != STATUS_OK)
            return;
        enum status status = sweeps[i].run(s, &more);
        if (status == STATUS_OK)
            continue;
        link_failed(&s->link, sweeps[i].name, status);
        return;
    }
}

static void *sweeper_main(void *context)
{
    struct sweeper *s = context;
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    int64_t next_ms[SWEEPS] = {0};
    while (!service_is_stopping()) {
        for (size_t i = 0; i < SWEEPS; i++) {
            if (clock_monotonic_ms() < next_ms[i])
                continue;
            run(s, i);
            next_ms[i] = clock_monotonic_ms() + sweeps[i].every_ms;
        }
        (void)nanosleep(&tick, NULL);
    }
    nats_ReleaseThreadMemory();
    return NULL;
}

enum status sweeper_start(const struct webhook_config *config, struct bus *bus, struct delivery_queue *queue,
                          struct sweeper **ret_sweeper)
{
    struct sweeper *s = calloc(1, sizeof *s);
    if (s == NULL)
        return STATUS_NO_MEMORY;
    s->config = config;
    s->bus = bus;
    s->queue = queue;
    link_init(&s->link, config->database_url);
    *ret_sweeper = s; /* its owner closes it, whatever happens here */
    enum status status = requests_open(bus, SWEEP_MAX, NULL, &s->requests);
    if (status == STATUS_OK && pthread_create(&s->thread, NULL, sweeper_main, s) != 0)
        status = STATUS_FAILED;
    s->started = status == STATUS_OK;
    return status;
}

bool sweeper_database_ready(const struct sweeper *s)
{
    return atomic_load(&s->link.ready);
}

void sweeper_join(struct sweeper *s)
{
    if (s != NULL && s->started)
        (void)pthread_join(s->thread, NULL);
}

void sweeper_close(struct sweeper *s)
{
    if (s == NULL)
        return;
    requests_close(s->requests);
    link_close(&s->link);
    free(s);
}
