/* plan.c - five growing arrays; what they outgrow stays in the arena until the batch ends. */
#include "ledger-svc/domain/plan.h"

#include <string.h>

#define ROWS_FIRST ((size_t)32)

/* The array at *rows with room for one more row, its count raised; NULL when the arena's cap is reached. */
static void *grow(struct arena *a, void *rows, size_t *count, size_t *cap, size_t row_size)
{
    if (*count == *cap) {
        size_t larger_cap = *cap == 0 ? ROWS_FIRST : 2 * *cap;
        void *larger = arena_alloc_array(a, larger_cap, row_size);
        if (larger == NULL) {
            return NULL;
        }
        if (*count > 0) {
            memcpy(larger, rows, *count * row_size);
        }
        rows = larger;
        *cap = larger_cap;
    }
    (*count)++;
    return rows;
}

struct transaction_row *plan_add_transaction(struct plan *p, struct arena *a)
{
    struct transaction_row *rows =
        grow(a, p->transactions, &p->transaction_count, &p->transaction_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->transactions = rows;
    return &rows[p->transaction_count - 1];
}

struct entry_row *plan_add_entry(struct plan *p, struct arena *a)
{
    struct entry_row *rows = grow(a, p->entries, &p->entry_count, &p->entry_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->entries = rows;
    return &rows[p->entry_count - 1];
}

struct event_row *plan_add_event(struct plan *p, struct arena *a)
{
    struct event_row *rows = grow(a, p->events, &p->event_count, &p->event_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->events = rows;
    return &rows[p->event_count - 1];
}

struct key_row *plan_add_key(struct plan *p, struct arena *a)
{
    struct key_row *rows = grow(a, p->keys, &p->key_count, &p->key_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->keys = rows;
    return &rows[p->key_count - 1];
}

struct source_row *plan_add_source(struct plan *p, struct arena *a)
{
    struct source_row *rows = grow(a, p->sources, &p->source_count, &p->source_cap, sizeof(*rows));
    if (rows == NULL) {
        return NULL;
    }
    p->sources = rows;
    return &rows[p->source_count - 1];
}
