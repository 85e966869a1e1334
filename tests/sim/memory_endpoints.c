/* memory_endpoints.c - webhook endpoints stand where PostgreSQL has them, with the walls of their table. */
#include <string.h>

#include "tests/sim/memory_store_internal.h"

#define TEXT_MAX 4096

static struct str text_of(struct memory_store *s, const struct endpoint *e)
{
    struct buf buf;
    buf_init(&buf, TEXT_MAX);
    struct json_out json;
    json_out_init(&json, &buf);
    struct webhook_endpoint_resource resource = endpoint_resource_of(e);
    webhook_endpoint_write(&json, &resource);
    struct str text = store_keep(s, (struct str){buf.data, buf.len});
    buf_free(&buf);
    return text;
}

/* As a row: no text of the batch is borrowed. */
static void keep_row(struct memory_store *s, struct stored_endpoint *stored, const struct endpoint *e)
{
    stored->endpoint = *e;
    stored->endpoint.is_new = stored->endpoint.is_changed = false;
    stored->endpoint.owner = store_keep(s, e->owner);
    stored->endpoint.url = store_keep(s, e->url);
    stored->endpoint.description = store_keep(s, e->description);
    stored->endpoint.disabled_reason = store_keep(s, e->disabled_reason);
    stored->endpoint.event_types = store_keep(s, e->event_types);
    stored->endpoint.secret = store_keep(s, e->secret);
    stored->endpoint.previous_secret = store_keep(s, e->previous_secret);
}

static struct stored_endpoint *add(struct memory_store *s, const struct uuid *id)
{
    struct stored_endpoint *stored = store_must(arena_alloc(&s->arena, sizeof(*stored)));
    *stored = (struct stored_endpoint){.endpoint.id = *id, .next = s->newest_endpoint};
    s->newest_endpoint = stored;
    store_must(uuid_map_add(&s->endpoints, &s->arena, &stored->endpoint.id, stored) ? stored : NULL);
    return stored;
}

void memory_store_put_endpoint(struct memory_store *s, const struct endpoint *e)
{
    struct stored_endpoint *stored = add(s, &e->id);
    keep_row(s, stored, e);
    stored->text = text_of(s, e);
}

const struct endpoint *memory_store_find_endpoint(const struct memory_store *s, const struct uuid *id)
{
    const struct stored_endpoint *stored = uuid_map_find(&s->endpoints, id);
    return stored == NULL ? NULL : &stored->endpoint;
}

static bool count_endpoints(const struct memory_store *s, struct str owner, struct ledger *l)
{
    struct endpoint_owner *of = ledger_endpoints_of(l, owner);
    if (of == NULL) {
        return false;
    }
    of->living = of->made_of_late = 0;
    for (const struct stored_endpoint *e = s->newest_endpoint; e != NULL; e = e->next) {
        bool is_of_owner = str_eq(e->endpoint.owner, owner);
        of->living += is_of_owner && e->endpoint.status != ENDPOINT_deleted;
        of->made_of_late += is_of_owner;
    }
    return true;
}

bool store_load_endpoints(const struct memory_store *s, const struct needs *needs, struct ledger *l)
{
    for (size_t i = 0; i < needs->endpoints.count; i++) {
        const struct uuid *id = &needs->endpoints.ids[i];
        const struct endpoint *stored = memory_store_find_endpoint(s, id);
        if (stored == NULL || ledger_find_endpoint(l, id) != NULL) {
            continue;
        }
        struct endpoint *loaded = ledger_add_endpoint(l, id);
        if (loaded == NULL) {
            return false;
        }
        *loaded = *stored;
    }
    for (size_t i = 0; i < needs->endpoint_owners.count; i++) {
        if (!count_endpoints(s, needs->endpoint_owners.names[i], l)) {
            return false;
        }
    }
    return true;
}

/* The events of an endpoint are a chain, from its making to its deletion. */
bool store_apply_endpoint_event(struct memory_store *s, const struct ledger *l, const struct event_row *e)
{
    const struct endpoint *row = ledger_find_endpoint(l, &e->object_id);
    struct stored_endpoint *stored = uuid_map_find(&s->endpoints, &e->object_id);
    bool is_first = strcmp(e->type, "webhook_endpoint.created") == 0;
    if (row == NULL || is_first != (stored == NULL)) {
        return store_refuse(s, "an event has no webhook endpoint");
    }
    if (is_first) {
        stored = add(s, &e->object_id);
        if (!row->is_new || e->before.len > 0 || !store_take_id(s, &e->object_id)) {
            return store_refuse(s, "a new webhook endpoint is not one");
        }
    } else if (!str_eq(e->before, stored->text) || stored->endpoint.status == ENDPOINT_deleted) {
        return store_refuse(s, "a webhook endpoint cannot come to that");
    }
    stored->text = store_keep(s, e->after);
    stored->is_touched = true;
    if (strcmp(e->type, "webhook_endpoint.deleted") == 0) {
        stored->endpoint.status = ENDPOINT_deleted;
    }
    return true;
}

bool store_compare_endpoints(struct memory_store *s, const struct ledger *l)
{
    for (size_t i = 0; i < l->endpoint_count; i++) {
        const struct endpoint *row = l->endpoints[i];
        struct stored_endpoint *stored = uuid_map_find(&s->endpoints, &row->id);
        if (stored == NULL || stored->is_touched != (row->is_new || row->is_changed)) {
            return store_refuse(s, "a webhook endpoint is not marked as it is");
        }
        if (!str_eq(text_of(s, row), stored->text)) {
            return store_refuse(s, "a webhook endpoint differs from its events");
        }
        if (stored->is_touched) {
            keep_row(s, stored, row);
        }
        stored->is_touched = false;
    }
    return true;
}
