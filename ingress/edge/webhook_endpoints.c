/* webhook_endpoints.c - the stored answer to a key has the secret sealed, so that a replay shows the very
   same one and nothing at rest does. */
#include "ingress/edge/webhook_endpoints.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingress/edge/name_check.h"
#include "shared/core/clock.h"
#include "shared/core/sealed.h"
#include "shared/core/trace.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/webhook_target.h"

#define SECRET_BYTES  32
#define SECRET_PREFIX "whsec_"
#define SECRET_SIZE   64

/* What is wrong with the url travels with the command: a replay is answered as the first request was. */
static bool look_at_url(struct exchange *ex, json_t *data)
{
    const char *url = json_string_value(json_object_get(data, "url"));
    char reason[WEBHOOK_REASON_SIZE];
    struct webhook_target target;
    if (url == NULL) {
        return true; /* none, or none that the command takes */
    }
    bool development = ex->ingress->is_development;
    enum status s = webhook_target_parse(url, development, &target, reason);
    if (s == STATUS_OK) {
        s = webhook_target_check(&target, development, reason);
    }
    if (s == STATUS_OK) {
        s = name_check(&target, development, reason);
    }
    if (s != STATUS_OK && json_object_set_new(data, "url_refusal", json_string(reason)) != 0) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return false;
    }
    return true;
}

static bool takes(const struct exchange *ex, const char *field)
{
    const struct command_spec *spec = command_spec_find(str_of(ex->route->command));
    for (size_t i = 0; i < spec->field_count; i++) {
        if (strcmp(spec->fields[i].name, field) == 0) {
            return true;
        }
    }
    return false;
}

/* A secret is sealed for its endpoint, so a new endpoint has its name from here. ledger-svc refuses one that
   is there. */
static bool add_id(struct exchange *ex, json_t *data)
{
    uint32_t random[2];
    char text[TYPEID_TEXT_SIZE];
    exchange_random(ex, random, sizeof(random));
    struct uuid id = uuid7_make(clock_unix_us(), random[0], random[1]);
    typeid_format("we", &id, text);
    if (json_object_set_new(data, "id", json_string(text)) != 0) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return false;
    }
    return true;
}

static bool add_secret(struct exchange *ex, json_t *data)
{
    struct str endpoint = json_get_str(data, takes(ex, "id") ? "id" : "endpoint");
    unsigned char bytes[SECRET_BYTES], nonce[SEAL_NONCE_SIZE];
    char secret[SECRET_SIZE], sealed[SEALED_SIZE];
    if (ex->ingress->seal_keys.count == 0) {
        exchange_refuse(ex, OUTCOME_unavailable, "There is no key that seals secrets.");
        return false;
    }
    randombytes_buf(bytes, sizeof(bytes));
    randombytes_buf(nonce, sizeof(nonce));
    (void)snprintf(secret, sizeof(secret), "%s", SECRET_PREFIX);
    (void)sodium_bin2base64(secret + strlen(SECRET_PREFIX), sizeof(secret) - strlen(SECRET_PREFIX), bytes,
                            sizeof(bytes), sodium_base64_VARIANT_ORIGINAL);
    seal(&ex->ingress->seal_keys, nonce, endpoint, str_of(secret), sealed);
    sodium_memzero(bytes, sizeof(bytes));
    sodium_memzero(secret, sizeof(secret));
    if (json_object_set_new(data, "secret", json_string(sealed)) != 0) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return false;
    }
    return true;
}

bool webhook_endpoints_prepare(struct exchange *ex, json_t *data)
{
    return look_at_url(ex, data) && (!takes(ex, "id") || add_id(ex, data)) &&
           (!takes(ex, "secret") || add_secret(ex, data));
}

/* The answer as text in the exchange's memory; {NULL, 0}: not possible. */
static struct str keep(struct exchange *ex, const json_t *answer)
{
    char *text = json_dumps(answer, JSON_COMPACT);
    char *kept = text != NULL ? arena_strndup(&ex->arena, text, strlen(text)) : NULL;
    if (text != NULL) {
        sodium_memzero(text, strlen(text));
    }
    free(text);
    return str_of(kept);
}

struct str webhook_endpoints_show(struct exchange *ex, struct str answer)
{
    char secret[SEAL_PLAIN_MAX + 1];
    json_t *endpoint CLEANUP(json_decref_ptr) = json_loadb(answer.data, answer.len, 0, NULL);
    const json_t *sealed = json_object_get(endpoint, "secret");
    if (sealed == NULL) {
        return answer;
    }
    const struct str text = {json_string_value(sealed), json_string_length(sealed)};
    if (seal_open(&ex->ingress->seal_keys, text, json_get_str(endpoint, "id"), secret) != STATUS_OK) {
        char trace[TRACE_ID_SIZE];
        log_event(LOG_ERROR, "secret_not_opened", log_str("request_id", ex->request_id),
                  log_str("trace_id", trace_id_of(str_of(ex->traceparent), trace)));
        exchange_refuse(ex, OUTCOME_unavailable,
                        "It is done, but its secret cannot be shown now. Send the same key again later.");
        return (struct str){NULL, 0};
    }
    struct str shown = {NULL, 0};
    if (json_object_set_new(endpoint, "secret", json_string(secret)) == 0) {
        shown = keep(ex, endpoint);
    }
    sodium_memzero(secret, sizeof(secret));
    if (shown.data == NULL) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
    }
    return shown;
}
