/* ops.c - see ops.h. Requests are handled in threads of nats.c, one at a time. */
#include "recon-svc/edge/ops.h"

#include <stdlib.h>

#include "recon-svc/domain/ops_request.h"
#include "recon-svc/edge/answer.h"
#include "recon-svc/store/anomaly_rows.h"
#include "recon-svc/store/decisions.h"
#include "recon-svc/store/statements.h"
#include "recon-svc/store/withdrawals.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/monitor.h"
#include "shared/rows/anomaly_row.h"

#define ANSWER_MAX 8192

struct ops {
    struct bus *bus;
    natsSubscription *subscriptions[OPS_SERVICES][2];
    struct scheduler *scheduler;
    struct monitor monitor; /* guards what follows: one request at a time */
    struct store store;
};

static struct micro_counts counts[OPS_SERVICES];
const struct micro_endpoint ops_endpoints[OPS_SERVICES] = {
    {"acknowledge", "pay.ops.recon.acknowledge", RECON_QUEUE, &counts[0]},
    {"resolve", "pay.ops.recon.resolve", RECON_QUEUE, &counts[1]},
    {"approve", "pay.ops.recon.approve", RECON_QUEUE, &counts[2]},
    {"withdraw", "pay.ops.recon.withdraw", RECON_QUEUE, &counts[3]},
};

#define WITHDRAWAL (OPS_SERVICES - 1)

/* Of the endpoints before that. A resolution may be a wish to write off, which is then not done yet. */
static const struct {
    enum decision_action action, write_off;
} services[WITHDRAWAL] = {
    {DECISION_acknowledge, DECISION_acknowledge},
    {DECISION_resolve, DECISION_ask_write_off},
    {DECISION_approve_write_off, DECISION_approve_write_off},
};

static enum status decide(struct ops *o, const struct decision_request *request, struct buf *ret_body,
                          struct problem *ret_problem)
{
    CLEANUP(db_result_ptr) PGresult *row = NULL;
    enum outcome outcome = OUTCOME_unavailable;
    enum status s = store_connect(&o->store);
    if (s == STATUS_OK)
        s = decisions_make(&o->store, request, &outcome, &row);
    if (s != STATUS_OK) {
        log_event(LOG_WARN, "decision_not_stored", log_str("status", status_name(s)));
        store_disconnect(&o->store);
        outcome = s == STATUS_UNKNOWN ? OUTCOME_outcome_unknown : OUTCOME_unavailable;
    }
    if (outcome != OUTCOME_ok) {
        problem_init(ret_problem, outcome);
        return STATUS_INVALID;
    }
    struct recon_anomaly_resource anomaly;
    struct json_out json;
    anomaly_row(row, 0, &anomaly);
    json_out_init(&json, ret_body);
    recon_anomaly_write(&json, &anomaly);
    return buf_status(ret_body);
}

static enum status write_statement(struct ops *o, const struct uuid *id, struct buf *ret_body)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct bank_statement_resource statement;
    struct json_out json;
    enum status s = statements_read(&o->store, id, &r);
    if (s != STATUS_OK || PQntuples(r) == 0)
        return s == STATUS_OK ? STATUS_NOT_FOUND : s;
    statement_row(r, 0, &statement);
    json_out_init(&json, ret_body);
    bank_statement_write(&json, &statement);
    return buf_status(ret_body);
}

static enum status handle_withdrawal(struct ops *o, natsMsg *request, struct buf *ret_body,
                                     struct problem *ret_problem)
{
    CLEANUP(json_decref_ptr) json_t *root = NULL;
    char actor[OPS_ACTOR_MAX + 1];
    struct ops_withdrawal_request r;
    enum status s = answer_read(request, &root, ret_problem);
    if (s == STATUS_OK)
        s = ops_read_withdrawal(root, &r, ret_problem);
    if (s != STATUS_OK)
        return s;
    answer_actor(request, r.actor, actor);
    r.actor = str_of(actor);
    s = store_connect(&o->store);
    if (s == STATUS_OK)
        s = withdrawals_make(&o->store, &r);
    if (s == STATUS_OK)
        s = write_statement(o, &r.statement, ret_body);
    if (s == STATUS_OK) {
        scheduler_wake(o->scheduler); /* what it said is open no more */
    } else if (s == STATUS_NOT_FOUND) {
        problem_init(ret_problem, OUTCOME_not_found);
    } else {
        log_event(LOG_WARN, "withdrawal_not_stored", log_str("status", status_name(s)));
        store_disconnect(&o->store);
        problem_init(ret_problem, s == STATUS_UNKNOWN ? OUTCOME_outcome_unknown : OUTCOME_unavailable);
    }
    return s;
}

static bool is_of_two(enum decision_action action)
{
    return action == DECISION_ask_write_off || action == DECISION_approve_write_off;
}

static enum status handle(struct ops *o, size_t service, natsMsg *request, struct buf *ret_body,
                          struct problem *ret_problem)
{
    CLEANUP(json_decref_ptr) json_t *root = NULL;
    char actor[OPS_ACTOR_MAX + 1];
    struct ops_decision_request r;
    enum status s = answer_read(request, &root, ret_problem);
    if (s == STATUS_OK)
        s = ops_read_decision(root, &r, ret_problem);
    if (s != STATUS_OK)
        return s;
    answer_actor(request, r.actor, actor);
    const struct decision_request decision = {.anomaly = r.anomaly,
                                              .action = r.write_off ? services[service].write_off
                                                                    : services[service].action,
                                              .actor = str_of(actor),
                                              .note = r.note};
    if (is_of_two(decision.action) && !answer_is_for_ingress(request)) {
        problem_init(ret_problem, OUTCOME_second_person_required);
        return STATUS_INVALID;
    }
    return decide(o, &decision, ret_body, ret_problem);
}

static void answer(struct ops *o, size_t service, natsMsg *request)
{
    CLEANUP(buf_free) struct buf body = {0};
    struct problem problem;
    const char *error = NULL, *to = natsMsg_GetReply(request);
    char trace[TRACE_ID_SIZE];
    int64_t start_us = clock_monotonic_us();
    buf_init(&body, ANSWER_MAX);
    problem_init(&problem, OUTCOME_internal_error);
    monitor_lock(&o->monitor);
    enum status s = service == WITHDRAWAL ? handle_withdrawal(o, request, &body, &problem)
                                          : handle(o, service, request, &body, &problem);
    monitor_unlock(&o->monitor);
    if (s == STATUS_OK)
        answer_send(o->bus, to, 200, (struct str){body.data, body.len});
    else
        error = answer_problem(o->bus, to, &problem);
    micro_count(&counts[service], error);
    micro_count_time(&counts[service], clock_monotonic_us() - start_us);
    log_event(LOG_INFO, "asked", log_str("endpoint", ops_endpoints[service].name),
              log_str("error", error != NULL ? error : ""),
              log_str("trace_id", bus_trace_id(request, trace)));
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *request,
                       void *context)
{
    (void)connection, (void)subscription;
    for (size_t i = 0; i < OPS_SERVICES; i++)
        if (answer_is_subject(request, ops_endpoints[i].subject))
            answer(context, i, request);
    natsMsg_Destroy(request);
}

enum status ops_open(const struct recon_config *config, struct bus *bus, struct scheduler *scheduler,
                     struct ops **ret_ops)
{
    struct ops *o = calloc(1, sizeof *o);
    if (o == NULL)
        return STATUS_NO_MEMORY;
    o->bus = bus;
    o->scheduler = scheduler;
    store_init(&o->store, config->database_url);
    monitor_init(&o->monitor);
    *ret_ops = o; /* its owner closes it, whatever happens here */
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < OPS_SERVICES; i++)
        s = answer_subscribe(bus, ops_endpoints[i].subject, on_request, o, o->subscriptions[i]);
    return s;
}

void ops_close(struct ops *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < 2 * OPS_SERVICES; i++)
        natsSubscription_Destroy(o->subscriptions[i / 2][i % 2]);
    store_close(&o->store);
    monitor_destroy(&o->monitor);
    free(o);
}
