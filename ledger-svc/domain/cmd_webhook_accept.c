/* cmd_webhook_accept.c - takes an event that a provider sent: once, for ever, whatever is sent again.
   The event is its own key, and its id is that of the command that accepted it: so the same message once more
   (a lost COMMIT's answer, a command sent twice) is told from a provider's duplicate.
   Refusals in order of precedence:
     webhook_event_id_reused   the provider has sent other content under this id
     deadline_exceeded         nobody waits for the answer any more
   An exact duplicate is no refusal: it is accepted as the one before it, with duplicate true. */
#include "ledger-svc/domain/command.h"
#include "shared/core/timefmt.h"

#define ANSWER_TEXT_FIXED 256 /* the answer's JSON but for the provider's id */

struct webhook_accept {
    struct webhook_key key;
    struct str event_type, payload;
    int64_t occurred_us; /* 0: not said */
};

static struct webhook_key key_of(const struct command_envelope *e)
{
    return (struct webhook_key){json_get_str(e->data, "provider"), json_get_str(e->data, "event_id")};
}

struct uuid webhook_accept_key(const struct command_envelope *e)
{
    struct webhook_key key = key_of(e);
    return digest_webhook_event(key.provider, key.event_id);
}

void *webhook_accept_decode(const struct command_envelope *e, struct arena *a)
{
    struct webhook_accept *w = arena_alloc(a, sizeof(*w));
    if (w == NULL) {
        return NULL;
    }
    *w = (struct webhook_accept){.key = key_of(e),
                                 .event_type = json_get_str(e->data, "event_type"),
                                 .payload = json_get_str(e->data, "payload")};
    /* 0 stays when it is not there: the spec has checked it. */
    (void)!time_parse(json_get_str(e->data, "occurred_at"), &w->occurred_us);
    return w;
}

void webhook_accept_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct webhook_accept *w = c->data;
    needs_webhook(n, a, &w->key);
}

static void answer_event(struct ledger *l, const struct webhook_accept *w, const struct webhook_event *event,
                         bool is_duplicate, struct answer *ret_answer)
{
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, ANSWER_TEXT_FIXED + JSON_ESCAPE_MAX * w->key.event_id.len));
    json_object_open(&json);
    json_key(&json, "id");
    json_typeid(&json, "whe", &event->id);
    json_key(&json, "event_id");
    json_str(&json, w->key.event_id);
    json_key(&json, "status");
    json_str(&json, event->status);
    json_key(&json, "duplicate");
    json_bool(&json, is_duplicate);
    json_object_close(&json);
    answer_with(ret_answer, OUTCOME_accepted, ledger_keep(l));
    ret_answer->replayed = is_duplicate;
}

static void answer_known(struct ledger *l, const struct command *c, const struct webhook_event *event,
                         struct answer *ret_answer)
{
    if (!digest_equal(&event->fingerprint, &c->envelope.fingerprint)) {
        answer_refuse(l, ret_answer, OUTCOME_webhook_event_id_reused, "/event_id", NULL);
        return;
    }
    answer_event(l, c->data, event, uuid_compare(&event->id, &c->envelope.id) != 0, ret_answer);
}

/* NULL: out of memory, the batch is split. */
static struct webhook_event *accept(struct ledger *l, const struct command *c)
{
    const struct webhook_accept *w = c->data;
    struct webhook_event *event = ledger_add_webhook(l, &c->key_digest);
    struct webhook_row *row = plan_add_webhook(&l->plan, l->arena);
    if (event == NULL || row == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    event->id = c->envelope.id;
    event->fingerprint = c->envelope.fingerprint;
    event->status = STR_LIT("received");
    *row = (struct webhook_row){.id = event->id,
                                .work_id = id_next(&l->ids),
                                .provider = w->key.provider,
                                .event_id = w->key.event_id,
                                .event_type = w->event_type,
                                .fingerprint = event->fingerprint,
                                .payload = w->payload,
                                .occurred_us = w->occurred_us,
                                .traceparent = c->traceparent};
    return event;
}

void webhook_accept_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct webhook_event *event = ledger_find_webhook(l, &c->key_digest);
    if (event != NULL) {
        answer_known(l, c, event, ret_answer);
        return;
    }
    if (c->deadline_us < l->now_us) {
        answer_refuse(l, ret_answer, OUTCOME_deadline_exceeded, NULL, NULL);
        return;
    }
    event = accept(l, c);
    if (event != NULL) {
        answer_event(l, c->data, event, false, ret_answer);
    }
}
