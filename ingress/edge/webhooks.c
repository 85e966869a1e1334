/* webhooks.c - who sent it, is it theirs, is it an event; then it is a command like any other. */
#include "ingress/edge/webhooks.h"

#include <sodium.h>
#include <stdio.h>

#include "ingress/domain/webhook_event.h"
#include "ingress/edge/command_body.h"
#include "ingress/edge/commands.h"
#include "shared/core/clock.h"
#include "shared/core/trace.h"
#include "shared/io/log.h"

#define SECRETS_FILE_MAX 65536
#define MESSAGE_DATA_MAX ((size_t)2 << 20) /* the payload with every character escaped, and the rest */
#define LOG_EVERY_US     INT64_C(1000000)  /* while what comes is refused */
#define US_PER_S         INT64_C(1000000)

enum status webhooks_load(const char *file, struct webhook_secrets *ret_secrets, FILE *errors)
{
    char text[SECRETS_FILE_MAX];
    int line = 0;
    if (file == NULL) {
        *ret_secrets = (struct webhook_secrets){0};
        return STATUS_OK;
    }
    FILE *f = fopen(file, "re");
    size_t len = f != NULL ? fread(text, 1, sizeof(text), f) : 0;
    bool is_whole = f != NULL && ferror(f) == 0 && len < sizeof(text);
    if (f != NULL) {
        fclose(f);
    }
    const char *wrong = is_whole ? webhook_secrets_parse((struct str){text, len}, ret_secrets, &line)
                                 : "cannot be read, or is too large";
    sodium_memzero(text, sizeof(text));
    if (wrong != NULL) {
        fprintf(errors, "PAYBUS_WEBHOOK_SECRETS: line %d %s\n", line, wrong);
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

static size_t index_of(const struct exchange *ex, const struct webhook_provider *provider)
{
    return (size_t)(provider - ex->ingress->webhook_secrets.providers);
}

/* A header that comes twice is none: whoever signed and whoever checks might mean different ones. */
static struct str lone_header(const struct http_head *head, const char *name)
{
    return http_header_count(head, name) == 1 ? str_of(http_header_find(head, name)) : (struct str){0};
}

/* Anybody can make refusals, so they are told once a second; the counters have all. */
static void tell_refusal(struct exchange *ex, const struct webhook_provider *provider, enum webhook_verdict v)
{
    struct inbound_metrics *m = &ex->ingress->inbound_metrics;
    metric_add(m->failures[index_of(ex, provider)][v], 1);
    long long logged_us = atomic_load(&m->refusal_logged_us), now_us = clock_monotonic_us();
    if ((logged_us == 0 || now_us - logged_us >= LOG_EVERY_US) &&
        atomic_compare_exchange_strong(&m->refusal_logged_us, &logged_us, now_us)) {
        char trace[TRACE_ID_SIZE];
        log_event(LOG_WARN, "webhook_unauthorized", log_str("provider", provider->name),
                  log_str("reason", webhook_verdict_name(v)), log_str("request_id", ex->request_id),
                  log_str("trace_id", trace_id_of(str_of(ex->traceparent), trace)));
    }
}

static bool is_genuine(struct exchange *ex, const struct webhook_provider *provider)
{
    static const enum outcome outcomes[WEBHOOK_VERDICTS] = {
        [WEBHOOK_HEADER_MISSING] = OUTCOME_webhook_headers_missing,
        [WEBHOOK_ID_INVALID] = OUTCOME_webhook_id_invalid,
        [WEBHOOK_TIMESTAMP_INVALID] = OUTCOME_webhook_timestamp_invalid,
        [WEBHOOK_TIMESTAMP_FAR] = OUTCOME_webhook_timestamp_too_far,
        [WEBHOOK_SIGNATURE_INVALID] = OUTCOME_webhook_signature_invalid,
        [WEBHOOK_FORGED] = OUTCOME_webhook_signature_mismatch,
    };
    const struct webhook_headers headers = {.id = lone_header(&ex->head, "webhook-id"),
                                            .timestamp = lone_header(&ex->head, "webhook-timestamp"),
                                            .signature = lone_header(&ex->head, "webhook-signature")};
    enum webhook_verdict v = webhook_verify(provider->secrets, provider->secret_count, &headers, ex->body,
                                            clock_unix_us() / US_PER_S);
    if (v == WEBHOOK_GENUINE) {
        return true;
    }
    tell_refusal(ex, provider, v);
    exchange_refuse(ex, outcomes[v], NULL);
    return false;
}

static bool is_json(struct exchange *ex)
{
    struct problem p;
    if (http_head_check_json(&ex->head, &p) == STATUS_OK) {
        return true;
    }
    exchange_problem(ex, &p);
    return false;
}

static void accept(struct exchange *ex, const struct webhook_provider *provider)
{
    json_t *body CLEANUP(json_decref_ptr) = NULL;
    if (!is_json(ex) || !is_genuine(ex, provider) || !command_body_read(ex, ex->route->body, &body)) {
        return;
    }
    struct buf data CLEANUP(buf_free);
    buf_init(&data, MESSAGE_DATA_MAX);
    struct command_envelope c = {.owner = str_of(provider->name), .actor = str_of(provider->name)};
    const struct webhook_event event = {body, ex->body, c.owner};
    struct problem p;
    if (webhook_event_write(&event, &data, &c.fingerprint, &p) != STATUS_OK) {
        exchange_problem(ex, &p);
        return;
    }
    commands_send(ex, command_spec_find(str_of(ex->route->command)), &c, (struct str){data.data, data.len});
}

static enum webhook_result result_of(const struct exchange *ex)
{
    switch (ex->status) {
    case 202:
        return ex->replayed ? WEBHOOK_DUPLICATE : WEBHOOK_ACCEPTED;
    case 401:
        return WEBHOOK_UNAUTHORIZED;
    case 409:
        return WEBHOOK_REUSED;
    default:
        return ex->status < 500 ? WEBHOOK_REFUSED : WEBHOOK_FAILED;
    }
}

void webhooks_receive(struct exchange *ex)
{
    const struct webhook_provider *provider = webhook_secrets_find(&ex->ingress->webhook_secrets, ex->id);
    if (provider == NULL) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    accept(ex, provider);
    metric_add(ex->ingress->inbound_metrics.received[index_of(ex, provider)][result_of(ex)], 1);
}
