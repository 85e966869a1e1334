/* cmd_webhook_endpoint_create.c - an owner wants events sent to an address.
   Refusals in order of precedence:
     forbidden                    another owner is named, and the sender is not staff
     invalid_value                ingress found the url not acceptable
     invalid_value                an event type is none
     missing_field                ingress has sealed no secret
     invalid_value                the id is taken
     too_many_webhook_endpoints   the owner has ENDPOINTS_OF_OWNER_MAX
     too_many_new_webhook_endpoints   the owner has made ENDPOINTS_OF_DAY_MAX in 24 hours */
#include <stdio.h>

#include "ledger-svc/domain/endpoint_change.h"

struct endpoint_create {
    bool has_id; /* an ingress from before secrets belonged to endpoints sends none */
    struct uuid id;
    struct str owner, url, types, description, secret; /* secret: sealed by ingress */
    struct endpoint_words words;
};

void *webhook_endpoint_create_decode(const struct command_envelope *e, struct arena *a)
{
    struct endpoint_create *n = arena_alloc(a, sizeof(*n));
    if (n == NULL || !endpoint_decode_types(e->data, a, &n->types)) {
        return NULL;
    }
    n->owner = json_get_str(e->data, "owner");
    if (n->owner.len == 0) {
        n->owner = e->owner;
    }
    n->has_id = json_get_id(e->data, "id", "we", &n->id);
    n->url = json_get_str(e->data, "url");
    n->description = json_get_str(e->data, "description");
    n->secret = json_get_str(e->data, "secret");
    n->words.url_refusal = json_get_str(e->data, "url_refusal");
    n->words.types = json_object_get(e->data, "event_types");
    return n;
}

void webhook_endpoint_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct endpoint_create *create = c->data;
    needs_endpoint_count(n, a, create->owner);
    if (create->has_id) {
        needs_endpoint(n, a, &create->id);
    }
}

/* OUTCOME_ok, or why not. */
static enum outcome check(const struct ledger *l, const struct command *c, const struct endpoint_owner *of,
                          char ret_pointer[static 32], char ret_detail[static 300])
{
    const struct endpoint_create *n = c->data;
    if (!c->envelope.staff && !str_eq(n->owner, c->envelope.owner)) {
        (void)snprintf(ret_pointer, 32, "/owner");
        (void)snprintf(ret_detail, 300, "Only staff may make webhook endpoints of others.");
        return OUTCOME_forbidden;
    }
    enum outcome refusal = endpoint_check_words(&n->words, ret_pointer, ret_detail);
    if (refusal == OUTCOME_ok && n->secret.len == 0) {
        (void)snprintf(ret_pointer, 32, "/secret");
        return OUTCOME_missing_field;
    }
    if (refusal == OUTCOME_ok && n->has_id && ledger_find_endpoint(l, &n->id) != NULL) {
        (void)snprintf(ret_pointer, 32, "/id");
        (void)snprintf(ret_detail, 300, "is another webhook endpoint's");
        return OUTCOME_invalid_value;
    }
    if (refusal == OUTCOME_ok && of->living >= ENDPOINTS_OF_OWNER_MAX) {
        return OUTCOME_too_many_webhook_endpoints;
    }
    if (refusal == OUTCOME_ok && of->made_of_late >= ENDPOINTS_OF_DAY_MAX) {
        return OUTCOME_too_many_new_webhook_endpoints;
    }
    return refusal;
}

void webhook_endpoint_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct endpoint_create *n = c->data;
    char pointer[32] = "", detail[300] = "";
    struct endpoint_owner *of = ledger_endpoints_of(l, n->owner);
    if (of == NULL) {
        return; /* out of memory: the batch is split */
    }
    enum outcome refusal = check(l, c, of, pointer, detail);
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, pointer[0] != '\0' ? pointer : NULL,
                      detail[0] != '\0' ? detail : NULL);
        return;
    }
    struct uuid id = n->has_id ? n->id : id_next(&l->ids);
    struct endpoint *e = ledger_add_endpoint(l, &id);
    if (e == NULL) {
        return;
    }
    e->is_new = true;
    e->owner = n->owner;
    e->url = n->url;
    e->url_version = 1;
    e->event_types = n->types;
    e->description = n->description;
    e->secret = n->secret;
    e->enabled_us = e->created_us = e->updated_us = l->now_us;
    of->living++;
    of->made_of_late++;
    endpoint_changed(l, c, e, "webhook_endpoint.created", (struct str){NULL, 0});
    answer_endpoint(l, ret_answer, OUTCOME_created, e, true);
}
