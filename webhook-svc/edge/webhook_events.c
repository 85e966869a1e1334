/* webhook_events.c - see webhook_events.h. */
#include "webhook-svc/edge/webhook_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/io/crash_point.h"
#include "shared/io/requests.h"
#include "webhook-svc/domain/demo_fund.h"
#include "webhook-svc/edge/ids.h"
#include "webhook_statements.h"

#define COMMAND_MAX       ((size_t)64 << 10)
#define DEADLINE_US       INT64_C(5000000)
#define TIMEOUT_MS        5500 /* behind the deadline */
#define FLUSH_AT_ONCE_MAX 8    /* as ledger-svc's answers: many need not wait for the server's PONG */
#define ACTOR             "webhook-svc"

#define PROVIDER_SIZE 33

/* Who may send which type, and what it does: the payload becomes a command's data. What has no row is kept
   and ignored: a bank's signature says nothing about what a gateway did. Those of demonstrations are ignored
   elsewhere: demo.fund makes money of nothing. */
static const struct event_type {
    const char *provider, *type, *command;
    bool is_demo;
    enum status (*read)(struct str payload, struct buf *out, struct problem *ret_problem);
} event_types[] = {
    {"gateway", "demo.fund", "deposit.create", true, demo_fund_read},
};

struct event {
    bool fails; /* a demonstration wants it to */
    char provider[PROVIDER_SIZE];
    size_t payload_len;
    char payload[];
};

struct webhook_events {
    struct bus *bus;
    bool is_demo;
    struct requests *requests;
    struct ids ids;
    struct buf data, command;
};

static bool read_event(struct job *job, const PGresult *r, int row)
{
    struct str provider = db_get_str(r, row, 1), type = db_get_str(r, row, 3),
               payload = db_get_str(r, row, 4);
    struct event *event = malloc(sizeof *event + payload.len);
    if (event == NULL)
        return false;
    event->fails = db_get_bool(r, row, 5);
    (void)snprintf(event->provider, sizeof event->provider, "%.*s", (int)provider.len, provider.data);
    event->payload_len = payload.len;
    memcpy(event->payload, payload.data, payload.len);
    (void)snprintf(job->event_type, sizeof job->event_type, "%.*s", (int)type.len, type.data);
    job->object = event;
    return true;
}

static void release_event(struct job *job)
{
    free(job->object);
}

static const struct event_type *find_type(const struct webhook_events *w, const struct event *event,
                                          const char *type)
{
    for (size_t i = 0; i < sizeof event_types / sizeof event_types[0]; i++) {
        const struct event_type *t = &event_types[i];
        if (strcmp(t->provider, event->provider) == 0 && strcmp(t->type, type) == 0)
            return w->is_demo || !t->is_demo ? t : NULL;
    }
    return NULL;
}

/* "amount_out_of_range: /amount must be ..." */
static void end_malformed(struct job *job, const struct problem *p)
{
    char error[JOB_ERROR_SIZE];
    const struct problem_error *first = p->error_count > 0 ? &p->errors[0] : NULL;
    (void)snprintf(error, sizeof error, "%s: payload%s %s", outcome_code(p->outcome),
                   first != NULL ? first->pointer : "", first != NULL ? first->detail : p->detail);
    job_end(job, RESULT_PERMANENT, error);
}

static void write_command(struct webhook_events *w, const struct job *job)
{
    char object[TYPEID_TEXT_SIZE], source[TYPEID_TEXT_SIZE + 16];
    typeid_format("whe", &job->work.object_id, object);
    int len = snprintf(source, sizeof source, "webhook:%s", object);
    struct command_envelope envelope = {.id = ids_next(&w->ids),
                                        .owner = STR_LIT("system"),
                                        .actor = STR_LIT(ACTOR),
                                        .staff = true,
                                        .source = {source, (size_t)len},
                                        .deadline_us = clock_unix_us() + DEADLINE_US,
                                        .traceparent = str_of(job->work.traceparent)};
    struct str data = {w->data.data, w->data.len};
    digest_of(data, &envelope.fingerprint);
    buf_reset(&w->command);
    command_write(&envelope, data, &w->command);
}

static void send_command(struct webhook_events *w, struct job *job, const struct event_type *type)
{
    char subject[64];
    (void)snprintf(subject, sizeof subject, COMMAND_SUBJECT_PREFIX "%s", type->command);
    write_command(w, job);
    const struct request request = {.subject = subject,
                                    .data = w->command.data,
                                    .len = (int)w->command.len,
                                    .timeout_ms = TIMEOUT_MS,
                                    .context = job};
    if (buf_status(&w->command) != STATUS_OK)
        job_end(job, RESULT_PERMANENT, "the command is too long");
    else if (requests_send(w->requests, &request) != STATUS_OK)
        job_end(job, RESULT_TRANSIENT, "the bus is not connected");
}

static void start_event(void *context, struct job *job)
{
    struct webhook_events *w = context;
    const struct event *event = job->object;
    const struct event_type *type = find_type(w, event, job->event_type);
    struct problem problem;
    crash_point(job->event_type);
    if (event->fails && w->is_demo) {
        job_end(job, RESULT_TRANSIENT, "injected failure");
        return;
    }
    if (type == NULL) {
        job_end(job, RESULT_IGNORED, NULL);
        return;
    }
    buf_reset(&w->data);
    if (type->read((struct str){event->payload, event->payload_len}, &w->data, &problem) != STATUS_OK)
        end_malformed(job, &problem);
    else
        send_command(w, job, type);
}

static void flush_commands(void *context, int count)
{
    const struct webhook_events *w = context;
    if (count <= FLUSH_AT_ONCE_MAX)
        bus_flush(w->bus);
}

/* "409 account_frozen" */
static void end_by_reply(struct job *job, natsMsg *reply)
{
    char error[JOB_ERROR_SIZE];
    int status = 0;
    bool replayed = false;
    struct str body = {0};
    struct str text = {natsMsg_GetData(reply), (size_t)natsMsg_GetDataLength(reply)};
    if (reply_read(text, &status, &replayed, &body) != STATUS_OK) {
        job_end(job, RESULT_TRANSIENT, "the reply cannot be read");
        return;
    }
    enum work_result result = retry_classify(status);
    if (result == RESULT_DONE) {
        job_end(job, result, NULL);
        return;
    }
    CLEANUP(json_decref_ptr) json_t *problem = json_loadb(body.data, body.len, 0, NULL);
    const char *code = json_string_value(json_object_get(problem, "code"));
    const char *title = json_string_value(json_object_get(problem, "title"));
    (void)snprintf(error, sizeof error, "%d %s: %s", status, code != NULL ? code : "without a code",
                   title != NULL ? title : "");
    job_end(job, result, error);
}

static void look(void *context)
{
    struct webhook_events *w = context;
    struct request_end ended;
    while (requests_take(w->requests, &ended)) {
        if (ended.status == STATUS_OK)
            end_by_reply(ended.context, ended.reply);
        else
            job_end(ended.context, RESULT_TRANSIENT,
                    ended.status == STATUS_UNAVAILABLE ? "ledger-svc is not there" : "no reply in time");
        bus_discard(w->bus, ended.reply);
    }
}

static int64_t look_again_us(void *context)
{
    struct webhook_events *w = context;
    return requests_look_again_us(w->requests);
}

const struct handler webhook_events_handler = {.kind = WORK_KIND_webhook,
                                               .knows_sources = true,
                                               .load_statement = WEBHOOK_SQL_LOAD_WEBHOOK_EVENTS,
                                               .read = read_event,
                                               .start = start_event,
                                               .flush = flush_commands,
                                               .look = look,
                                               .look_again_us = look_again_us,
                                               .release = release_event};

enum status webhook_events_open(const struct webhook_config *config, struct bus *bus, struct bell *bell,
                                struct webhook_events **ret_events)
{
    struct webhook_events *w = calloc(1, sizeof *w);
    if (w == NULL)
        return STATUS_NO_MEMORY;
    w->bus = bus;
    w->is_demo = config->demo;
    buf_init(&w->data, COMMAND_MAX);
    buf_init(&w->command, COMMAND_MAX);
    *ret_events = w; /* its owner closes it, whatever happens here */
    return requests_open(bus, (int)config->in_flight, bell, &w->requests);
}

void webhook_events_close(struct webhook_events *w)
{
    if (w == NULL)
        return;
    requests_close(w->requests);
    buf_free(&w->data);
    buf_free(&w->command);
    free(w);
}
