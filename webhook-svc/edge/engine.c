/* engine.c - the thread of a kind of work, and its jobs from hand to hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/service.h"
#include "webhook-svc/edge/engine_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define STREAM "PAY_WORK"
#define ACK_PENDING_MAX                                                                                      \
    20000 /* what waits for its next attempt counts, and must not keep fresh work waiting */
#define PARAMS_MAX        (64 << 20)
#define LOOK_US           INT64_C(250000)
#define DATABASE_RETRY_US INT64_C(200000)
#define SIGNS_PER_LEASE   3
#define DRAIN_US          INT64_C(7000000)
#define ASIDE_MS          60000

void job_copy_plain(const char *text, char *ret_text, size_t size)
{
    (void)snprintf(ret_text, size, "%s", text);
    for (char *c = ret_text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

void job_end(struct job *job, enum work_result result, const char *error)
{
    struct engine *e = job->engine;
    job->result = result;
    job_copy_plain(error != NULL ? error : "", job->error, sizeof job->error);
    monitor_lock(&e->monitor);
    e->ended[e->ended_count++] = job;
    monitor_unlock(&e->monitor);
    bell_ring(e->options.bell);
}

void engine_forget_suspect(struct engine *e, const struct job *job)
{
    if (e->suspect != job)
        return;
    e->suspect = NULL;
    atomic_store(&e->options.suspects->is_one_in_hand, false);
}

void engine_release(struct engine *e, struct job *job)
{
    engine_forget_suspect(e, job);
    if (job->object != NULL)
        e->handler->release(job);
    bus_discard(e->bus, job->message);
    job->message = NULL;
    job->object = NULL;
    e->free[e->free_count++] = job;
    metric_set(webhook_metrics.kinds[e->handler->kind].in_flight, e->capacity - e->free_count);
}

void engine_set_aside(struct engine *e, struct job *job)
{
    log_event(LOG_ERROR, "work_set_aside", log_str("subject", natsMsg_GetSubject(job->message)));
    metric_add(webhook_metrics.kinds[e->handler->kind].set_aside, 1);
    pull_send_back(e->pull, job->message, job->age, ASIDE_MS);
    engine_release(e, job);
}

void engine_database_failed(struct engine *e, const char *what, enum status status)
{
    link_failed(&e->link, what, status);
    e->database_retry_us = clock_monotonic_us() + DATABASE_RETRY_US;
}

static void begin(struct engine *e, natsMsg *message, int64_t age)
{
    struct job *job = e->free[--e->free_count];
    struct pull_place place = {0};
    enum work_kind kind;
    *job = (struct job){.engine = e, .message = message, .age = age, .work.kind = e->handler->kind};
    if (pull_place(message, &place) != STATUS_OK)
        log_event(LOG_ERROR, "message_without_place", log_str("subject", natsMsg_GetSubject(message)));
    if (place.stored_us == 0)
        place.stored_us = clock_unix_us();
    job->deliveries = place.deliveries;
    job->stored_us = place.stored_us;
    job->stream_seq = place.stream_seq;
    job->sign_us = clock_monotonic_us();
    job->is_nameless =
        work_subject_parse(str_of(natsMsg_GetSubject(message)), &kind, &job->work.id) != STATUS_OK;
    job->is_fresh = e->handler->knows_sources && place.deliveries == 1 && !job->is_nameless;
    e->arrived[e->arrived_count++] = job;
}

static void take(struct engine *e)
{
    natsMsg *messages[ENGINE_BATCH_MAX];
    int64_t age = 0;
    int room = e->free_count,
        count = pull_take(e->pull, room < ENGINE_BATCH_MAX ? room : ENGINE_BATCH_MAX, messages, &age);
    for (int i = 0; i < count; i++)
        begin(e, messages[i], age);
    metric_set(webhook_metrics.kinds[e->handler->kind].asking, pull_is_ready(e->pull));
    if (count > 0) {
        metric_add(webhook_metrics.kinds[e->handler->kind].received, count);
        metric_set(webhook_metrics.kinds[e->handler->kind].in_flight, e->capacity - e->free_count);
    }
}

/* One that cannot be reached costs seconds, and is not tried again at once. */
static bool has_database(struct engine *e)
{
    if (e->link.db != NULL)
        return true;
    if (clock_monotonic_us() < e->database_retry_us)
        return false;
    if (link_connect(&e->link) == STATUS_OK)
        return true;
    e->database_retry_us = clock_monotonic_us() + DATABASE_RETRY_US;
    return false;
}

/* Of what takes long: the message is not delivered to others meanwhile, and the lease goes on. */
static void show_signs_of_life(struct engine *e)
{
    struct attempt_row rows[ENGINE_BATCH_MAX];
    size_t count = 0;
    int64_t now_us = clock_monotonic_us();
    for (int i = 0; i < e->capacity && count < ENGINE_BATCH_MAX; i++) {
        struct job *job = &e->jobs[i];
        if (job->message == NULL || now_us < job->sign_us + e->progress_us)
            continue;
        job->sign_us = now_us;
        pull_go_on(e->pull, job->message, job->age);
        if (job->is_running)
            rows[count++] = (struct attempt_row){job->work.id, job->work.generation, job->work.attempts};
    }
    if (count == 0 || !has_database(e))
        return;
    enum status s = store_renew_leases(e->link.db, &e->params, rows, count, e->lease_ms);
    if (s != STATUS_OK)
        engine_database_failed(e, "renew_leases", s);
}

static bool has_ended_ones(struct engine *e)
{
    monitor_lock(&e->monitor);
    bool has = e->ended_count > 0;
    monitor_unlock(&e->monitor);
    return has;
}

static void use_database(struct engine *e)
{
    if (clock_monotonic_us() < e->database_retry_us || !has_database(e))
        return;
    if (engine_has_to_claim(e)) {
        engine_begin_first(e);
        engine_claim(e);
    }
    engine_store_again(e);
    if (e->link.db != NULL && has_ended_ones(e))
        engine_store(e);
    if (e->link.db != NULL)
        engine_claim_begun(e);
}

/* Some of them are looked for by the handler and by pull. */
static int64_t look_again_us(struct engine *e)
{
    int64_t us = clock_monotonic_us() + LOOK_US;
    int64_t pull_us = e->free_count > 0 ? pull_look_again_us(e->pull) : INT64_MAX;
    int64_t burial_us = requests_look_again_us(e->burials);
    int64_t handler_us =
        e->handler->look_again_us != NULL ? e->handler->look_again_us(e->options.context) : INT64_MAX;
    us = pull_us < us ? pull_us : us;
    us = burial_us < us ? burial_us : us;
    us = e->locked_count > 0 && e->locked_look_us < us ? e->locked_look_us : us;
    return handler_us < us ? handler_us : us;
}

static bool has_something_to_do(struct engine *e)
{
    return (engine_has_to_claim(e) || has_ended_ones(e)) && clock_monotonic_us() >= e->database_retry_us;
}

static void turn(struct engine *e)
{
    if (e->handler->look != NULL)
        e->handler->look(e->options.context);
    use_database(e);
    engine_look_at_burials(e);
    show_signs_of_life(e);
    if (!has_something_to_do(e))
        bell_wait(e->options.bell, look_again_us(e));
}

static void hand_back_some(struct engine *e, struct job *const *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        pull_give_back(e->pull, jobs[i]->message, jobs[i]->age);
        engine_release(e, jobs[i]);
    }
}

/* What was not begun goes to others at once. */
static void hand_back(struct engine *e)
{
    hand_back_some(e, e->arrived, e->arrived_count);
    hand_back_some(e, e->suspects, e->suspect_count);
    e->arrived_count = 0;
    e->suspect_count = 0;
}

/* A turn that began then ended some work, or there is none. */
static void beat(struct engine *e, int64_t began_us)
{
    bool is_idle = e->free_count == e->capacity && pull_pending(e->pull) == 0;
    if (e->link.db != NULL && pull_is_ready(e->pull) && (is_idle || e->has_ended_some))
        heartbeat_until(e->heartbeat, began_us);
    e->has_ended_some = false;
}

static void *engine_main(void *context)
{
    struct engine *e = context;
    while (!service_is_stopping()) {
        int64_t began_us = clock_monotonic_us();
        if (has_database(e)) /* without it nothing is asked for */
            take(e);
        turn(e);
        beat(e, began_us);
    }
    pull_stop(e->pull);
    hand_back(e);
    int64_t until_us = clock_monotonic_us() + DRAIN_US;
    while (e->free_count < e->capacity && clock_monotonic_us() < until_us)
        turn(e);
    bus_flush(e->bus);
    nats_ReleaseThreadMemory();
    return NULL;
}

static enum status allocate(struct engine *e)
{
    size_t n = (size_t)e->capacity;
    e->jobs = calloc(n, sizeof *e->jobs);
    e->free = calloc(n, sizeof(struct job *));
    e->arrived = calloc(n, sizeof(struct job *));
    e->ended = calloc(n, sizeof(struct job *));
    e->locked = calloc(n, sizeof(struct job *));
    if (e->jobs == NULL || e->free == NULL || e->arrived == NULL || e->ended == NULL || e->locked == NULL)
        return STATUS_NO_MEMORY;
    for (int i = 0; i < e->capacity; i++)
        e->free[e->free_count++] = &e->jobs[i];
    return STATUS_OK;
}

static void configure(struct engine *e, const struct engine_options *options)
{
    const struct webhook_config *c = options->config;
    const char *kind = work_kind_name(options->handler->kind);
    *e = (struct engine){.options = *options,
                         .handler = options->handler,
                         .bus = options->bus,
                         .heartbeat = heartbeat_add(work_kind_name(options->handler->kind)),
                         .capacity = (int)c->in_flight,
                         .lease_ms = c->lease_seconds * 1000,
                         .progress_us = c->lease_seconds * 1000000 / SIGNS_PER_LEASE};
    (void)snprintf(e->filter, sizeof e->filter, WORK_SUBJECT_PREFIX "%s.>", kind);
    e->spec = (struct pull_spec){.stream = STREAM,
                                 .name = kind,
                                 .filter = e->filter,
                                 .description = "webhook-svc works it off",
                                 .ack_wait_ms = e->lease_ms,
                                 .ack_pending_max = ACK_PENDING_MAX};
    link_init(&e->link, c->database_url);
    db_params_init(&e->params, PARAMS_MAX);
    monitor_init(&e->monitor);
}

enum status engine_start(const struct engine_options *options, struct engine **ret_engine)
{
    struct engine *e = calloc(1, sizeof *e);
    if (e == NULL)
        return STATUS_NO_MEMORY;
    configure(e, options);
    webhook_metrics_consume(e->handler->kind);
    *ret_engine = e; /* its owner closes it, whatever happens here */
    enum status s = allocate(e);
    if (s == STATUS_OK)
        s = pull_open(e->bus, &e->spec, options->bell, &e->pull);
    if (s == STATUS_OK)
        s = requests_open(e->bus, e->capacity, options->bell, &e->burials);
    if (s == STATUS_OK && pthread_create(&e->thread, NULL, engine_main, e) != 0)
        s = STATUS_FAILED;
    e->started = s == STATUS_OK;
    return s;
}

bool engine_is_ready(const struct engine *e)
{
    return atomic_load(&e->link.ready);
}

bool engine_is_asking(const struct engine *e)
{
    return e->pull != NULL && pull_is_ready(e->pull);
}

void engine_join(struct engine *e)
{
    if (e == NULL || !e->started)
        return;
    bell_ring(e->options.bell);
    (void)pthread_join(e->thread, NULL);
}

void engine_close(struct engine *e)
{
    if (e == NULL)
        return;
    pull_close(e->pull);
    requests_close(e->burials);
    for (int i = 0; e->jobs != NULL && i < e->capacity; i++)
        if (e->jobs[i].message != NULL)
            engine_release(e, &e->jobs[i]);
    link_close(&e->link);
    db_params_free(&e->params);
    monitor_destroy(&e->monitor);
    free(e->jobs);
    free(e->free);
    free(e->arrived);
    free(e->ended);
    free(e->locked);
    free(e);
}
