/* statement_desk.c - see statement_desk.h. Everything happens on the threads of nats.c, one statement
   at a time. */
#include "recon-svc/edge/statement_desk.h"

#include <stdlib.h>
#include <string.h>

#include "recon-svc/edge/answer.h"
#include "recon-svc/edge/recon_metrics.h"
#include "recon-svc/edge/statement_intake.h"
#include "recon-svc/store/statements.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/monitor.h"

#define ANSWER_MAX    8192
#define WAITING_MAX   8 /* requests; more than that are lost, and sent again by who asked */
#define WAITING_BYTES (WAITING_MAX * (int)(BANK_STATEMENT_MAX + 1024))

struct micro_counts statement_desk_counts;

struct statement_desk {
    const struct recon_config *config;
    struct bus *bus;
    natsSubscription *subscriptions[2];
    struct monitor monitor; /* guards the store: one statement at a time */
    struct store store;
};

struct answer {
    int status;
    bool is_replayed;
    const char *error; /* NULL: none */
    struct buf body;
};

static const char *const formats[] = {"csv", "camt.053", NULL};
static const struct field_spec fields[] = {
    {.name = "account",
     .type = FIELD_ID,
     .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found,
     .help = "Which account."},
    {.name = "owner",
     .type = FIELD_STRING,
     .min = 1,
     .max = OPS_ACTOR_MAX,
     .help = "Whose account it has to be."},
    {.name = "format", .type = FIELD_ENUM, .required = true, .words = formats, .help = "csv or camt.053."},
    {.name = "actor", .type = FIELD_STRING, .min = 1, .max = OPS_ACTOR_MAX, .help = "Who sends it."},
};

static void set_problem(struct answer *a, const struct problem *p)
{
    buf_reset(&a->body);
    problem_write(p, &a->body);
    a->status = outcome_http_status(p->outcome);
    a->error = outcome_code(p->outcome);
}

static void set_outcome(struct answer *a, enum outcome outcome)
{
    struct problem p;
    problem_init(&p, outcome);
    set_problem(a, &p);
}

/* The request's first line, the file behind it. Texts are borrowed from *ret_head. */
static enum status read_request(natsMsg *msg, json_t **ret_head, struct bank_statement_request *ret,
                                struct problem *ret_problem)
{
    struct str text = {natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg)};
    const char *end = text.len > 0 ? memchr(text.data, '\n', text.len) : NULL;
    size_t head = end != NULL ? (size_t)(end - text.data) : text.len;
    json_t *root = NULL;
    enum status status = json_parse_object((struct str){text.data, head}, &root, ret_problem);
    if (status == STATUS_OK)
        status = json_check(root, fields, sizeof fields / sizeof fields[0], ret_problem);
    if (status != STATUS_OK) {
        json_decref(root);
        return status;
    }
    size_t begin = head + (end != NULL);
    struct str actor = json_get_str(root, "actor");
    *ret = (struct bank_statement_request){.account = json_get_str(root, "account"),
                                           .owner = json_get_str(root, "owner"),
                                           .format = json_get_str(root, "format"),
                                           .actor = actor.len > 0 ? actor : STR_LIT(OPS_ACTOR_DEFAULT),
                                           .file = {text.data + begin, text.len - begin}};
    *ret_head = root;
    return STATUS_OK;
}

static void set_statement(struct statement_desk *d, const struct intake_result *result, struct answer *a)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (statements_read(&d->store, &result->id, &r) != STATUS_OK || PQntuples(r) != 1) {
        set_outcome(a, OUTCOME_outcome_unknown);
        return;
    }
    struct bank_statement_resource s;
    struct json_out out;
    statement_row(r, 0, &s);
    json_out_init(&out, &a->body);
    bank_statement_write(&out, &s);
    a->is_replayed = result->end == INTAKE_SAME;
    a->status = a->is_replayed ? 200 : 201;
}

static void tell(const struct intake_result *result, const struct bank_statement_request *request,
                 const char *trace_id)
{
    char id[TYPEID_TEXT_SIZE] = "none";
    if (result->end != INTAKE_REFUSED && result->end != INTAKE_FAILED)
        typeid_format("stm", &result->id, id);
    log_event(LOG_INFO, "statement_taken", log_str("statement", id),
              log_str("end", intake_end_word(result->end)), log_int("bytes", request->file.len),
              log_str("trace_id", trace_id));
    recon_metrics_count_statement(result);
}

static void take(struct statement_desk *d, const struct bank_statement_request *request, const char *trace_id,
                 struct answer *a)
{
    struct intake_result result;
    if (store_connect(&d->store) != STATUS_OK) {
        set_outcome(a, OUTCOME_unavailable);
        return;
    }
    statement_take(&d->store, d->config, request, &result);
    tell(&result, request, trace_id);
    if (result.end == INTAKE_REFUSED || result.end == INTAKE_FAILED)
        set_problem(a, &result.problem);
    else
        set_statement(d, &result, a);
    if (!db_is_usable(d->store.db))
        store_disconnect(&d->store);
}

static void send_answer(struct statement_desk *d, const char *to, const struct answer *a)
{
    struct str body = {a->body.data, a->body.len};
    if (a->is_replayed)
        answer_send_replayed(d->bus, to, a->status, body);
    else
        answer_send(d->bus, to, a->status, body);
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *msg,
                       void *context)
{
    (void)connection, (void)subscription;
    struct statement_desk *d = context;
    CLEANUP(json_decref_ptr) json_t *head = NULL;
    struct bank_statement_request request;
    struct answer a = {.status = 500};
    struct problem problem;
    char actor[OPS_ACTOR_MAX + 1], trace[TRACE_ID_SIZE];
    int64_t start_us = clock_monotonic_us();
    buf_init(&a.body, ANSWER_MAX);
    monitor_lock(&d->monitor);
    if (read_request(msg, &head, &request, &problem) == STATUS_OK) {
        answer_actor(msg, request.actor, actor);
        request.actor = str_of(actor);
        take(d, &request, bus_trace_id(msg, trace), &a);
    } else {
        set_problem(&a, &problem);
    }
    monitor_unlock(&d->monitor);
    send_answer(d, natsMsg_GetReply(msg), &a);
    micro_count(&statement_desk_counts, a.error);
    micro_count_time(&statement_desk_counts, clock_monotonic_us() - start_us);
    buf_free(&a.body);
    natsMsg_Destroy(msg);
}

enum status statement_desk_open(const struct recon_config *config, struct bus *bus,
                                struct statement_desk **ret)
{
    struct statement_desk *d = calloc(1, sizeof *d);
    if (d == NULL)
        return STATUS_NO_MEMORY;
    d->config = config;
    d->bus = bus;
    store_init(&d->store, config->database_url);
    monitor_init(&d->monitor);
    *ret = d; /* its owner closes it, whatever happens here */
    enum status status = answer_subscribe(bus, BANK_STATEMENT_SUBJECT, on_request, d, d->subscriptions);
    for (int i = 0; i < 2 && status == STATUS_OK; i++)
        if (natsSubscription_SetPendingLimits(d->subscriptions[i], WAITING_MAX, WAITING_BYTES) != NATS_OK)
            status = STATUS_UNAVAILABLE;
    return status;
}

void statement_desk_close(struct statement_desk *d)
{
    if (d == NULL)
        return;
    natsSubscription_Destroy(d->subscriptions[0]);
    natsSubscription_Destroy(d->subscriptions[1]);
    store_close(&d->store);
    monitor_destroy(&d->monitor);
    free(d);
}
