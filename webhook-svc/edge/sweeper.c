/* sweeper.c - see sweeper.h. */
#include "webhook-svc/edge/sweeper.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "shared/core/clock.h"
#include "shared/io/service.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/webhook_metrics.h"
#include "webhook-svc/store/dead_letters.h"

#define TICK_MS      100
#define RUN_EVERY_MS 1000

struct sweeper {
    pthread_t thread;
    struct link link;
    int64_t next_run_ms;
};

static enum status measure(struct sweeper *s)
{
    struct dead_letters_size size;
    enum status status = store_measure_dead_letters(s->link.db, &size);
    if (status != STATUS_OK)
        return status;
    metric_set(webhook_metrics.dead_letters, size.open);
    metric_set(webhook_metrics.dead_letters_oldest, size.oldest_us / 1000000);
    return STATUS_OK;
}

static void run(struct sweeper *s)
{
    if (link_connect(&s->link) != STATUS_OK)
        return;
    enum status status = measure(s);
    if (status != STATUS_OK)
        link_failed(&s->link, "measure_dead_letters", status);
}

static void *sweeper_main(void *context)
{
    struct sweeper *s = context;
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    while (!service_is_stopping()) {
        if (clock_monotonic_ms() >= s->next_run_ms) {
            run(s);
            s->next_run_ms = clock_monotonic_ms() + RUN_EVERY_MS;
        }
        (void)nanosleep(&tick, NULL);
    }
    return NULL;
}

static void sweeper_free(struct sweeper *s)
{
    link_close(&s->link);
    free(s);
}

enum status sweeper_start(const struct webhook_config *config, struct sweeper **ret_sweeper)
{
    struct sweeper *s = calloc(1, sizeof *s);
    if (s == NULL)
        return STATUS_NO_MEMORY;
    link_init(&s->link, config->database_url);
    if (pthread_create(&s->thread, NULL, sweeper_main, s) != 0) {
        sweeper_free(s);
        return STATUS_FAILED;
    }
    *ret_sweeper = s;
    return STATUS_OK;
}

bool sweeper_database_ready(const struct sweeper *s)
{
    return atomic_load(&s->link.ready);
}

void sweeper_join(struct sweeper *s)
{
    if (s == NULL)
        return;
    (void)pthread_join(s->thread, NULL);
    sweeper_free(s);
}
