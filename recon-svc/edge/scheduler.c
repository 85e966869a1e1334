/* scheduler.c - see scheduler.h. Requests come on a thread of nats.c and wait here for the one that runs; who
   has waited for ten seconds is told which run to look for. */
#include "recon-svc/edge/scheduler.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "recon-svc/domain/ops_request.h"
#include "recon-svc/edge/answer.h"
#include "recon-svc/edge/recon_metrics.h"
#include "recon-svc/edge/report.h"
#include "recon-svc/edge/run.h"
#include "recon-svc/edge/schedule.h"
#include "recon-svc/store/anomaly_rows.h"
#include "recon-svc/store/statements.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define TICK_MS     50
#define ANSWER_US   INT64_C(10000000) /* how long who asked waits for the report */
#define ACTOR_SIZE  (OPS_ACTOR_MAX + 1)
#define PROBLEM_MAX 1024
#define LOOK_MS     1000

struct micro_counts scheduler_counts;

struct request {
    char reply_to[BUS_INBOX_SIZE]; /* empty: nobody waits */
    char actor[ACTOR_SIZE];
    char trace_id[TRACE_ID_SIZE];
    bool is_full;
    int64_t asked_us;
};
struct scheduler {
    const struct recon_config *config;
    struct bus *bus;
    natsSubscription *subscriptions[2];
    pthread_t thread;
    struct store store;
    atomic_bool database_ready, is_woken;
    struct schedule schedule;
    int64_t look_ms;
    bool has_told;        /* what is open, since this process began */
    bool runs_full;       /* the run that is under way */
    pthread_mutex_t lock; /* over the rest */
    bool is_asked, is_running;
    struct request request; /* the one that waits, or whose run is under way */
    struct uuid running;
};

static void answer(struct scheduler *s, const char *to, int status, struct str body)
{
    if (to[0] != '\0')
        answer_send(s->bus, to, status, body);
    micro_count(&scheduler_counts, NULL);
}

static void refuse(struct scheduler *s, const char *to, const struct problem *problem)
{
    micro_count(&scheduler_counts, answer_problem(s->bus, to, problem));
}

/* It goes on: where to look for it. */
static void answer_later(struct scheduler *s, const char *to, const struct uuid *run)
{
    char body[192], id[TYPEID_TEXT_SIZE];
    typeid_format("run", run, id);
    int len =
        snprintf(body, sizeof body,
                 "{\"run_id\":\"%s\",\"status\":\"running\",\"url\":\"/v1/reconcile/runs/%s\"}", id, id);
    answer(s, to, 202, (struct str){body, (size_t)len});
}

/* run is zero while it has no id yet, or if it is another process's. */
static void refuse_second(struct scheduler *s, const char *to, const struct uuid *run)
{
    CLEANUP(buf_free) struct buf body = {0};
    struct problem problem;
    struct json_out json;
    buf_init(&body, PROBLEM_MAX);
    json_out_init(&json, &body);
    problem_init(&problem, OUTCOME_reconciliation_running);
    problem_open(&problem, &json);
    json_key(&json, "run_id");
    if (uuid_is_zero(run))
        json_write_null(&json);
    else
        json_typeid(&json, "run", run);
    problem_close(&json);
    answer_send(s->bus, to, outcome_http_status(problem.outcome), (struct str){body.data, body.len});
    micro_count(&scheduler_counts, outcome_code(problem.outcome));
}

static void take_request(struct scheduler *s, const struct request *request)
{
    (void)pthread_mutex_lock(&s->lock);
    bool is_taken = s->is_asked || s->is_running;
    struct uuid running = s->is_running ? s->running : (struct uuid){0};
    if (!is_taken) {
        s->request = *request;
        s->is_asked = true;
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (is_taken)
        refuse_second(s, request->reply_to, &running);
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *msg,
                       void *context)
{
    (void)connection, (void)subscription;
    CLEANUP(json_decref_ptr) json_t *root = NULL;
    struct scheduler *s = context;
    struct request request = {.asked_us = clock_monotonic_us()};
    struct ops_run_request asked;
    struct problem problem;
    const char *to = natsMsg_GetReply(msg);
    (void)snprintf(request.reply_to, sizeof request.reply_to, "%s", to != NULL ? to : "");
    log_event(LOG_INFO, "asked", log_str("endpoint", "run"),
              log_str("trace_id", bus_trace_id(msg, request.trace_id)));
    enum status status = answer_read(msg, &root, &problem);
    if (status == STATUS_OK)
        status = ops_read_run(root, &asked, &problem);
    if (status == STATUS_OK) {
        request.is_full = asked.is_full;
        answer_actor(msg, asked.actor, request.actor);
        take_request(s, &request);
    } else {
        refuse(s, request.reply_to, &problem);
    }
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
        answer_later(s, to, run);
}

static enum status tell_unmatched(struct scheduler *s)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status status = statements_sum_unmatched(&s->store, &r);
    if (status == STATUS_OK)
        recon_metrics_set_unmatched(r);
    return status;
}

/* How much is open. */
static enum status tell_open(struct scheduler *s)
{
    int64_t counts[CHECK_COUNT];
    enum status status = store_connect(&s->store);
    if (status == STATUS_OK)
        status = anomaly_rows_count(&s->store, counts);
    if (status == STATUS_OK)
        recon_metrics_set_open(counts);
    if (status == STATUS_OK)
        status = tell_unmatched(s);
    return status;
}

/* What there is to tell after a run: how much is open, and the report to who asked. */
static void tell(struct scheduler *s, const struct run_result *result)
{
    struct problem problem;
    CLEANUP(buf_free) struct buf report = {0};
    buf_init(&report, REPORT_MAX);
    enum status status = tell_open(s);
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
    problem_init(&problem, OUTCOME_unavailable);
    if (result->end == RUN_BUSY)
        refuse_second(s, request.reply_to, &result->id);
    else if (status == STATUS_OK && (result->end == RUN_COMPLETED || result->end == RUN_PARTIAL))
        answer(s, request.reply_to, 200, (struct str){report.data, report.len});
    else
        refuse(s, request.reply_to, &problem);
}

static bool is_wanted(void *context)
{
    struct scheduler *s = context;
    return atomic_exchange(&s->is_woken, false);
}

/* What alerts stand on does not wait for the end of a full run. */
static void on_incremental(void *context, const struct run_result *result)
{
    struct scheduler *s = context;
    struct schedule_due due;
    recon_metrics_count_run(result, false);
    if (tell_open(s) == STATUS_OK && schedule_look(&s->schedule, &due) == STATUS_OK)
        schedule_tell_missed(&s->schedule);
}

/* Another instance may have ended one since this one looked. */
static bool is_still_due(void *context)
{
    struct scheduler *s = context;
    struct schedule_due due;
    return schedule_look(&s->schedule, &due) == STATUS_OK && (s->runs_full ? due.full : due.any);
}

/* asked_by NULL: nobody, it is due. */
static void run(struct scheduler *s, bool is_full, const char *asked_by, const char *trace_id)
{
    struct run_result result;
    const struct run_options options = {.is_full = is_full,
                                        .trigger = asked_by != NULL ? "request" : "schedule",
                                        .actor = asked_by != NULL ? asked_by : "recon-svc",
                                        .trace_id = trace_id,
                                        .bus = s->bus,
                                        .is_due = asked_by != NULL ? NULL : is_still_due,
                                        .on_step = on_step,
                                        .is_wanted = is_wanted,
                                        .on_incremental = on_incremental,
                                        .context = s};
    s->runs_full = is_full;
    (void)pthread_mutex_lock(&s->lock);
    s->is_running = true;
    s->running = (struct uuid){0};
    (void)pthread_mutex_unlock(&s->lock);
    metric_set(recon_metrics.is_running, 1);
    enum run_end end = run_once(s->config, &s->store, &options, &result);
    if (end == RUN_FAILED || end == RUN_PARTIAL)
        schedule_put_off(&s->schedule, is_full);
    metric_set(recon_metrics.is_running, 0);
    recon_metrics_count_run(&result, is_full);
    tell(s, &result);
    schedule_draw_interval(&s->schedule);
    s->look_ms = clock_monotonic_ms() + LOOK_MS;
}

static void look_at_schedule(struct scheduler *s)
{
    struct schedule_due due;
    enum status status = store_connect(&s->store);
    if (status == STATUS_OK)
        status = schedule_look(&s->schedule, &due);
    atomic_store(&s->database_ready, status == STATUS_OK);
    s->look_ms = clock_monotonic_ms() + LOOK_MS;
    schedule_tell_missed(&s->schedule);
    if (status == STATUS_OK && !s->has_told)
        s->has_told = (status = tell_open(s)) == STATUS_OK; /* not at the end of a run, which may be far */
    if (status != STATUS_OK)
        store_disconnect(&s->store);
    else if (due.any)
        run(s, due.full, NULL, "");
}

static bool take_asked(struct scheduler *s, struct request *ret_request)
{
    (void)pthread_mutex_lock(&s->lock);
    bool is_asked = s->is_asked;
    *ret_request = s->request;
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
        struct request asked;
        if (take_asked(s, &asked))
            run(s, asked.is_full, asked.actor, asked.trace_id);
        else if (is_wanted(s))
            run(s, false, "projection", "");
        else if (clock_monotonic_ms() >= s->look_ms)
            look_at_schedule(s);
        (void)nanosleep(&tick, NULL);
    }
    return NULL;
}

void scheduler_close(struct scheduler *s)
{
    if (s == NULL)
        return;
    store_close(&s->store);
    natsSubscription_Destroy(s->subscriptions[0]);
    natsSubscription_Destroy(s->subscriptions[1]);
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
    schedule_init(&s->schedule, config, &s->store);
    (void)pthread_mutex_init(&s->lock, NULL);
    store_init(&s->store, config->database_url);
    enum status status = answer_subscribe(bus, RECON_RUN_SUBJECT, on_request, s, s->subscriptions);
    if (status == STATUS_OK && pthread_create(&s->thread, NULL, scheduler_main, s) != 0)
        status = STATUS_FAILED;
    if (status == STATUS_OK)
        *ret = s;
    else
        scheduler_close(s);
    return status;
}

void scheduler_wake(struct scheduler *s)
{
    atomic_store(&s->is_woken, true);
}

bool scheduler_database_ready(const struct scheduler *s)
{
    return atomic_load(&s->database_ready);
}

void scheduler_join(struct scheduler *s)
{
    if (s != NULL)
        (void)pthread_join(s->thread, NULL);
}
