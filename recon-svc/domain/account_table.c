/* account_table.c - see account_table.h. */
#include "recon-svc/domain/account_table.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN  ((size_t)1 << 10)
#define HASH_MULTIPLY UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio */

struct account_state {
    struct account_place place;                            /* version 0: no entry yet */
    int64_t proved_version, proved_debits, proved_credits; /* by an earlier run */
    char currency[4];                                      /* of its entries */
    bool is_used, is_broken;
};

void account_table_init(struct account_table *t, size_t max)
{
    *t = (struct account_table){.max = max};
}

void account_table_free(struct account_table *t)
{
    free(t->states);
    *t = (struct account_table){0};
}

/* Ids may differ in any of their bytes: each has its part in the low bits. */
static size_t hash(const struct uuid *id)
{
    uint64_t begin, end;
    memcpy(&begin, id->bytes, sizeof begin);
    memcpy(&end, id->bytes + sizeof begin, sizeof end);
    uint64_t mixed = begin ^ end;
    mixed = (mixed ^ mixed >> 32) * HASH_MULTIPLY;
    return (size_t)(mixed ^ mixed >> 32);
}

/* Its state, or the free place for it. The table is never full. */
static struct account_state *find(const struct account_table *t, const struct uuid *account)
{
    size_t at = hash(account) & (t->capacity - 1);
    while (t->states[at].is_used && uuid_compare(&t->states[at].place.account, account) != 0)
        at = (at + 1) & (t->capacity - 1);
    return &t->states[at];
}

static bool grow(struct account_table *t)
{
    struct account_table larger = *t;
    larger.capacity = t->capacity == 0 ? CAPACITY_MIN : t->capacity * 2;
    larger.states = calloc(larger.capacity, sizeof *larger.states);
    if (larger.states == NULL)
        return false;
    for (size_t i = 0; i < t->capacity; i++)
        if (t->states[i].is_used)
            *find(&larger, &t->states[i].place.account) = t->states[i];
    free(t->states);
    *t = larger;
    return true;
}

/* NULL when there is no room for another one. */
static struct account_state *find_or_add(struct account_table *t, const struct uuid *account)
{
    struct account_state *state = t->capacity > 0 ? find(t, account) : NULL;
    if (state != NULL && state->is_used)
        return state;
    if (t->count == t->max || (t->count >= t->capacity / 4 * 3 && !grow(t)))
        return NULL;
    state = find(t, account);
    *state = (struct account_state){.place = {.account = *account}, .is_used = true};
    t->count++;
    return state;
}

void account_table_expect(struct account_table *t, const struct account_place *proved)
{
    struct account_state *state = find_or_add(t, &proved->account);
    if (state == NULL)
        return;
    state->proved_version = proved->version;
    state->proved_debits = proved->debits;
    state->proved_credits = proved->credits;
}

static bool follows(const struct account_state *state, const struct account_entry *e)
{
    const struct account_place *p = &state->place;
    int64_t balance = p->credits - p->debits + (e->is_debit ? -e->amount : e->amount);
    return e->version == p->version + 1 && e->balance_after == balance && e->created_us >= p->last_us &&
           (p->version == 0 || strcmp(e->currency, state->currency) == 0);
}

static bool is_as_proved(const struct account_state *state)
{
    return state->place.version != state->proved_version ||
           (state->place.debits == state->proved_debits && state->place.credits == state->proved_credits);
}

void account_table_follow(struct account_table *t, const struct uuid *account,
                          const struct account_entry *entry)
{
    struct account_state *state = find_or_add(t, account);
    if (state == NULL || state->is_broken)
        return;
    if (!follows(state, entry)) {
        state->is_broken = true;
        return;
    }
    struct account_place *p = &state->place;
    *(entry->is_debit ? &p->debits : &p->credits) += entry->amount;
    p->version = entry->version;
    p->last_us = entry->created_us;
    memcpy(state->currency, entry->currency, sizeof state->currency);
    state->is_broken = !is_as_proved(state);
}

struct account_place account_table_place(const struct account_table *t, const struct uuid *account,
                                         const char currency[4])
{
    const struct account_state *state = t->capacity > 0 ? find(t, account) : NULL;
    if (state == NULL || !state->is_used || state->is_broken || strcmp(state->currency, currency) != 0)
        return (struct account_place){.account = *account};
    return state->place;
}
