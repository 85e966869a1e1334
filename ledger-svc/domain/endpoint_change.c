/* endpoint_change.c - see endpoint_change.h. */
#include "ledger-svc/domain/endpoint_change.h"

#include <stdio.h>

#include "ledger-svc/domain/event.h"
#include "shared/contract/fact.h"

#define ENDPOINT_TEXT_FIXED 1024 /* an endpoint's JSON but for what its owner wrote */
#define ITEM_FIXED          4    /* an item's quotes and comma; the brackets */

bool endpoint_decode_types(const json_t *data, struct arena *a, struct str *ret_types)
{
    const json_t *types = json_object_get(data, "event_types");
    *ret_types = (struct str){NULL, 0};
    if (types == NULL) {
        return true;
    }
    size_t max = ITEM_FIXED, i;
    const json_t *type;
    json_array_foreach(types, i, type)
    {
        max += JSON_ESCAPE_MAX * json_string_length(type) + ITEM_FIXED;
    }
    struct buf text = {.data = arena_alloc(a, max + 1), .cap = max + 1, .max = max};
    if (text.data == NULL || json_canonical(types, &text) != STATUS_OK) {
        return false;
    }
    *ret_types = (struct str){text.data, text.len};
    return true;
}

enum outcome endpoint_check_words(const struct endpoint_words *words, char ret_pointer[static 32],
                                  char ret_detail[static 300])
{
    if (words->url_refusal.len > 0) {
        (void)snprintf(ret_pointer, 32, "/url");
        (void)snprintf(ret_detail, 300, "%.*s", (int)words->url_refusal.len, words->url_refusal.data);
        return OUTCOME_invalid_value;
    }
    for (size_t i = 0; i < json_array_size(words->types); i++) {
        const json_t *type = json_array_get(words->types, i);
        if (!fact_pattern_is_known((struct str){json_string_value(type), json_string_length(type)})) {
            (void)snprintf(ret_pointer, 32, "/event_types/%zu", i);
            (void)snprintf(ret_detail, 300, "is no event type, resource.* or *");
            return OUTCOME_invalid_value;
        }
    }
    return OUTCOME_ok;
}

struct endpoint *endpoint_find(const struct ledger *l, const struct command *c, const struct uuid *id)
{
    struct endpoint *e = ledger_find_endpoint(l, id);
    bool is_seen = e != NULL && e->status != ENDPOINT_deleted &&
                   (c->envelope.staff || str_eq(e->owner, c->envelope.owner));
    return is_seen ? e : NULL;
}

static size_t text_max(const struct endpoint *e)
{
    return ENDPOINT_TEXT_FIXED + e->event_types.len + e->secret.len +
           JSON_ESCAPE_MAX * (e->url.len + e->description.len + e->disabled_reason.len);
}

struct str endpoint_text(struct ledger *l, const struct endpoint *e)
{
    struct webhook_endpoint_resource resource = endpoint_resource_of(e);
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, text_max(e)));
    webhook_endpoint_write(&json, &resource);
    return ledger_keep(l);
}

void endpoint_changed(struct ledger *l, const struct command *c, struct endpoint *e, const char *fact,
                      struct str before)
{
    e->is_changed = !e->is_new;
    if (l->now_us > e->updated_us) { /* unless the clock was set back */
        e->updated_us = l->now_us;
    }
    const struct event_row row = {.type = fact,
                                  .resource = "webhook_endpoint",
                                  .object_id = e->id,
                                  .before = before,
                                  .after = endpoint_text(l, e)};
    event_add(l, c, &row);
}

void answer_endpoint(struct ledger *l, struct answer *ret_answer, enum outcome o, const struct endpoint *e,
                     bool with_secret)
{
    struct webhook_endpoint_resource resource = endpoint_resource_of(e);
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, text_max(e)));
    webhook_endpoint_open(&json, &resource);
    if (with_secret) {
        json_key(&json, "secret");
        json_str(&json, e->secret);
    }
    json_object_close(&json);
    answer_with(ret_answer, o, ledger_keep(l));
}
