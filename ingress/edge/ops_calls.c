/* ops_calls.c - see ops_calls.h. A replay is idempotent by the state of what is replayed, so no key is asked
   for; but a second copy would be answered otherwise than the first, so nothing is sent twice. */
#include "ingress/edge/ops_calls.h"

#include "ingress/domain/ops_request.h"
#include "ingress/edge/command_body.h"
#include "ingress/edge/commands.h"
#include "shared/core/clock.h"

#define REQUEST_MAX           8192
#define NO_RESPONDER_RETRY_MS 1000

static void ask(struct exchange *ex, const char *subject, const struct buf *request)
{
    if (buf_status(request) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return;
    }
    struct rpc_call call = {.subject = subject,
                            .data = request->data,
                            .len = (int)request->len,
                            .traceparent = ex->traceparent,
                            .deadline_us = clock_unix_us() + (ex->deadline_us - clock_monotonic_us()),
                            .no_responder_retry_ms = NO_RESPONDER_RETRY_MS};
    commands_request(ex, &call, "The service that does this is not available.");
}

void ops_replay_one(struct exchange *ex)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    if (!command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    ops_write_one(&request, ex->route->id_prefix, &ex->uuid, str_of(ex->actor));
    ask(ex, OPS_REPLAY_SUBJECT, &request);
}

void ops_replay_many(struct exchange *ex)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    if (!command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    struct problem p;
    if (ops_check_filter(body, &p) != STATUS_OK) {
        exchange_problem(ex, &p);
        return;
    }
    if (ops_write_filter(&request, body, str_of(ex->actor)) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return;
    }
    ask(ex, OPS_REPLAY_SUBJECT, &request);
}

static void ask_about_webhook(struct exchange *ex, const char *subject, bool with_body)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    if (!command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    const struct ops_webhook webhook = {.prefix = ex->route->id_prefix,
                                        .id = ex->uuid,
                                        .owner = exchange_owner(ex),
                                        .actor = str_of(ex->actor),
                                        .body = with_body ? body : NULL};
    ops_write_webhook(&request, &webhook);
    ask(ex, subject, &request);
}

void ops_retry_delivery(struct exchange *ex)
{
    ask_about_webhook(ex, OPS_RETRY_SUBJECT, false);
}

void ops_test_endpoint(struct exchange *ex)
{
    ask_about_webhook(ex, OPS_TEST_SUBJECT, false);
}

void ops_recover_endpoint(struct exchange *ex)
{
    ask_about_webhook(ex, OPS_RECOVER_SUBJECT, true);
}

void ops_inject_failure(struct exchange *ex)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    if (!command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    if (ops_write_injection(&request, body, str_of(ex->actor)) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return;
    }
    ask(ex, OPS_INJECT_SUBJECT, &request);
}

void ops_reset(struct exchange *ex)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    if (!command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    ops_write_reset(&request, str_of(ex->actor));
    ask(ex, OPS_RESET_SUBJECT, &request);
}

void ops_reconcile(struct exchange *ex)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    if (!command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    if (ops_write_recon(&request, body, str_of(ex->actor)) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return;
    }
    ask(ex, OPS_RECON_SUBJECT, &request);
}

static void decide(struct exchange *ex, const char *subject, struct str owner)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    if (!command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    const struct ops_decision decision = {ex->route->id_prefix, ex->uuid, owner, body, str_of(ex->actor)};
    if (ops_write_decision(&request, &decision) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return;
    }
    ask(ex, subject, &request);
}

void ops_discard_dead_letter(struct exchange *ex)
{
    decide(ex, OPS_DISCARD_SUBJECT, (struct str){0});
}

void ops_acknowledge_anomaly(struct exchange *ex)
{
    decide(ex, OPS_ACK_SUBJECT, (struct str){0});
}

void ops_resolve_anomaly(struct exchange *ex)
{
    decide(ex, OPS_RESOLVE_SUBJECT, (struct str){0});
}

void ops_approve_anomaly(struct exchange *ex)
{
    decide(ex, OPS_APPROVE_SUBJECT, (struct str){0});
}

/* Of an account of theirs, unless they are staff. */
void ops_withdraw_statement(struct exchange *ex)
{
    decide(ex, OPS_WITHDRAW_SUBJECT, exchange_owner(ex));
}
