/* scheduler.c - see scheduler.h. Requests come on a thread of nats.c and wait here for the one that runs; who
   has waited for ten seconds is told which run to look for. */
#include "recon-svc/edge/scheduler.h"

#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "recon-svc/edge/recon_metrics.h"
#include "recon-svc/edge/report.h"
#include "recon-svc/edge/run.h"
#include "recon-svc/store/anomaly_rows.h"
#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define TICK_MS    50
#define ANSWER_US  INT64_C(10000000) /* how long who asked waits for the report */
#define ACTOR_SIZE 65
#define LOOK_MS    1000

struct micro_counts scheduler_counts;

struct request {
    char reply_to[BUS_INBOX_SIZE]; /* empty: nobody waits */
    char actor[ACTOR_SIZE];
    bool is_full;
    int64_t asked_us;
};
struct scheduler {
    const struct recon_config *config;
    struct bus *bus;
    natsSubscription *subscription;
    pthread_t thread;
    struct store store;
    atomic_bool database_ready;
    int64_t look_ms, interval_s;
    pthread_mutex_t lock; /* over the rest */
    bool is_asked, is_running;
    struct request request; /* the one that waits, or whose run is under way */
    struct uuid running;
};

/* {"status":..,"replayed":false,"body":{...}}, as ledger-svc answers. */
static void answer(struct scheduler *s, const char *to, int status, struct str body)
{
    CLEANUP(buf_free) struct buf reply = {0};
    buf_init(&reply, REPORT_MAX + 1024);
    reply_write(status, false, body, &reply);
    if (to[0] != '\0' && (buf_status(&reply) != STATUS_OK ||
                          bus_publish(s->bus, to, NULL, NULL, reply.data, (int)reply.len) != STATUS_OK))
        log_event(LOG_WARN, "answer_not_sent", log_str("subject", RECON_RUN_SUBJECT));
    bus_flush(s->bus);
    micro_count(&scheduler_counts, status >= 500 ? "run_failed" : NULL);
}

static void answer_run(struct scheduler *s, const char *to, int status, const struct uuid *run)
{
    char body[128], id[TYPEID_TEXT_SIZE];
    typeid_format("run", run, id);
    int len = snprintf(body, sizeof body, "{\"run_id\":\"%s\",\"status\":\"running\"}", id);
    answer(s, to, status, (struct str){body, (size_t)len});
}

/* {}, with a mode, with who asks; false for anything else. */
static bool read_request(const char *data, int len, struct request *request)
{
    json_t *root = len > 0 ? json_loadb(data, (size_t)len, JSON_REJECT_DUPLICATES, NULL) : json_object();
    const json_t *mode = json_object_get(root, "mode"), *actor = json_object_get(root, "actor");
    const char *word = json_string_value(mode), *who = json_string_value(actor);
    bool is_full = word != NULL && strcmp(word, "full") == 0;
    bool is_mode = mode == NULL || is_full || (word != NULL && strcmp(word, "incremental") == 0);
    bool is_actor = actor == NULL || (who != NULL && *who != '\0' && strlen(who) < sizeof request->actor);
    bool is_valid = json_is_object(root) && is_mode && is_actor &&
                    json_object_size(root) == (size_t)(mode != NULL) + (actor != NULL);
    request->is_full = is_full;
    if (is_valid)
        (void)snprintf(request->actor, sizeof request->actor, "%s", who != NULL ? who : "ops");
    json_decref(root);
    return is_valid;
}

static void take_request(struct scheduler *s, const struct request *request)
{
    (void)pthread_mutex_lock(&s->lock);
    bool is_taken = s->is_asked || s->is_running;
    struct uuid running = s->running;
    if (!is_taken) {
        s->request = *request;
        s->is_asked = true;
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (is_taken)
        answer_run(s, request->reply_to, 409, &running);
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *msg,
                       void *context)
{
    (void)connection, (void)subscription;
    struct scheduler *s = context;
    struct request request = {.asked_us = clock_monotonic_us()};
    const char *to = natsMsg_GetReply(msg);
    (void)snprintf(request.reply_to, sizeof request.reply_to, "%s", to != NULL ? to : "");
    if (read_request(natsMsg_GetData(msg), natsMsg_GetDataLength(msg), &request))
        take_request(s, &request);
    else
        answer(s, request.reply_to, 400,
               STR_LIT("{\"code\":\"invalid_value\",\"detail\":\"{} or {\\\"mode\\\":\\\"full\\\"}\"}"));
    natsMsg_Destroy(msg);
}

static void on_step(void *context, const struct uuid *run)
{
    struct scheduler *s = context;
    char to[BUS_INBOX_SIZE] = "";
    (void)pthread_mutex_lock(&s->lock);
    s->running = *run;
    bool is_its_run = !s->is_asked && s->request.reply_to[0] != '\0';
    if (is_its_run && clock_monotonic_us() - s->request.asked_us > ANSWER_US) {
        memcpy(to, s->request.reply_to, sizeof to);
        s->request.reply_to[0] = '\0';
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (to[0] != '\0')
        answer_run(s, to, 202, run);
}

/* A tenth of the interval either way, so that instances do not all begin at once. */
static int64_t next_interval_s(const struct scheduler *s)
{
    int64_t seconds = s->config->interval_seconds;
    return seconds - seconds / 10 + randombytes_uniform((uint32_t)(seconds / 5) + 1);
}

/* What there is to tell after a run: how much is open, and the report to who asked. */
static void tell(struct scheduler *s, const struct run_result *result)
{
    int64_t counts[CHECK_COUNT];
    CLEANUP(buf_free) struct buf report = {0};
    buf_init(&report, REPORT_MAX);
    enum status status = store_connect(&s->store);
    if (status == STATUS_OK)
        status = anomaly_rows_count(&s->store, counts);
    if (status == STATUS_OK)
        recon_metrics_set_open(counts);
    (void)pthread_mutex_lock(&s->lock);
    struct request request = {0};
    if (!s->is_asked) { /* one that still waits is for the next run */
        request = s->request;
        s->request = (struct request){0};
    }
    s->is_running = false;
    (void)pthread_mutex_unlock(&s->lock);
    if (request.reply_to[0] == '\0')
        return;
    if (status == STATUS_OK)
        status = report_write(&s->store, &result->id, &report);
    if (result->end == RUN_BUSY)
        answer_run(s, request.reply_to, 409, &result->id);
    else if (status == STATUS_OK && result->end == RUN_COMPLETED)
        answer(s, request.reply_to, 200, (struct str){report.data, report.len});
    else
        answer(s, request.reply_to, 503, STR_LIT("{\"code\":\"unavailable\"}"));
}

static void run(struct scheduler *s, bool is_full, const char *asked_by)
{
    struct run_result result;
    const struct run_options options = {.is_full = is_full,
                                        .trigger = asked_by != NULL ? "request" : "schedule",
                                        .actor = asked_by != NULL ? asked_by : "recon-svc",
                                        .on_step = on_step,
                                        .context = s};
    (void)pthread_mutex_lock(&s->lock);
    s->is_running = true;
    (void)pthread_mutex_unlock(&s->lock);
    metric_set(recon_metrics.is_running, 1);
    (void)run_once(s->config, &s->store, &options, &result);
    metric_set(recon_metrics.is_running, 0);
    recon_metrics_count_run(&result, is_full);
    tell(s, &result);
    s->interval_s = next_interval_s(s);
    s->look_ms = clock_monotonic_ms() + LOOK_MS;
}

/* Other instances and recon-svc --once count, too. */
static enum status read_due(struct scheduler *s, bool *ret_is_due, bool *ret_is_full)
{
    int64_t any_s = 0, full_s = 0;
    enum status status = store_connect(&s->store);
    if (status == STATUS_OK)
        status = run_last_ends(&s->store, &any_s, &full_s);
    if (status != STATUS_OK)
        return status;
    *ret_is_full = full_s < 0 || full_s >= s->config->full_hours * 3600;
    *ret_is_due = *ret_is_full || any_s >= s->interval_s;
    metric_set(recon_metrics.runs_missed, any_s < 0 ? 0 : any_s / (s->config->interval_seconds + 1));
    return STATUS_OK;
}

static void look_at_schedule(struct scheduler *s)
{
    bool is_due = false, is_full = false;
    enum status status = read_due(s, &is_due, &is_full);
    atomic_store(&s->database_ready, status == STATUS_OK);
    s->look_ms = clock_monotonic_ms() + LOOK_MS;
    if (status != STATUS_OK)
        store_disconnect(&s->store);
    else if (is_due)
        run(s, is_full, NULL);
}

static bool take_asked(struct scheduler *s, bool *ret_is_full, char ret_actor[ACTOR_SIZE])
{
    (void)pthread_mutex_lock(&s->lock);
    bool is_asked = s->is_asked;
    *ret_is_full = s->request.is_full;
    memcpy(ret_actor, s->request.actor, ACTOR_SIZE);
    s->is_asked = false;
    s->is_running = s->is_running || is_asked;
    (void)pthread_mutex_unlock(&s->lock);
    return is_asked;
}

static void *scheduler_main(void *context)
{
    struct scheduler *s = context;
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    while (!service_is_stopping()) {
        bool is_full = false;
        char actor[ACTOR_SIZE];
        if (take_asked(s, &is_full, actor))
            run(s, is_full, actor);
        else if (clock_monotonic_ms() >= s->look_ms)
            look_at_schedule(s);
        (void)nanosleep(&tick, NULL);
    }
    return NULL;
}

static void scheduler_free(struct scheduler *s)
{
    store_close(&s->store);
    natsSubscription_Destroy(s->subscription);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

enum status scheduler_start(const struct recon_config *config, struct bus *bus, struct scheduler **ret)
{
    struct scheduler *s = calloc(1, sizeof *s);
    if (s == NULL)
        return STATUS_NO_MEMORY;
    s->config = config;
    s->bus = bus;
    s->interval_s = next_interval_s(s);
    (void)pthread_mutex_init(&s->lock, NULL);
    store_init(&s->store, config->database_url);
    enum status status = STATUS_OK;
    if (natsConnection_QueueSubscribe(&s->subscription, bus_raw(bus), RECON_RUN_SUBJECT, RECON_QUEUE,
                                      on_request, s) != NATS_OK)
        status = STATUS_UNAVAILABLE;
    if (status == STATUS_OK && pthread_create(&s->thread, NULL, scheduler_main, s) != 0)
        status = STATUS_FAILED;
    if (status != STATUS_OK) {
        scheduler_free(s);
        return status;
    }
    *ret = s;
    return STATUS_OK;
}

bool scheduler_database_ready(const struct scheduler *s)
{
    return atomic_load(&s->database_ready);
}

void scheduler_join(struct scheduler *s)
{
    if (s == NULL)
        return;
    (void)pthread_join(s->thread, NULL);
    scheduler_free(s);
}
