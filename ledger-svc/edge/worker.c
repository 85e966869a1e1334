/* worker.c - see worker.h. */
#include "ledger-svc/edge/worker.h"

#include <pthread.h>
#include <stdlib.h>

#include "ledger-svc/edge/bulk.h"
#include "ledger-svc/edge/relay.h"
#include "shared/core/clock.h"
#include "shared/io/heartbeat.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define RECEIVE_WAIT_MS 200
#define IDLE_CHECK_US   INT64_C(1000000)
#define BULK_QUEUE_MAX  256 /* at some 30 a second; more would pass their deadline here */

struct micro_counts worker_counts[2];

struct worker {
    pthread_t thread;
    struct inbox inbox;
    struct engine engine;
    struct bulk *bulk; /* NULL: commands are done as they come */
};

/* One bounded batch; returns how many commands it had. */
static size_t run_once(struct worker *w, int wait_ms)
{
    size_t count = inbox_receive(&w->inbox, wait_ms);
    int64_t start_us = clock_monotonic_us();
    if (count > 0 && w->bulk != NULL)
        bulk_run(w->bulk, &w->engine, &w->inbox);
    else if (count > 0)
        engine_run(&w->engine, &w->inbox);
    if (count > 0) {
        micro_count_time(w->inbox.options.counts, clock_monotonic_us() - start_us);
        relay_wake(w->inbox.bus);
    }
    inbox_release(&w->inbox);
    return count;
}

/* Nothing came since then, if anything could. What comes is the engine's to beat for. */
static void beat_idle(struct worker *w, int64_t since_us)
{
    if (worker_database_ready(w) && bus_is_connected(w->inbox.bus))
        heartbeat_until(w->engine.heartbeat, since_us);
}

static void *worker_main(void *context)
{
    struct worker *w = context;
    int64_t checked_us = 0;
    while (!service_is_stopping()) {
        int64_t now_us = clock_monotonic_us();
        if (run_once(w, RECEIVE_WAIT_MS) > 0) {
            checked_us = now_us;
            continue;
        }
        if (now_us - checked_us >= IDLE_CHECK_US) {
            attempt_idle(&w->engine.attempt);
            checked_us = now_us;
        }
        beat_idle(w, now_us);
    }
    inbox_drain(&w->inbox);
    while (run_once(w, RECEIVE_WAIT_MS) > 0)
        ;
    nats_ReleaseThreadMemory();
    return NULL;
}

static void worker_free(struct worker *w)
{
    inbox_close(&w->inbox);
    attempt_close(&w->engine.attempt);
    free(w->bulk);
    free(w);
}

static enum status open_bulk(struct worker *w, const struct ledger_config *config)
{
    w->bulk = calloc(1, sizeof *w->bulk);
    if (w->bulk == NULL)
        return STATUS_NO_MEMORY;
    w->bulk->rules = (struct slice_rules){.transfers_max = (size_t)config->slice_transfers,
                                          .key_window_days = w->engine.attempt.store.key_window_days};
    return STATUS_OK;
}

enum status worker_start(const struct ledger_config *config, struct bus *bus, bool bulk,
                         struct worker **ret_worker)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL)
        return STATUS_NO_MEMORY;
    w->engine.heartbeat = heartbeat_add("commands");
    enum status s = attempt_open(&w->engine.attempt, config->database_url, config->key_retention_hours);
    const struct inbox_options options = {.bulk = bulk,
                                          .batch_commands = config->batch_commands,
                                          .queue_max = bulk ? BULK_QUEUE_MAX : config->queue_max,
                                          .counts = &worker_counts[bulk]};
    if (s == STATUS_OK && bulk)
        s = open_bulk(w, config);
    if (s == STATUS_OK)
        s = inbox_open(&w->inbox, bus, &options);
    if (s == STATUS_OK && pthread_create(&w->thread, NULL, worker_main, w) != 0)
        s = STATUS_FAILED;
    if (s != STATUS_OK) {
        worker_free(w);
        return s;
    }
    *ret_worker = w;
    return STATUS_OK;
}

bool worker_database_ready(const struct worker *w)
{
    return atomic_load(&w->engine.attempt.database_ready);
}

void worker_join(struct worker *w)
{
    if (w == NULL)
        return;
    (void)pthread_join(w->thread, NULL);
    worker_free(w);
}
