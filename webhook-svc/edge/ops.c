/* ops.c - see ops.h. Requests are handled in threads of nats.c, one at a time. Replies have the form of those
   of ledger-svc, so that ingress hands them on: {"status","replayed","body"}. */
#include "webhook-svc/edge/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/monitor.h"
#include "webhook-svc/domain/ops_request.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/ops_internal.h"
#include "webhook-svc/edge/republish.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define QUEUE         "webhook"
#define REPLY_MAX     ((size_t)4 << 20)
#define REQUEST_MAX   (64 << 10)
#define SERVICE_COUNT OPS_SERVICES
#define OPS_PREFIX    "pay.ops."
#define ASK_PREFIX    "pay.ask." /* as long */
#define SUBJECT_SIZE  64

static struct micro_counts counts[SERVICE_COUNT];
const struct micro_endpoint ops_endpoints[] = {
    {"dlq-replay", "pay.ops.dlq.replay", QUEUE, &counts[0]},
    {"dlq-list", "pay.ops.dlq.list", QUEUE, &counts[1]},
    {"dlq-discard", "pay.ops.dlq.discard", QUEUE, &counts[2]},
    {"webhook-retry", "pay.ops.webhook.retry", QUEUE, &counts[3]},
    {"webhook-test", "pay.ops.webhook.test", QUEUE, &counts[4]},
    {"webhook-recover", "pay.ops.webhook.recover", QUEUE, &counts[5]},
    {"demo-inject-failure", "pay.ops.demo.inject_failure", QUEUE, &counts[6]},
};

size_t ops_endpoint_count(const struct webhook_config *config)
{
    return config->demo ? SERVICE_COUNT : SERVICE_COUNT - 1;
}

/* In the order of the endpoints, that of demonstrations last. */
static const struct {
    enum status (*read)(const json_t *root, struct ops_request *ret_request, struct problem *ret_problem);
    enum status (*run)(struct ops *o, struct ops_request *request, struct ops_answer *answer);
} services[SERVICE_COUNT] = {
    {ops_read_replay, ops_replay},  {ops_read_list, ops_list},     {ops_read_discard, ops_discard},
    {ops_read_delivery, ops_retry}, {ops_read_endpoint, ops_test}, {ops_read_recovery, ops_recover},
    {ops_read_inject, ops_inject},
};

void ops_note_replayed(const struct replayed_work *done)
{
    for (int kind = 0; kind < WORK_KIND_COUNT; kind++)
        metric_add(webhook_metrics.kinds[kind].replayed, done->of_kind[kind]);
}

enum status ops_refuse(struct ops_answer *answer, enum outcome outcome, const char *detail)
{
    struct problem p;
    problem_init(&p, outcome);
    if (detail != NULL)
        problem_detail(&p, "%s", detail);
    buf_reset(&answer->body);
    problem_write(&p, &answer->body);
    answer->status = outcome_http_status(outcome);
    answer->error = outcome_code(outcome);
    return STATUS_OK;
}

enum status ops_refuse_for_now(struct ops_answer *answer, int64_t per_minute, int64_t wait_ms)
{
    struct problem p;
    struct json_out json;
    problem_init(&p, OUTCOME_rate_limited);
    problem_detail(&p, "Examples, retries and recoveries may be asked for %lld times a minute.",
                   (long long)per_minute);
    buf_reset(&answer->body);
    json_out_init(&json, &answer->body);
    problem_open(&p, &json);
    json_key(&json, "limit");
    json_int(&json, per_minute);
    json_key(&json, "retry_after_seconds");
    json_int(&json, (wait_ms + 999) / 1000);
    problem_close(&json);
    answer->status = outcome_http_status(p.outcome);
    answer->error = outcome_code(p.outcome);
    return STATUS_OK;
}

/* Ingress says who asks, and only ingress may publish here; who asks on pay.ops says himself who he is. */
static bool is_of_ingress(natsMsg *request)
{
    return strncmp(natsMsg_GetSubject(request), ASK_PREFIX, strlen(ASK_PREFIX)) == 0;
}

static void mark_actor(struct ops_request *r, char ret_text[OPS_ACTOR_SIZE])
{
    (void)snprintf(ret_text, OPS_ACTOR_SIZE, OPS_ACTOR_DEFAULT ":%.*s", (int)r->actor.len, r->actor.data);
    r->actor = str_of(ret_text);
}

static enum status run(struct ops *o, size_t service, natsMsg *request, struct ops_answer *answer)
{
    char actor[OPS_ACTOR_SIZE];
    CLEANUP(json_decref_ptr) json_t *root = NULL;
    struct ops_request r;
    struct problem p;
    struct str text = {natsMsg_GetData(request), (size_t)natsMsg_GetDataLength(request)};
    if (text.len > REQUEST_MAX)
        return ops_refuse(answer, OUTCOME_payload_too_large, NULL);
    enum status s = json_parse_object(text.len > 0 ? text : STR_LIT("{}"), &root, &p);
    if (s == STATUS_OK)
        s = services[service].read(root, &r, &p);
    if (s != STATUS_OK) {
        problem_write(&p, &answer->body);
        answer->status = outcome_http_status(p.outcome);
        answer->error = outcome_code(p.outcome);
        return STATUS_OK;
    }
    if (!is_of_ingress(request) && r.actor.len > 0 && !str_eq_c(r.actor, OPS_ACTOR_DEFAULT))
        mark_actor(&r, actor);
    if (link_connect(&o->link) != STATUS_OK)
        return ops_refuse(answer, OUTCOME_unavailable, NULL);
    s = services[service].run(o, &r, answer);
    if (s == STATUS_OK)
        return s;
    link_failed(&o->link, ops_endpoints[service].name, s);
    return ops_refuse(answer, OUTCOME_unavailable, NULL);
}

static void send_answer(struct ops *o, const char *to, const struct ops_answer *answer)
{
    CLEANUP(buf_free) struct buf reply = {0};
    buf_init(&reply, REPLY_MAX);
    reply_write(answer->status, false, (struct str){answer->body.data, answer->body.len}, &reply);
    if (!bus_is_inbox(to) || buf_status(&reply) != STATUS_OK ||
        bus_publish(o->bus, to, NULL, NULL, reply.data, (int)reply.len) != STATUS_OK)
        log_event(LOG_WARN, "answer_not_sent", log_str("to", to != NULL ? to : "nobody"));
    bus_flush(o->bus);
}

static void answer(struct ops *o, size_t service, natsMsg *request)
{
    struct ops_answer a = {.status = 200};
    char trace[TRACE_ID_SIZE];
    int64_t start_us = clock_monotonic_us();
    buf_init(&a.body, REPLY_MAX);
    monitor_lock(&o->monitor);
    if (run(o, service, request, &a) != STATUS_OK || buf_status(&a.body) != STATUS_OK)
        (void)ops_refuse(&a, OUTCOME_internal_error, NULL);
    monitor_unlock(&o->monitor);
    send_answer(o, natsMsg_GetReply(request), &a);
    micro_count(&counts[service], a.error);
    micro_count_time(&counts[service], clock_monotonic_us() - start_us);
    log_event(LOG_INFO, "asked", log_str("endpoint", ops_endpoints[service].name),
              log_int("status", a.status), log_str("trace_id", bus_trace_id(request, trace)));
    buf_free(&a.body);
}

static void on_request(natsConnection *connection, natsSubscription *subscription, natsMsg *request,
                       void *context)
{
    (void)connection, (void)subscription;
    const char *subject = natsMsg_GetSubject(request);
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (strcmp(subject + strlen(ASK_PREFIX), ops_endpoints[i].subject + strlen(OPS_PREFIX)) == 0)
            answer(context, i, request);
    natsMsg_Destroy(request);
}

/* To what people ask, and to the same of ingress. */
static enum status subscribe(struct ops *o, size_t service)
{
    char ask[SUBJECT_SIZE];
    const char *subject = ops_endpoints[service].subject;
    (void)snprintf(ask, sizeof ask, ASK_PREFIX "%s", subject + strlen(OPS_PREFIX));
    natsStatus s = natsConnection_QueueSubscribe(&o->subscriptions[service], bus_raw(o->bus), subject, QUEUE,
                                                 on_request, o);
    if (s == NATS_OK)
        s = natsConnection_QueueSubscribe(&o->subscriptions[SERVICE_COUNT + service], bus_raw(o->bus), ask,
                                          QUEUE, on_request, o);
    return s == NATS_OK ? STATUS_OK : STATUS_UNAVAILABLE;
}

enum status ops_open(const struct webhook_config *config, struct bus *bus, struct ops **ret_ops)
{
    struct ops *o = calloc(1, sizeof *o);
    if (o == NULL)
        return STATUS_NO_MEMORY;
    o->bus = bus;
    link_init(&o->link, config->database_url);
    monitor_init(&o->monitor);
    o->asks_per_minute = config->asks_per_minute;
    *ret_ops = o; /* its owner closes it, whatever happens here */
    enum status s = requests_open(bus, REPUBLISH_MAX, NULL, &o->requests);
    for (size_t i = 0; s == STATUS_OK && i < ops_endpoint_count(config); i++)
        s = subscribe(o, i);
    return s;
}

void ops_close(struct ops *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < 2 * SERVICE_COUNT; i++)
        natsSubscription_Destroy(o->subscriptions[i]);
    requests_close(o->requests);
    link_close(&o->link);
    monitor_destroy(&o->monitor);
    free(o);
}
