/* fanout.c - a batch of events is taken from the stream, its deliveries and their work are written in one
   statement, and only then are the messages acknowledged. An event that comes again finds its deliveries
   there. In between the watch looks for what the stream did not bring. */
#include "webhook-svc/edge/fanout.h"

#include <pthread.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "shared/io/crash_point.h"
#include "shared/io/heartbeat.h"
#include "shared/io/log.h"
#include "shared/io/pull.h"
#include "shared/io/service.h"
#include "webhook-svc/edge/fanout_watch.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/wake.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define LOOK_US         INT64_C(250000)
#define NOBODY_US       INT64_C(1000000) /* without endpoints: how soon a first one is noticed */
#define EARLIER_US      INT64_C(60000000)
#define ACK_WAIT_MS     30000
#define ACK_PENDING_MAX 4096
#define RETRY_MS        1000
#define US_PER_S        INT64_C(1000000)

struct fanout {
    struct bus *bus;
    struct link link;
    struct bell bell;
    struct pull_spec spec;
    struct pull *pull;
    pthread_t thread;
    bool started;
    struct subscribers subscribers;
    int64_t updated_us; /* monotonic: when they were asked for last */
    int64_t age;        /* of the consumer that brought the messages in hand */
    struct fanout_batch *batch;
    struct fanout_watch watch;
    struct heartbeat *heartbeat;
};

static void tell_made(struct fanout *f, int64_t made)
{
    metric_add(webhook_metrics.deliveries_made, made);
    if (made > 0)
        wake_relay(f->bus);
}

/* Before each batch: an endpoint that was there before an event was ordered is known when it arrives. */
static bool update_subscribers(struct fanout *f)
{
    if (f->link.db == NULL) {
        subscribers_doubt(&f->subscribers);
        fanout_watch_doubt(&f->watch);
    }
    enum status s = link_connect(&f->link);
    if (s == STATUS_OK && (s = subscribers_update(&f->subscribers, f->link.db)) != STATUS_OK)
        link_failed(&f->link, "list_endpoints", s);
    f->updated_us = clock_monotonic_us();
    return s == STATUS_OK;
}

/* What could not be written comes again. */
static void settle(struct fanout *f, natsMsg **raw, int count, bool is_done)
{
    for (int i = 0; i < count; i++) {
        if (is_done)
            pull_acknowledge(f->pull, raw[i], f->age);
        else
            pull_send_back(f->pull, raw[i], f->age, RETRY_MS);
        bus_discard(f->bus, raw[i]);
    }
}

/* A message that is no event is nobody's. */
static size_t read_messages(struct fanout *f, natsMsg **raw, int count, int64_t *ret_numbers)
{
    size_t numbers = 0;
    fanout_batch_begin(f->batch);
    for (int i = 0; i < count; i++) {
        json_t *event = json_loadb(natsMsg_GetData(raw[i]), (size_t)natsMsg_GetDataLength(raw[i]), 0, NULL);
        int64_t seq = fanout_batch_add(f->batch, event);
        if (seq > 0)
            ret_numbers[numbers++] = seq;
    }
    return numbers;
}

struct lone_event {
    struct fanout_batch *batch;
    int64_t made;
};

static enum status write_alone(struct db *db, void *context)
{
    struct lone_event *e = context;
    return fanout_batch_write_alone(e->batch, db, &e->made);
}

static enum status write_once(struct fanout *f, natsMsg **raw, int count, bool is_alone)
{
    int64_t made = 0, numbers[FANOUT_BATCH_MAX];
    struct lone_event lone = {.batch = f->batch};
    size_t number_count = read_messages(f, raw, count, numbers);
    enum status s = is_alone ? db_tx_run(f->link.db, NULL, 1, write_alone, &lone)
                             : fanout_batch_write(f->batch, f->link.db, &made);
    if (s != STATUS_OK)
        return s;
    crash_point("fanout_written");
    settle(f, raw, count, true);
    fanout_watch_add(&f->watch, numbers, number_count);
    tell_made(f, is_alone ? lone.made : made);
    return STATUS_OK;
}

/* One that is refused must not hold up the others: halved until it stands alone, then each of its deliveries
   is written for itself. Depth: the logarithm of FANOUT_BATCH_MAX. */
static enum status write_some(struct fanout *f, natsMsg **raw, int count)
{
    enum status s = write_once(f, raw, count, false);
    if (s == STATUS_OK)
        return s;
    bool is_refused = link_blames_a_row(f->link.db, s);
    link_failed(&f->link, "fan_out", s);
    is_refused = is_refused && f->link.db != NULL;
    int half = count / 2;
    if (is_refused && count > 1) {
        s = write_some(f, raw, half);
        if (s == STATUS_OK)
            return write_some(f, raw + half, count - half);
        raw += half;
        count -= half;
    } else if (is_refused) {
        s = write_once(f, raw, count, true);
        if (s == STATUS_OK)
            return s;
        link_failed(&f->link, "fan_out_alone", s);
    }
    settle(f, raw, count, false);
    return s;
}

static void work_off(struct fanout *f, natsMsg **raw, int count)
{
    if (update_subscribers(f))
        (void)write_some(f, raw, count); /* what is not written was sent back */
    else
        settle(f, raw, count, false);
}

/* Nothing is noted without endpoints, nor looked for. */
static void watch(struct fanout *f)
{
    int64_t made = 0, began_us = clock_monotonic_us();
    if (began_us < fanout_watch_due_us(&f->watch))
        return;
    if (!update_subscribers(f) || f->subscribers.count == 0) {
        fanout_watch_put_off(&f->watch);
        return;
    }
    const struct fanout_turn turn = {f->link.db, &f->subscribers, f->batch};
    enum status s = fanout_watch_turn(&f->watch, &turn, &made);
    if (s == STATUS_OK)
        heartbeat_until(f->heartbeat, began_us - f->watch.waiting_us);
    else
        link_failed(&f->link, "watch_fan_out", s);
    tell_made(f, made);
}

/* The consumer is made for the first endpoint, and begins where that was made. */
static enum status open_pull(struct fanout *f)
{
    f->spec = (struct pull_spec){.stream = "PAY_EVENTS",
                                 .name = "deliveries",
                                 .filter = "pay.evt.>",
                                 .description = "webhook-svc makes deliveries of it",
                                 .ack_wait_ms = ACK_WAIT_MS,
                                 .ack_pending_max = ACK_PENDING_MAX,
                                 .start_us = f->subscribers.created_us - EARLIER_US};
    return pull_open(f->bus, &f->spec, &f->bell, &f->pull);
}

static void rest(struct fanout *f)
{
    int64_t until_us = clock_monotonic_us() + LOOK_US, watch_us = fanout_watch_due_us(&f->watch);
    int64_t pull_us = pull_look_again_us(f->pull);
    until_us = pull_us < until_us ? pull_us : until_us;
    bell_wait(&f->bell, watch_us < until_us ? watch_us : until_us);
}

static void turn(struct fanout *f)
{
    natsMsg *raw[FANOUT_BATCH_MAX];
    bool is_stale = clock_monotonic_us() > f->updated_us + NOBODY_US;
    if (f->subscribers.count == 0 && is_stale && update_subscribers(f) && f->subscribers.count == 0)
        heartbeat_until(f->heartbeat, f->updated_us);
    if (f->subscribers.count > 0 && f->pull == NULL && open_pull(f) != STATUS_OK)
        f->pull = NULL;
    if (f->subscribers.count == 0)
        metric_set(webhook_metrics.fanout_lag, 0);
    if (f->subscribers.count == 0 || f->pull == NULL) {
        bell_wait(&f->bell, clock_monotonic_us() + LOOK_US);
        return;
    }
    int count = pull_take(f->pull, FANOUT_BATCH_MAX, raw, &f->age);
    if (count > 0) {
        metric_set(webhook_metrics.fanout_pending, pull_pending(f->pull));
        work_off(f, raw, count);
    }
    watch(f);
    if (count == 0)
        rest(f);
}

static void *fanout_main(void *context)
{
    struct fanout *f = context;
    while (!service_is_stopping())
        turn(f);
    pull_stop(f->pull);
    bus_flush(f->bus);
    if (f->link.db != NULL && fanout_watch_note(&f->watch, f->link.db) != STATUS_OK)
        log_event(LOG_DEBUG, "fan_out_not_noted"); /* it is read once more */
    nats_ReleaseThreadMemory();
    return NULL;
}

enum status fanout_start(const struct webhook_config *config, struct bus *bus,
                         const struct delivery_queue *queue, struct fanout **ret_fanout)
{
    struct fanout *f = calloc(1, sizeof *f);
    if (f == NULL)
        return STATUS_NO_MEMORY;
    f->bus = bus;
    f->heartbeat = heartbeat_add("fan_out");
    link_init(&f->link, config->database_url);
    bell_init(&f->bell);
    subscribers_init(&f->subscribers);
    fanout_watch_init(&f->watch, config->sweep_seconds * US_PER_S);
    *ret_fanout = f; /* its owner closes it, whatever happens here */
    enum status s = fanout_batch_open(&f->subscribers, queue, &f->batch);
    if (s == STATUS_OK && pthread_create(&f->thread, NULL, fanout_main, f) != 0)
        s = STATUS_FAILED;
    f->started = s == STATUS_OK;
    return s;
}

void fanout_join(struct fanout *f)
{
    if (f == NULL || !f->started)
        return;
    bell_ring(&f->bell);
    (void)pthread_join(f->thread, NULL);
}

void fanout_close(struct fanout *f)
{
    if (f == NULL)
        return;
    pull_close(f->pull);
    fanout_batch_close(f->batch);
    subscribers_free(&f->subscribers);
    link_close(&f->link);
    bell_destroy(&f->bell);
    free(f);
}
