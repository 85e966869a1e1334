/* inbox.c - see inbox.h. */
#include "ledger-svc/edge/inbox.h"

#include <assert.h>
#include <string.h>

#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/core/trace.h"
#include "shared/core/typeid.h"
#include "shared/io/crash_point.h"
#include "shared/io/log.h"

#define REPLY_PREFIX        "_INBOX_" /* of the services' own inboxes: compose/local/conf/nats.conf.in */
#define INBOX_ARENA_MAX     (16 << 20)
#define INBOX_REPLY_MAX     (8 << 20)
#define SHED_AT_ONCE_MAX    4096
#define DEFAULT_DEADLINE_US INT64_C(5000000)
#define DEADLINE_MAX_US     INT64_C(60000000) /* from now */

static const char *subject_of(const struct inbox *in)
{
    return in->options.bulk ? INBOX_BULK_SUBJECT : INBOX_SUBJECT;
}

enum status inbox_open(struct inbox *in, struct bus *bus, const struct inbox_options *options)
{
    assert(options->batch_commands >= 1 && options->batch_commands <= INBOX_COMMANDS_MAX);
    *in = (struct inbox){.bus = bus, .options = *options};
    arena_init(&in->arena, INBOX_ARENA_MAX);
    buf_init(&in->reply, INBOX_REPLY_MAX);
    if (natsConnection_QueueSubscribeSync(&in->sub, bus_raw(bus), subject_of(in), INBOX_QUEUE) != NATS_OK)
        return STATUS_UNAVAILABLE;
    if (natsSubscription_SetPendingLimits(in->sub, -1, INBOX_PENDING_BYTES_MAX) != NATS_OK)
        return STATUS_FAILED;
    return STATUS_OK;
}

void inbox_drain(struct inbox *in)
{
    if (in->sub != NULL && natsSubscription_Drain(in->sub) != NATS_OK)
        log_event(LOG_WARN, "subscription_drain_failed", log_str("subject", subject_of(in)));
}

static void item_release(struct inbox_item *item)
{
    json_decref_ptr(&item->root);
    natsMsg_Destroy(item->msg);
    *item = (struct inbox_item){0};
}

void inbox_close(struct inbox *in)
{
    inbox_release(in);
    natsMsg_Destroy(in->carried);
    natsSubscription_Destroy(in->sub);
    in->sub = NULL;
    arena_free(&in->arena);
    buf_free(&in->reply);
}

static void log_answer(const struct inbox_item *item, enum outcome o)
{
    const struct command *c = &item->command;
    char id[TYPEID_TEXT_SIZE], trace[TRACE_ID_SIZE];
    typeid_format("cmd", &c->envelope.id, id);
    log_event(LOG_DEBUG, "command", log_str("command", c->type != NULL ? c->type->name : "none"),
              log_str("command_id", id), log_str("code", outcome_code(o)),
              log_str("trace_id", trace_id_of(c->traceparent, trace)));
}

static void send_reply(struct inbox *in, const struct inbox_item *item, struct buf *reply, enum outcome o)
{
    micro_count(in->options.counts, outcome_http_status(o) >= 500 ? outcome_code(o) : NULL);
    if (log_enabled(LOG_DEBUG))
        log_answer(item, o);
    const char *to = natsMsg_GetReply(item->msg);
    if (to == NULL || buf_status(reply) != STATUS_OK) {
        log_event(LOG_WARN, "answer_not_sent", log_str("subject", natsMsg_GetSubject(item->msg)));
        return;
    }
    if (bus_publish(in->bus, to, NULL, NULL, reply->data, (int)reply->len) != STATUS_OK)
        metric_add(ledger_metrics.answers_lost, 1); /* the sender asks again with the same key */
}

void inbox_answer(struct inbox *in, const struct inbox_item *item, const struct answer *answer)
{
    buf_reset(&in->reply);
    reply_write(answer->status, answer->replayed, answer->body, &in->reply);
    send_reply(in, item, &in->reply, answer->outcome);
}

static void answer_problem(struct inbox *in, const struct inbox_item *item, const struct problem *p)
{
    CLEANUP(buf_free) struct buf body = {0};
    buf_init(&body, 64 << 10);
    problem_write(p, &body);
    buf_reset(&in->reply);
    reply_write(outcome_http_status(p->outcome), false, (struct str){body.data, body.len}, &in->reply);
    send_reply(in, item, &in->reply, p->outcome);
}

void inbox_answer_problem(struct inbox *in, const struct inbox_item *item, enum outcome o)
{
    struct problem p;
    problem_init(&p, o);
    answer_problem(in, item, &p);
    ledger_metrics_count(item->command.type, o);
}

void inbox_flush(struct inbox *in)
{
    bus_flush(in->bus);
}

void inbox_finish(struct inbox *in, struct inbox_item *item)
{
    in->bytes -= (size_t)natsMsg_GetDataLength(item->msg);
    in->entries -= item->entries;
    item_release(item);
}

void inbox_release(struct inbox *in)
{
    for (size_t i = 0; i < in->count; i++)
        item_release(&in->items[i]);
    in->count = in->bytes = in->entries = 0;
    arena_reset(&in->arena);
}

/* The command that a subject names, with its spec; NULL: none, or one that does not belong on this subject.
 */
static const struct command_spec *spec_of(const char *subject, const struct command_type **ret_type)
{
    *ret_type = NULL;
    bool bulk = strncmp(subject, COMMAND_BULK_PREFIX, strlen(COMMAND_BULK_PREFIX)) == 0;
    const char *prefix = bulk ? COMMAND_BULK_PREFIX : COMMAND_SUBJECT_PREFIX;
    if (strncmp(subject, prefix, strlen(prefix)) != 0)
        return NULL;
    struct str name = str_of(subject + strlen(prefix));
    const struct command_spec *spec = command_spec_find(name);
    if (spec == NULL || spec->bulk != bulk)
        return NULL;
    *ret_type = command_type_find(name);
    return *ret_type != NULL ? spec : NULL;
}

/* As sent; without one, or with a wild one, five seconds from now. */
static int64_t deadline_of(const struct command_envelope *e)
{
    int64_t now = clock_unix_us();
    bool is_wild = e->deadline_us == 0 || e->deadline_us > now + DEADLINE_MAX_US;
    return is_wild ? now + DEFAULT_DEADLINE_US : e->deadline_us;
}

/* As sent if it is one, else empty: what is stored must be valid text. */
static struct str traceparent_of(const struct command_envelope *e)
{
    struct trace trace;
    return trace_parse(e->traceparent, &trace) == STATUS_OK ? e->traceparent : (struct str){NULL, 0};
}

static enum status read_command(struct inbox *in, struct inbox_item *item, struct problem *ret_problem)
{
    struct command *c = &item->command;
    const struct command_spec *spec = spec_of(natsMsg_GetSubject(item->msg), &c->type);
    if (spec == NULL) {
        problem_init(ret_problem, OUTCOME_not_found);
        problem_detail(ret_problem, "no command has the subject %.80s", natsMsg_GetSubject(item->msg));
        return STATUS_INVALID;
    }
    struct str body = {natsMsg_GetData(item->msg), (size_t)natsMsg_GetDataLength(item->msg)};
    enum status s = command_read(body, spec, &item->root, &c->envelope, ret_problem);
    if (s != STATUS_OK)
        return s;
    c->deadline_us = deadline_of(&c->envelope);
    c->traceparent = traceparent_of(&c->envelope);
    c->key_digest = command_key_digest(c->type, &c->envelope);
    if (c->envelope.source.len > 0)
        c->source_digest = digest_source(c->envelope.source);
    c->data = c->type->decode(&c->envelope, &in->arena);
    if (c->data == NULL) {
        problem_init(ret_problem, OUTCOME_busy);
        return STATUS_FULL;
    }
    struct needs needs = {0};
    c->type->needs(c, &needs, &in->arena);
    item->entries = needs.entries;
    return STATUS_OK;
}

/* Only a request from an inbox is a command. A JetStream consumer's delivery carries another reply subject:
   who may make consumers could otherwise have stored bytes delivered here, past the permission to publish
   commands. */
static bool is_request(natsMsg *msg)
{
    const char *reply = natsMsg_GetReply(msg);
    return reply != NULL && strncmp(reply, REPLY_PREFIX, strlen(REPLY_PREFIX)) == 0;
}

/* Nothing is wanted but an answer from where commands are taken. */
static bool is_heartbeat(natsMsg *msg)
{
    return strcmp(natsMsg_GetSubject(msg), COMMAND_HEARTBEAT_SUBJECT) == 0;
}

static void answer_heartbeat(struct inbox *in, natsMsg *msg)
{
    buf_reset(&in->reply);
    reply_write(200, false, STR_LIT("{}"), &in->reply);
    if (buf_status(&in->reply) == STATUS_OK && bus_publish(in->bus, natsMsg_GetReply(msg), NULL, NULL,
                                                           in->reply.data, (int)in->reply.len) != STATUS_OK)
        metric_add(ledger_metrics.answers_lost, 1);
}

/* Too much for this batch's memory, but not by itself: it waits for the next one. */
static bool carry(struct inbox *in, struct inbox_item *item)
{
    if (in->count == 0)
        return false;
    in->carried = item->msg;
    item->msg = NULL;
    item_release(item);
    return true;
}

/* False: it was malformed or no command, has been answered (if it was a request at all) and released; or it
   is carried. */
static bool decode(struct inbox *in, natsMsg *msg, struct inbox_item *ret_item)
{
    struct inbox_item item = {.msg = msg};
    struct problem problem;
    if (!is_request(msg)) {
        log_event(LOG_WARN, "not_a_request", log_str("subject", natsMsg_GetSubject(msg)));
        metric_add(ledger_metrics.malformed, 1);
        item_release(&item);
        return false;
    }
    enum status s = read_command(in, &item, &problem);
    if (s == STATUS_OK) {
        *ret_item = item;
        return true;
    }
    if (s == STATUS_FULL && carry(in, &item))
        return false;
    if (is_heartbeat(msg)) {
        answer_heartbeat(in, msg);
    } else {
        metric_add(ledger_metrics.malformed, 1);
        answer_problem(in, &item, &problem);
    }
    item_release(&item);
    return false;
}

/* With far more waiting than can be worked off in time, the oldest are told to come again. */
static void shed(struct inbox *in)
{
    uint64_t waiting = 0;
    if (natsSubscription_QueuedMsgs(in->sub, &waiting) != NATS_OK)
        return;
    metric_add(ledger_metrics.queue_depth, (int64_t)waiting - in->waiting); /* the sum over all workers */
    in->waiting = (int64_t)waiting;
    int64_t surplus = (int64_t)waiting - in->options.queue_max;
    natsMsg *msg = NULL;
    int n = 0;
    while (n < surplus && n < SHED_AT_ONCE_MAX && natsSubscription_NextMsg(&msg, in->sub, 0) == NATS_OK) {
        struct inbox_item item = {.msg = msg};
        (void)spec_of(natsMsg_GetSubject(msg), &item.command.type);
        if (is_request(msg))
            inbox_answer_problem(in, &item, OUTCOME_busy);
        item_release(&item);
        n++;
    }
    if (n == 0)
        return;
    inbox_flush(in);
    log_event(LOG_WARN, "commands_shed", log_int("count", n), log_int("waiting", waiting));
}

static bool has_room(const struct inbox *in)
{
    return in->count < (size_t)in->options.batch_commands && in->bytes < INBOX_BYTES_MAX;
}

/* The message becomes an item, or is carried, or was malformed. */
static void take(struct inbox *in, natsMsg *msg, bool *ret_malformed)
{
    size_t entries_max = in->options.bulk ? INBOX_BULK_ENTRIES_MAX : INBOX_ENTRIES_MAX;
    struct inbox_item item;
    if (!decode(in, msg, &item)) {
        *ret_malformed = *ret_malformed || in->carried == NULL;
        return;
    }
    if (in->entries + item.entries > entries_max && carry(in, &item))
        return;
    in->bytes += (size_t)natsMsg_GetDataLength(msg);
    in->entries += item.entries;
    in->items[in->count++] = item;
}

size_t inbox_receive(struct inbox *in, int wait_ms)
{
    size_t before = in->count;
    bool malformed = false;
    natsMsg *msg = in->carried;
    shed(in);
    if (msg != NULL && has_room(in)) {
        in->carried = NULL;
        take(in, msg, &malformed);
    }
    while (in->carried == NULL && has_room(in) &&
           natsSubscription_NextMsg(&msg, in->sub, in->count == 0 && !malformed ? wait_ms : 0) == NATS_OK)
        take(in, msg, &malformed);
    if (malformed)
        inbox_flush(in);
    if (in->count > before)
        crash_point("ledger.received");
    return in->count;
}
