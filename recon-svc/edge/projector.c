/* projector.c - see projector.h. What comes within a second is gathered and stored in one transaction, so
   that an account that moves often is written once; the messages are acknowledged behind it, and those that
   come again find that they have been consumed. */
#include "recon-svc/edge/projector.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "recon-svc/edge/recon_metrics.h"
#include "recon-svc/store/projection.h"
#include "shared/core/clock.h"
#include "shared/core/trace.h"
#include "shared/io/crash_point.h"
#include "shared/io/heartbeat.h"
#include "shared/io/log.h"
#include "shared/io/pull.h"
#include "shared/io/service.h"

#define BATCH_MAX       4096
#define MOVES_MAX       ((size_t)80000) /* of a batch; with those that waited they fit into a statement */
#define AHEAD_MAX       ((size_t)20000)
#define LOOK_US         INT64_C(250000)
#define GATHER_US       INT64_C(1000000)
#define PAUSE_NS        20000000L
#define PATIENCE_US     INT64_C(3600000000) /* a stream that is filled again takes less than half of that */
#define ACK_WAIT_MS     30000
#define ACK_PENDING_MAX 8192
#define RETRY_MS        1000
#define REST_MAX_US     INT64_C(900000)

static const struct pull_spec pull_spec = {.stream = "PAY_EVENTS",
                                           .name = "projection",
                                           .filter = "pay.evt.transaction.posted",
                                           .description = "recon-svc makes balances of it",
                                           .ack_wait_ms = ACK_WAIT_MS,
                                           .ack_pending_max = ACK_PENDING_MAX};

struct projector {
    const struct recon_config *config;
    struct bus *bus;
    struct scheduler *scheduler;
    struct store store;
    struct bell bell;
    struct pull *pull;
    struct heartbeat *heartbeat;
    pthread_t thread;
    bool started;
    struct projection_batch batch; /* what is gathered */
    int count;
    natsMsg *messages[BATCH_MAX];
    int64_t ages[BATCH_MAX];
};

/* So that a request's story does not end before its balances are compared. */
static void log_taken(struct str text)
{
    char trace[TRACE_ID_SIZE];
    json_t *event = json_loadb(text.data, text.len, 0, NULL);
    const char *traceparent = json_string_value(json_object_get(event, "traceparent"));
    log_event(LOG_DEBUG, "event_taken", log_str("id", json_string_value(json_object_get(event, "id"))),
              log_str("trace_id", trace_id_of(str_of(traceparent != NULL ? traceparent : ""), trace)));
    json_decref(event);
}

/* What cannot be read is no event of ours: who wrote it into the stream is not found out here. */
static void read_message(struct projection_batch *batch, natsMsg *message)
{
    size_t count = 0;
    struct str event = {natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message)};
    struct projection_move *moves = &batch->moves[batch->count];
    if (projection_read(event, moves, &count) != STATUS_OK)
        log_event(LOG_WARN, "event_not_read", log_str("subject", natsMsg_GetSubject(message)));
    if (log_enabled(LOG_DEBUG))
        log_taken(event);
    for (size_t i = 0; i < count; i++)
        moves[i].seen_us = batch->now_us;
    batch->count += count;
}

/* How many messages may still come, if each had the most moves. */
static int room_left(const struct projector *p)
{
    int of_moves = (int)((MOVES_MAX - p->batch.count) / PROJECTION_MOVES_MAX),
        of_messages = BATCH_MAX - p->count;
    return of_moves < of_messages ? of_moves : of_messages;
}

/* What has arrived; false: less than there is room for. */
static bool take(struct projector *p)
{
    int64_t age = 0;
    int room = room_left(p), taken = pull_take(p->pull, room, &p->messages[p->count], &age);
    metric_set(recon_metrics.events_pending, pull_pending(p->pull));
    for (int i = 0; i < taken; i++) {
        read_message(&p->batch, p->messages[p->count]);
        p->ages[p->count++] = age;
    }
    return taken == room;
}

/* Until a second is over or the batch is full: how long it worked meanwhile. */
static int64_t gather(struct projector *p)
{
    int64_t start_us = clock_monotonic_us(), worked_us = 0, now_us = start_us;
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    p->count = 0;
    p->batch.count = 0;
    p->batch.now_us = clock_unix_us();
    p->batch.before_us = p->batch.now_us - PATIENCE_US;
    do {
        bool is_all_taken = take(p);
        int64_t end_us = clock_monotonic_us();
        worked_us += end_us - now_us;
        if (p->count == 0)
            return worked_us;
        if (!is_all_taken)
            (void)nanosleep(&pause, NULL);
        now_us = clock_monotonic_us();
    } while (now_us - start_us < GATHER_US && room_left(p) > 0 && !service_is_stopping());
    return worked_us;
}

static enum status project(struct projector *p)
{
    int64_t differing = 0;
    enum status s = store_connect(&p->store);
    if (s == STATUS_OK && p->batch.count > 0)
        s = projection_store(&p->store, &p->batch, &differing);
    if (s != STATUS_OK) {
        log_event(LOG_WARN, "projection_not_stored", log_str("status", status_name(s)));
        store_disconnect(&p->store);
        return s;
    }
    metric_add(recon_metrics.events_consumed, p->count);
    if (differing > 0) {
        log_event(LOG_ERROR, "projection_differs", log_int("accounts", differing));
        scheduler_wake(p->scheduler);
    }
    return STATUS_OK;
}

static void settle(struct projector *p, enum status s, natsMsg *message, int64_t age)
{
    if (s == STATUS_OK)
        pull_acknowledge(p->pull, message, age);
    else
        pull_send_back(p->pull, message, age, RETRY_MS);
    bus_discard(p->bus, message);
}

/* As a run does: it works so much of the time only. */
static void rest(const struct projector *p, int64_t worked_us)
{
    int64_t us = worked_us * (100 - p->config->load_percent) / p->config->load_percent;
    struct timespec part = {.tv_nsec = (us < REST_MAX_US ? us : REST_MAX_US) * 1000};
    (void)nanosleep(&part, NULL);
}

/* Nothing came: until something does. */
static void wait_for_more(struct projector *p)
{
    int64_t again_us = clock_monotonic_us() + LOOK_US, pull_us = pull_look_again_us(p->pull);
    bell_wait(&p->bell, pull_us < again_us ? pull_us : again_us);
}

static void turn(struct projector *p)
{
    int64_t began_us = clock_monotonic_us(), worked_us = gather(p);
    if (p->count == 0) {
        if (pull_is_ready(p->pull) && pull_pending(p->pull) == 0)
            heartbeat_until(p->heartbeat, began_us);
        wait_for_more(p);
        return;
    }
    int64_t start_us = clock_monotonic_us();
    crash_point("projection_gathered");
    enum status s = project(p);
    crash_point("projection_stored");
    if (s == STATUS_OK)
        heartbeat_until(p->heartbeat, began_us);
    for (int i = 0; i < p->count; i++)
        settle(p, s, p->messages[i], p->ages[i]);
    rest(p, worked_us + clock_monotonic_us() - start_us);
}

static void *projector_main(void *context)
{
    struct projector *p = context;
    while (!service_is_stopping())
        turn(p);
    pull_stop(p->pull);
    bus_flush(p->bus);
    nats_ReleaseThreadMemory();
    return NULL;
}

enum status projector_start(const struct recon_config *config, struct bus *bus, struct scheduler *scheduler,
                            struct projector **ret_projector)
{
    struct projector *p = calloc(1, sizeof *p);
    if (p == NULL)
        return STATUS_NO_MEMORY;
    p->config = config;
    p->bus = bus;
    p->scheduler = scheduler;
    p->heartbeat = heartbeat_add("projection");
    store_init(&p->store, config->database_url);
    bell_init(&p->bell);
    *ret_projector = p; /* its owner closes it, whatever happens here */
    p->batch.max = MOVES_MAX + AHEAD_MAX;
    p->batch.moves = calloc(p->batch.max, sizeof *p->batch.moves);
    enum status s =
        p->batch.moves == NULL ? STATUS_NO_MEMORY : pull_open(bus, &pull_spec, &p->bell, &p->pull);
    if (s != STATUS_OK)
        return s;
    p->started = pthread_create(&p->thread, NULL, projector_main, p) == 0;
    return p->started ? STATUS_OK : STATUS_FAILED;
}

void projector_join(struct projector *p)
{
    if (p == NULL || !p->started)
        return;
    bell_ring(&p->bell);
    (void)pthread_join(p->thread, NULL);
}

void projector_close(struct projector *p)
{
    if (p == NULL)
        return;
    pull_close(p->pull);
    store_close(&p->store);
    bell_destroy(&p->bell);
    free(p->batch.moves);
    free(p);
}
