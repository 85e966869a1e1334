/* heartbeat.c - see heartbeat.h. Shown by the clock of the day when somebody asks. */
#include "shared/io/heartbeat.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "shared/core/clock.h"
#include "shared/io/metrics.h"

#define HEARTBEATS_MAX 64
#define US_PER_S       INT64_C(1000000)

struct heartbeat {
    struct metric *stage; /* the same for all threads of a stage */
    atomic_int_fast64_t until_us;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the number; never a beat */
static struct heartbeat heartbeats[HEARTBEATS_MAX];
static size_t heartbeat_count;

/* The earliest of its stage. */
static int64_t until_of(const struct metric *stage, size_t count)
{
    int64_t earliest_us = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        int64_t until_us = atomic_load_explicit(&heartbeats[i].until_us, memory_order_relaxed);
        if (heartbeats[i].stage == stage && until_us < earliest_us)
            earliest_us = until_us;
    }
    return earliest_us;
}

static void show_all(void *context)
{
    (void)context;
    (void)pthread_mutex_lock(&lock);
    size_t count = heartbeat_count;
    (void)pthread_mutex_unlock(&lock);
    int64_t since_start_us = clock_unix_us() - clock_monotonic_us();
    for (size_t i = 0; i < count; i++) {
        int64_t until_us = until_of(heartbeats[i].stage, count);
        metric_set(heartbeats[i].stage, until_us > 0 ? (since_start_us + until_us) / US_PER_S : 0);
    }
}

struct heartbeat *heartbeat_add(const char *stage)
{
    char labels[64];
    (void)snprintf(labels, sizeof(labels), "stage=\"%s\"", stage);
    struct metric *m =
        metrics_gauge("paybus_heartbeat_timestamp_seconds",
                      "Until when the stage has done all that it had to; 0: not here, or not yet.", labels);
    (void)pthread_mutex_lock(&lock);
    assert(heartbeat_count < HEARTBEATS_MAX);
    struct heartbeat *h = &heartbeats[heartbeat_count];
    h->stage = m;
    bool is_first = heartbeat_count++ == 0;
    (void)pthread_mutex_unlock(&lock);
    if (is_first)
        metrics_on_collect(show_all, NULL);
    return h;
}

void heartbeat_until(struct heartbeat *h, int64_t monotonic_us)
{
    atomic_store_explicit(&h->until_us, monotonic_us, memory_order_relaxed);
}
