/* plan.c - growing arrays; what they outgrow stays in the arena until the batch ends. */
#include "ledger-svc/domain/plan.h"

#include <assert.h>
#include <string.h>

struct transaction_row *plan_add_transaction(struct plan *p, struct arena *a)
{
    struct transaction_row *rows =
        arena_grow(a, p->transactions, p->transaction_count, &p->transaction_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->transactions = rows;
    return &rows[p->transaction_count++];
}

struct transaction_details_row *plan_add_details(struct plan *p, struct arena *a)
{
    struct transaction_details_row *rows =
        arena_grow(a, p->details, p->details_count, &p->details_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->details = rows;
    return &rows[p->details_count++];
}

struct entry_row *plan_add_entry(struct plan *p, struct arena *a)
{
    struct entry_row *rows = arena_grow(a, p->entries, p->entry_count, &p->entry_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->entries = rows;
    return &rows[p->entry_count++];
}

struct event_row *plan_add_event(struct plan *p, struct arena *a)
{
    struct event_row *rows = arena_grow(a, p->events, p->event_count, &p->event_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->events = rows;
    return &rows[p->event_count++];
}

struct key_row *plan_add_key(struct plan *p, struct arena *a)
{
    struct key_row *rows = arena_grow(a, p->keys, p->key_count, &p->key_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->keys = rows;
    return &rows[p->key_count++];
}

struct source_row *plan_add_source(struct plan *p, struct arena *a)
{
    struct source_row *rows = arena_grow(a, p->sources, p->source_count, &p->source_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->sources = rows;
    return &rows[p->source_count++];
}

struct webhook_row *plan_add_webhook(struct plan *p, struct arena *a)
{
    struct webhook_row *rows = arena_grow(a, p->webhooks, p->webhook_count, &p->webhook_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->webhooks = rows;
    return &rows[p->webhook_count++];
}

/* Zeroed, as rows are handed out. */
static void drop(void *rows, size_t *count, size_t kept, size_t size)
{
    assert(kept <= *count);
    if (kept < *count) {
        memset((char *)rows + kept * size, 0, (*count - kept) * size);
    }
    *count = kept;
}

void plan_rewind(struct plan *p, const struct plan *mark)
{
    drop(p->transactions, &p->transaction_count, mark->transaction_count, sizeof(*p->transactions));
    drop(p->details, &p->details_count, mark->details_count, sizeof(*p->details));
    drop(p->entries, &p->entry_count, mark->entry_count, sizeof(*p->entries));
    drop(p->events, &p->event_count, mark->event_count, sizeof(*p->events));
    drop(p->keys, &p->key_count, mark->key_count, sizeof(*p->keys));
    drop(p->sources, &p->source_count, mark->source_count, sizeof(*p->sources));
    drop(p->webhooks, &p->webhook_count, mark->webhook_count, sizeof(*p->webhooks));
}
