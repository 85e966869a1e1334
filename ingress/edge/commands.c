/* commands.c - a malformed request never reaches the bus. */
#include "ingress/edge/commands.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ingress/domain/idempotency.h"
#include "ingress/edge/command_body.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"

#define RESEND_AFTER_MS       1500
#define RESEND_SOON_MS        150
#define NO_RESPONDER_RETRY_MS 1000
#define BULK_RESEND_AFTER_MS  3000              /* it is large, and may have to wait its turn */
#define MESSAGE_MAX           ((size_t)6 << 20) /* the largest body of a route, and what is around it */
#define SUBJECT_SIZE          64

/* Empty when none was given and none is needed. */
static bool read_key(struct exchange *ex, char ret_key[COMMAND_KEY_MAX + 1])
{
    const char *header = http_header_find(&ex->head, "Idempotency-Key");
    ret_key[0] = '\0';
    if (header == NULL) {
        if (ex->route->key == KEY_REQUIRED) {
            exchange_refuse(ex, OUTCOME_idempotency_key_missing,
                            "Send a fresh Idempotency-Key for each intent.");
            return false;
        }
        return true;
    }
    if (http_header_count(&ex->head, "Idempotency-Key") > 1 ||
        idempotency_key_parse(header, ret_key) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_idempotency_key_invalid, NULL);
        return false;
    }
    return true;
}

/* When to come again, as the service says it. */
static void add_limit_headers(struct exchange *ex, struct str body)
{
    struct problem p;
    json_t *problem CLEANUP(json_decref_ptr) = NULL;
    if (json_parse_object(body, &problem, &p) != STATUS_OK) {
        return;
    }
    long long wait_s = json_get_int(problem, "retry_after_seconds", 1);
    buf_addf(
        &ex->headers,
        "Retry-After: %lld\r\nRateLimit-Limit: %lld\r\nRateLimit-Remaining: 0\r\nRateLimit-Reset: %lld\r\n",
        wait_s, (long long)json_get_int(problem, "limit", 0), wait_s);
}

/* "Nothing was done" is said by the worker of one copy; another copy may still be executed. */
static void give_reply(struct exchange *ex, natsMsg *reply, int copies)
{
    struct str text = {natsMsg_GetData(reply), (size_t)natsMsg_GetDataLength(reply)};
    int status;
    bool replayed;
    struct str body;
    if (reply_read(text, &status, &replayed, &body) != STATUS_OK) {
        log_event(LOG_ERROR, "reply_unreadable", log_str("route", ex->route->pattern));
        exchange_refuse(ex, OUTCOME_outcome_unknown, NULL);
        return;
    }
    if (status >= 500 && copies > 1) {
        exchange_refuse(ex, OUTCOME_outcome_unknown, NULL);
        return;
    }
    if (ex->route->show != NULL && status < 300) {
        body = ex->route->show(ex, body);
        if (body.data == NULL) {
            return;
        }
    }
    exchange_raw(ex, status, status < 400 ? JSON_TYPE : PROBLEM_TYPE, body);
    if (status == 429) {
        add_limit_headers(ex, body);
    }
    ex->replayed = replayed;
    if (replayed) {
        buf_add_str(&ex->headers, "Idempotency-Replayed: true\r\n");
        metric_add(ex->ingress->metrics.replays, 1);
    }
}

void commands_request(struct exchange *ex, const struct rpc_call *request, const char *away)
{
    struct http_metrics *m = &ex->ingress->metrics;
    natsMsg *reply = NULL;
    int copies = 0;
    struct rpc_call call = *request;
    call.ret_copies = &copies;
    enum status s = rpc_request(ex->ingress->rpc, &call, &reply);
    if (s == STATUS_OK) {
        metric_add(m->rpc_ok, 1);
        give_reply(ex, reply, copies);
        bus_discard(ex->ingress->bus, reply);
    } else if (s == STATUS_UNAVAILABLE) {
        metric_add(m->rpc_unavailable, 1);
        exchange_refuse(ex, OUTCOME_unavailable, away);
    } else if (s == STATUS_FULL) {
        metric_add(m->rpc_failed, 1);
        exchange_refuse(ex, OUTCOME_busy, NULL);
    } else { /* whatever else went wrong, the command may be under way */
        metric_add(s == STATUS_UNKNOWN ? m->rpc_unknown : m->rpc_failed, 1);
        exchange_refuse(ex, OUTCOME_outcome_unknown, NULL);
    }
}

static void send_message(struct exchange *ex, const struct command_spec *spec, const struct buf *message,
                         int64_t deadline_us)
{
    char subject[SUBJECT_SIZE];
    snprintf(subject, sizeof(subject), "%s%s", command_subject_prefix(spec), spec->name);
    struct rpc_call call = {.subject = subject,
                            .data = message->data,
                            .len = (int)message->len,
                            .deadline_us = deadline_us,
                            .resend_after_ms = spec->bulk ? BULK_RESEND_AFTER_MS : RESEND_AFTER_MS,
                            .resend_soon_ms = spec->bulk ? 0 : RESEND_SOON_MS,
                            .no_responder_retry_ms = NO_RESPONDER_RETRY_MS};
    commands_request(ex, &call, "The ledger is not available.");
}

void commands_send(struct exchange *ex, const struct command_spec *spec, const struct command_envelope *order,
                   struct str data)
{
    struct buf message CLEANUP(buf_free);
    buf_init(&message, MESSAGE_MAX);
    uint32_t random[2];
    exchange_random(ex, random, sizeof(random));
    struct command_envelope c = *order;
    c.id = uuid7_make(clock_unix_us(), random[0], random[1]);
    c.deadline_us = clock_unix_us() + (ex->deadline_us - clock_monotonic_us());
    c.traceparent = str_of(ex->traceparent);
    command_write(&c, data, &message);
    if (buf_status(&message) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return;
    }
    send_message(ex, spec, &message, c.deadline_us);
}

/* The data as it travels, and the fingerprint of what the client asked for: what ingress makes is no part of
   that. False: the refusal is written. */
static bool write_data(struct exchange *ex, json_t *data, struct buf *out, struct digest *ret_fingerprint)
{
    if (json_canonical(data, out) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return false;
    }
    digest_request(str_of(ex->route->method), str_of(ex->head.target), str_of(ex->head.query),
                   (struct str){out->data, out->len}, ret_fingerprint);
    if (ex->route->prepare == NULL) {
        return true;
    }
    if (!ex->route->prepare(ex, data)) {
        return false;
    }
    buf_reset(out);
    if (json_canonical(data, out) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return false;
    }
    return true;
}

void commands_handle(struct exchange *ex)
{
    const struct command_spec *spec = command_spec_find(str_of(ex->route->command));
    assert(spec != NULL); /* route_check() at start */
    char key[COMMAND_KEY_MAX + 1];
    json_t *data CLEANUP(json_decref_ptr) = NULL;
    if (!read_key(ex, key) || !command_body_read(ex, spec, &data)) {
        return;
    }
    struct command_envelope c = {.owner = str_of(ex->credential.owner),
                                 .actor = str_of(ex->actor),
                                 .staff = ex->is_staff,
                                 .key = str_of(key)};
    struct buf text CLEANUP(buf_free);
    buf_init(&text, MESSAGE_MAX);
    if (write_data(ex, data, &text, &c.fingerprint)) {
        commands_send(ex, spec, &c, (struct str){text.data, text.len});
    }
}
