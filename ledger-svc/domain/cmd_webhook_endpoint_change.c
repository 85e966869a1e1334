/* cmd_webhook_endpoint_change.c - webhook_endpoint.update, delete and rotate_secret of clients, and disable,
   which is webhook-svc's own. Refusals in order of precedence: not_found       the endpoint is unknown,
   deleted, or not the sender's invalid_value   update: ingress found the url not acceptable invalid_value
   update: an event type is none missing_field   rotate_secret: ingress has sealed no secret Repeating what is
   already so answers 200 and writes no event. */
#include "ledger-svc/domain/endpoint_change.h"

#define US_PER_SECOND       INT64_C(1000000)
#define OVERLAP_SECONDS     86400 /* for as long the secret before a new one signs as well */
#define REASON_BY_ITS_OWNER "switched off by request"

struct endpoint_change {
    struct uuid endpoint;
    struct str url, types, description, status, secret, reason; /* empty: not given */
    int64_t url_version; /* of disable: which url failed; 0: not given */
    struct endpoint_words words;
};

static void *decode(const struct command_envelope *e, struct arena *a)
{
    struct endpoint_change *u = arena_alloc(a, sizeof(*u));
    if (u == NULL || !endpoint_decode_types(e->data, a, &u->types)) {
        return NULL;
    }
    (void)json_get_id(e->data, "endpoint", "we", &u->endpoint);
    u->url = json_get_str(e->data, "url");
    u->description = json_get_str(e->data, "description");
    u->status = json_get_str(e->data, "status");
    u->secret = json_get_str(e->data, "secret");
    u->reason = json_get_str(e->data, "reason");
    u->url_version = json_get_int(e->data, "url_version", 0);
    u->words.url_refusal = json_get_str(e->data, "url_refusal");
    u->words.types = json_object_get(e->data, "event_types");
    return u;
}

static void needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct endpoint_change *u = c->data;
    needs_endpoint(n, a, &u->endpoint);
}

/* The endpoint to change, or NULL with the refusal as answer. */
static struct endpoint *find(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct endpoint_change *u = c->data;
    struct endpoint *e = endpoint_find(l, c, &u->endpoint);
    if (e == NULL) {
        answer_refuse(l, ret_answer, OUTCOME_not_found, NULL, NULL);
    }
    return e;
}

static void set_text(struct str *text, struct str given, bool *changed)
{
    if (given.len > 0 && !str_eq(*text, given)) {
        *text = given;
        *changed = true;
    }
}

/* The fact that a change of status is, or NULL: it stays as it is. */
static const char *set_status(struct ledger *l, struct endpoint *e, enum endpoint_status to,
                              struct str reason)
{
    if (e->status == to) {
        return NULL;
    }
    e->status = to;
    e->disabled_reason = to == ENDPOINT_disabled ? reason : (struct str){NULL, 0};
    if (to == ENDPOINT_enabled) {
        e->enabled_us = l->now_us;
        e->url_version++; /* what was tried before, and its silence, is not held against it */
        return "webhook_endpoint.enabled";
    }
    return to == ENDPOINT_disabled ? "webhook_endpoint.disabled" : "webhook_endpoint.deleted";
}

void *webhook_endpoint_update_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a);
}

void webhook_endpoint_update_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void webhook_endpoint_update_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct endpoint_change *u = c->data;
    struct endpoint *e = find(l, c, ret_answer);
    char pointer[32], detail[300];
    if (e == NULL) {
        return;
    }
    enum outcome refusal = endpoint_check_words(&u->words, pointer, detail);
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, pointer, detail);
        return;
    }
    struct str before = endpoint_text(l, e);
    bool changed = false;
    set_text(&e->url, u->url, &changed);
    e->url_version += changed;
    set_text(&e->event_types, u->types, &changed);
    set_text(&e->description, u->description, &changed);
    enum endpoint_status to = e->status;
    (void)endpoint_status_parse(u->status, &to);
    const char *fact = set_status(l, e, to, STR_LIT(REASON_BY_ITS_OWNER));
    if (changed || fact != NULL) {
        endpoint_changed(l, c, e, fact != NULL ? fact : "webhook_endpoint.updated", before);
    }
    answer_endpoint(l, ret_answer, OUTCOME_ok, e, false);
}

void *webhook_endpoint_delete_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a);
}

void webhook_endpoint_delete_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void webhook_endpoint_delete_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    struct endpoint *e = find(l, c, ret_answer);
    if (e == NULL) {
        return;
    }
    struct endpoint_owner *of = ledger_endpoints_of(l, e->owner);
    if (of == NULL) {
        return; /* out of memory: the batch is split */
    }
    of->living--; /* another one may be made in the same batch */
    struct str before = endpoint_text(l, e);
    const char *fact = set_status(l, e, ENDPOINT_deleted, (struct str){NULL, 0});
    endpoint_changed(l, c, e, fact, before);
    answer_endpoint(l, ret_answer, OUTCOME_ok, e, false);
}

void *webhook_endpoint_disable_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a);
}

void webhook_endpoint_disable_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void webhook_endpoint_disable_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct endpoint_change *u = c->data;
    struct endpoint *e = find(l, c, ret_answer);
    if (e == NULL) {
        return;
    }
    struct str before = endpoint_text(l, e);
    bool is_another =
        u->url_version != 0 && u->url_version != e->url_version; /* it was given a new url meanwhile */
    const char *fact = is_another ? NULL : set_status(l, e, ENDPOINT_disabled, u->reason);
    if (fact != NULL) {
        endpoint_changed(l, c, e, fact, before);
    }
    answer_endpoint(l, ret_answer, OUTCOME_ok, e, false);
}

void *webhook_endpoint_rotate_secret_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a);
}

void webhook_endpoint_rotate_secret_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

/* The secret before the previous one is no longer good: whoever rotates twice has lost the first. */
void webhook_endpoint_rotate_secret_decide(struct ledger *l, const struct command *c,
                                           struct answer *ret_answer)
{
    const struct endpoint_change *u = c->data;
    struct endpoint *e = find(l, c, ret_answer);
    if (e == NULL) {
        return;
    }
    if (u->secret.len == 0) {
        answer_refuse(l, ret_answer, OUTCOME_missing_field, "/secret", NULL);
        return;
    }
    struct str before = endpoint_text(l, e);
    e->previous_secret = e->secret;
    e->previous_until_us = l->now_us + OVERLAP_SECONDS * US_PER_SECOND;
    e->secret = u->secret;
    endpoint_changed(l, c, e, "webhook_endpoint.secret_rotated", before);
    answer_endpoint(l, ret_answer, OUTCOME_created, e, true);
}
