/* memory_store.c - the checks of the schema's walls, and some that only a test can afford. */
#include "tests/sim/memory_store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLD_TEXT_MAX 4096

bool store_refuse(struct memory_store *s, const char *why)
{
    (void)snprintf(s->error, sizeof(s->error), "%s", why);
    return false;
}

void *store_must(void *memory)
{
    if (memory == NULL) {
        (void)fprintf(stderr, "sim: the store is full: give it a larger cap\n");
        abort();
    }
    return memory;
}

struct str store_keep(struct memory_store *s, struct str text)
{
    return (struct str){store_must(arena_strndup(&s->arena, text.data, text.len)), text.len};
}

void memory_store_init(struct memory_store *s, size_t cap_bytes)
{
    *s = (struct memory_store){0};
    arena_init(&s->arena, cap_bytes);
}

void memory_store_free(struct memory_store *s)
{
    arena_free(&s->arena);
}

void memory_store_put(struct memory_store *s, const struct account *a)
{
    if (s->account_count == s->account_cap) {
        size_t cap = s->account_cap == 0 ? 128 : 2 * s->account_cap;
        struct account **larger = store_must(arena_alloc_array(&s->arena, cap, sizeof(*larger)));
        if (s->account_count > 0) {
            memcpy(larger, s->accounts, s->account_count * sizeof(*larger));
        }
        s->accounts = larger;
        s->account_cap = cap;
    }
    struct account *copy = store_must(arena_alloc(&s->arena, sizeof(*copy)));
    *copy = *a;
    copy->owner = store_keep(s, a->owner);
    copy->name = store_keep(s, a->name);
    copy->metadata = store_keep(s, a->metadata);
    copy->is_new = copy->is_changed = false;
    copy->loaded_version = copy->version;
    s->accounts[s->account_count++] = copy;
    if (!uuid_map_add(&s->by_id, &s->arena, &copy->id, copy)) {
        store_must(NULL);
    }
}

const struct account *memory_store_find(const struct memory_store *s, const struct uuid *id)
{
    return uuid_map_find(&s->by_id, id);
}

const struct hold *memory_store_find_hold(const struct memory_store *s, const struct uuid *id)
{
    const struct stored_hold *h = uuid_map_find(&s->holds, id);
    return h == NULL ? NULL : &h->hold;
}

static bool load_hold(const struct memory_store *s, const struct uuid *id, struct ledger *l)
{
    const struct hold *stored = memory_store_find_hold(s, id);
    struct hold *loaded = stored == NULL ? NULL : ledger_add_hold(l, &stored->id);
    if (loaded == NULL) {
        return stored == NULL;
    }
    *loaded = *stored;
    loaded->loaded_captured = stored->captured;
    return true;
}

static bool load_original(const struct memory_store *s, const struct uuid *id, struct ledger *l)
{
    const struct original *stored = uuid_map_find(&s->transactions, id);
    struct original *loaded = stored == NULL ? NULL : ledger_add_original(l, &stored->id);
    if (loaded == NULL) {
        return stored == NULL;
    }
    loaded->kind = stored->kind;
    loaded->owner = stored->owner;
    loaded->amount = stored->amount;
    loaded->reversed = loaded->loaded_reversed = stored->reversed;
    memcpy(loaded->currency, stored->currency, sizeof(loaded->currency));
    for (size_t i = 0; i < stored->entry_count; i++) {
        struct original_entry *entry = ledger_add_original_entry(l, loaded);
        if (entry == NULL) {
            return false;
        }
        *entry = stored->entries[i];
    }
    return true;
}

/* What tells further accounts. */
static bool load_objects(const struct memory_store *s, struct needs *needs, struct ledger *l)
{
    for (size_t i = 0; i < needs->holds.count; i++) {
        if (!load_hold(s, &needs->holds.ids[i], l)) {
            return false;
        }
    }
    for (size_t i = 0; i < needs->originals.count; i++) {
        if (!load_original(s, &needs->originals.ids[i], l)) {
            return false;
        }
    }
    for (size_t i = 0; i < needs->exchanged.count; i++) {
        const struct account *a = memory_store_find(s, &needs->exchanged.ids[i]);
        if (a != NULL && !ledger_knows_fx(l, a->currency)) {
            ledger_add_fx(l, str_of(a->currency));
        }
    }
    batch_needs_of_objects(l, needs, l->arena);
    return !needs->out_of_memory && !l->out_of_memory;
}

static bool load_webhook(const struct memory_store *s, const struct webhook_key *key, struct ledger *l)
{
    struct uuid digest = digest_webhook_event(key->provider, key->event_id);
    const struct webhook_event *stored = uuid_map_find(&s->webhooks, &digest);
    if (stored == NULL || ledger_find_webhook(l, &digest) != NULL) {
        return true;
    }
    struct webhook_event *loaded = ledger_add_webhook(l, &digest);
    if (loaded == NULL) {
        return false;
    }
    *loaded = *stored;
    return true;
}

bool memory_store_load(const struct memory_store *s, struct needs *needs, struct ledger *l)
{
    for (size_t i = 0; i < needs->webhooks.count; i++) {
        if (!load_webhook(s, &needs->webhooks.keys[i], l)) {
            return false;
        }
    }
    if (batch_has_objects(needs) && !load_objects(s, needs, l)) {
        return false;
    }
    if (!store_load_endpoints(s, needs, l)) {
        return false;
    }
    for (size_t i = 0; i < needs->accounts.count; i++) {
        const struct account *stored = memory_store_find(s, &needs->accounts.ids[i]);
        if (stored == NULL) {
            continue;
        }
        struct account *loaded = ledger_add_account(l, &stored->id);
        if (loaded == NULL) {
            return false;
        }
        *loaded = *stored;
        loaded->loaded_version = stored->version;
        loaded->loaded_status = stored->status;
    }
    return true;
}

static int by_digest(const void *a, const void *b)
{
    return uuid_compare(a, b); /* the digest is the first member of both kinds of rows */
}

void memory_store_known(const struct memory_store *s, struct batch_input *in, struct arena *a)
{
    struct stored_key *keys = store_must(arena_alloc_array(a, in->command_count, sizeof(*keys)));
    struct stored_source *sources = store_must(arena_alloc_array(a, in->command_count, sizeof(*sources)));
    struct uuid_map seen;
    uuid_map_init(&seen, a, 2 * in->command_count);
    for (size_t i = 0; i < in->command_count; i++) {
        const struct command *c = &in->commands[i];
        const struct stored_key *key = uuid_map_find(&s->keys, &c->key_digest);
        if (key != NULL && uuid_map_find(&seen, &key->digest) == NULL) {
            keys[in->key_count++] = *key;
            store_must(uuid_map_add(&seen, a, &key->digest, a) ? a : NULL);
        }
        const struct stored_source *source = uuid_map_find(&s->sources, &c->source_digest);
        if (source != NULL && uuid_map_find(&seen, &source->digest) == NULL) {
            sources[in->source_count++] = *source;
            store_must(uuid_map_add(&seen, a, &source->digest, a) ? a : NULL);
        }
    }
    qsort(keys, in->key_count, sizeof(*keys), by_digest);
    qsort(sources, in->source_count, sizeof(*sources), by_digest);
    in->keys = keys;
    in->sources = sources;
}

bool store_take_id(struct memory_store *s, const struct uuid *id)
{
    if (uuid_map_find(&s->ids, id) != NULL) {
        return store_refuse(s, "an id was given twice");
    }
    struct uuid *copy = store_must(arena_alloc(&s->arena, sizeof(*copy)));
    *copy = *id;
    store_must(uuid_map_add(&s->ids, &s->arena, copy, copy) ? copy : NULL);
    return true;
}

/* Inserts the new accounts as they were before their first entry. */
static bool insert_accounts(struct memory_store *s, const struct ledger *l)
{
    for (size_t i = 0; i < l->account_count; i++) {
        const struct account *a = l->accounts[i];
        if (!a->is_new) {
            continue;
        }
        if (a->is_changed) {
            return store_refuse(s, "an account is to be inserted and updated");
        }
        if (memory_store_find(s, &a->id) != NULL) {
            return store_refuse(s, "a new account is there already");
        }
        struct account fresh = *a;
        fresh.version = fresh.last_entry_us = fresh.debits_posted = fresh.credits_posted =
            fresh.debits_pending = 0;
        fresh.status = ACCOUNT_open;
        memory_store_put(s, &fresh);
    }
    return true;
}

static bool apply_entry(struct memory_store *s, const struct entry_row *e)
{
    struct account *a = uuid_map_find(&s->by_id, &e->account_id);
    if (a == NULL || strcmp(a->currency, e->currency) != 0) {
        return store_refuse(s, "an entry has no account of its currency");
    }
    if (e->amount < 1 || e->amount > INT64_C(9007199254740991)) {
        return store_refuse(s, "an entry's amount is out of range");
    }
    if (e->account_version != a->version + 1) {
        return store_refuse(s, "an account's entries have a gap");
    }
    if (a->last_entry_us > e->created_us ||
        (a->last_entry_us == e->created_us && a->loaded_version == a->version)) {
        return store_refuse(s, "time ran backwards for an account");
    }
    if (__builtin_add_overflow(*(e->is_debit ? &a->debits_posted : &a->credits_posted), e->amount,
                               e->is_debit ? &a->debits_posted : &a->credits_posted)) {
        return store_refuse(s, "a counter overflowed");
    }
    a->version++;
    a->last_entry_us = e->created_us;
    s->entry_count++;
    if (e->balance_after != a->credits_posted - a->debits_posted) {
        return store_refuse(s, "a running balance is wrong");
    }
    if (!a->allow_negative && e->balance_after > INT64_C(9007199254740991)) {
        return store_refuse(s, "a balance is more than an account can hold");
    }
    return true;
}

/* What is available may fall short between the entries of one transaction, but not after them. */
static bool check_available(struct memory_store *s, const struct entry_row *e)
{
    const struct account *a = uuid_map_find(&s->by_id, &e->account_id);
    return a->allow_negative || a->credits_posted - a->debits_posted - a->debits_pending >= 0 ||
           store_refuse(s, "an account is overdrawn");
}

static __int128 net_of(const struct entry_row *entries, int count, const char *currency)
{
    __int128 net = 0;
    for (int i = 0; i < count; i++) {
        if (strcmp(entries[i].currency, currency) == 0) {
            net += entries[i].is_debit ? -(__int128)entries[i].amount : entries[i].amount;
        }
    }
    return net;
}

static bool apply_transaction(struct memory_store *s, const struct transaction_row *t,
                              const struct entry_row *entries)
{
    for (int i = 0; i < t->entry_count; i++) {
        const struct entry_row *e = &entries[i];
        if (uuid_compare(&e->transaction_id, &t->id) != 0 || e->leg != i) {
            return store_refuse(s, "a transaction's entries are not its own, in order");
        }
        if (!apply_entry(s, e)) {
            return false;
        }
    }
    for (int i = 0; i < t->entry_count; i++) {
        if (!check_available(s, &entries[i])) {
            return false;
        }
        if (net_of(entries, t->entry_count, entries[i].currency) != 0) {
            return store_refuse(s, "a transaction does not balance");
        }
    }
    return (t->entry_count >= 2 && t->entry_count <= 100) || store_refuse(s, "too few or too many entries");
}

static void keep_transaction(struct memory_store *s, const struct transaction_row *t,
                             const struct entry_row *entries)
{
    struct original *kept = store_must(arena_alloc(&s->arena, sizeof(*kept)));
    kept->id = t->id;
    kept->kind = store_keep(s, str_of(t->kind));
    kept->owner = store_keep(s, t->owner);
    kept->amount = t->amount;
    memcpy(kept->currency, t->currency, sizeof(kept->currency));
    kept->entry_count = (size_t)t->entry_count;
    kept->entries = store_must(arena_alloc_array(&s->arena, kept->entry_count, sizeof(*kept->entries)));
    for (size_t i = 0; i < kept->entry_count; i++) {
        kept->entries[i].account_id = entries[i].account_id;
        kept->entries[i].is_debit = entries[i].is_debit;
        kept->entries[i].amount = entries[i].amount;
        memcpy(kept->entries[i].currency, entries[i].currency, sizeof(entries[i].currency));
    }
    store_must(uuid_map_add(&s->transactions, &s->arena, &kept->id, kept) ? kept : NULL);
}

static bool apply_details_row(struct memory_store *s, const struct transaction_details_row *row)
{
    const struct original *t = uuid_map_find(&s->transactions, &row->transaction_id);
    struct original *o = uuid_map_find(&s->transactions, &row->details.reverses);
    if (t == NULL || str_eq_c(t->kind, "reversal") != (o != NULL) ||
        str_eq_c(t->kind, "exchange") != (row->details.rate_numerator > 0)) {
        return store_refuse(s, "details are not those of their transaction");
    }
    if (o == NULL) {
        return true;
    }
    if (t->amount > o->amount - o->reversed || row->details.reason.len == 0) {
        return store_refuse(s, "more is given back than there was");
    }
    o->reversed += t->amount;
    return true;
}

/* The originals in memory say what the reversals alone have given back. */
static bool compare_originals(struct memory_store *s, const struct ledger *l)
{
    for (size_t i = 0; i < l->original_count; i++) {
        const struct original *o = l->originals[i], *stored = uuid_map_find(&s->transactions, &o->id);
        if (o->reversed != stored->reversed || o->is_changed != (o->reversed != o->loaded_reversed)) {
            return store_refuse(s, "an original differs from its reversals");
        }
    }
    return true;
}

/* A plan on its way into the store, event by event; what comes next of its rows. */
struct applying {
    struct memory_store *store;
    const struct ledger *ledger;
    size_t transaction, entry, details;
};

/* What a capture takes was held: it is no longer pending, and counted by its hold. */
static bool apply_capture(struct applying *p, const struct transaction_row *t)
{
    struct memory_store *s = p->store;
    const struct plan *plan = &p->ledger->plan;
    const struct transaction_details_row *d = &plan->details[p->details];
    const struct entry_row *entries = &plan->entries[p->entry];
    if (p->details == plan->details_count || uuid_compare(&d->transaction_id, &t->id) != 0) {
        return store_refuse(s, "a capture does not name its hold");
    }
    p->details++;
    struct stored_hold *h = uuid_map_find(&s->holds, &d->details.hold);
    if (h == NULL || !hold_is_open(&h->hold) || t->amount > hold_remaining(&h->hold)) {
        return store_refuse(s, "more is captured than is held");
    }
    if (t->entry_count != 2 || uuid_compare(&entries[0].account_id, &h->hold.account_id) != 0 ||
        uuid_compare(&entries[1].account_id, &h->hold.destination_id) != 0) {
        return store_refuse(s, "a capture is between other accounts than its hold");
    }
    struct account *a = uuid_map_find(&s->by_id, &h->hold.account_id);
    a->debits_pending -= t->amount;
    a->is_changed = true;
    h->hold.captured += t->amount;
    h->hold.capture_id = t->id;
    return true;
}

/* Reversals and exchanges say more of themselves, nothing else but captures does. */
static bool apply_details(struct applying *p, const struct transaction_row *t)
{
    const struct plan *plan = &p->ledger->plan;
    const struct transaction_details_row *d = &plan->details[p->details];
    if (strcmp(t->kind, "reversal") != 0 && strcmp(t->kind, "exchange") != 0) {
        return true;
    }
    if (p->details == plan->details_count || uuid_compare(&d->transaction_id, &t->id) != 0) {
        return store_refuse(p->store, "a transaction's details are missing");
    }
    p->details++;
    return apply_details_row(p->store, d);
}

static bool apply_next_transaction(struct applying *p, const struct event_row *e)
{
    struct memory_store *s = p->store;
    const struct plan *plan = &p->ledger->plan;
    const struct transaction_row *t = &plan->transactions[p->transaction];
    if (p->transaction == plan->transaction_count || uuid_compare(&e->object_id, &t->id) != 0) {
        return store_refuse(s, "an event is not that of the next transaction");
    }
    if (p->entry + (size_t)t->entry_count > plan->entry_count) {
        return store_refuse(s, "entries are missing");
    }
    if (!store_take_id(s, &t->id) || (strcmp(t->kind, "hold_capture") == 0 && !apply_capture(p, t)) ||
        !apply_transaction(s, t, plan->entries + p->entry)) {
        return false;
    }
    keep_transaction(s, t, plan->entries + p->entry);
    if (!apply_details(p, t)) {
        return false;
    }
    p->transaction++;
    p->entry += (size_t)t->entry_count;
    return true;
}

static bool apply_new_hold(struct memory_store *s, const struct hold *row, const struct event_row *e)
{
    struct account *a = uuid_map_find(&s->by_id, &row->account_id);
    bool fits = row->is_new && e->before.len == 0 && a != NULL && strcmp(a->currency, row->currency) == 0 &&
                !a->allow_negative && uuid_compare(&row->account_id, &row->destination_id) != 0 &&
                row->amount >= 1 && row->amount <= INT64_C(9007199254740991) &&
                row->expires_us > row->created_us;
    if (!fits || !store_take_id(s, &row->id)) {
        return store_refuse(s, "a new hold is not one");
    }
    struct stored_hold *h = store_must(arena_alloc(&s->arena, sizeof(*h)));
    *h = (struct stored_hold){.hold = *row, .text = store_keep(s, e->after), .is_touched = true};
    h->hold.owner = store_keep(s, row->owner);
    h->hold.description = store_keep(s, row->description);
    h->hold.reference = store_keep(s, row->reference);
    h->hold.metadata = store_keep(s, row->metadata);
    h->hold.is_new = h->hold.is_changed = false;
    h->hold.status = HOLD_authorized;
    h->hold.captured = 0;
    store_must(uuid_map_add(&s->holds, &s->arena, &h->hold.id, h) ? h : NULL);
    a->debits_pending += row->amount;
    a->is_changed = true;
    return a->credits_posted - a->debits_posted - a->debits_pending >= 0 ||
           store_refuse(s, "more is held than there is");
}

/* The status that an event says a hold has after it; HOLD_STATUS_COUNT: none. */
static enum hold_status status_after(const struct event_row *e)
{
    enum hold_status status = HOLD_STATUS_COUNT;
    json_t *after = json_loadb(e->after.data, e->after.len, JSON_REJECT_DUPLICATES, NULL);
    if (after != NULL) {
        (void)hold_status_parse(json_get_str(after, "status"), &status);
    }
    json_decref(after);
    return status;
}

/* Each status by its own event, and at its own time. */
static bool fits(const struct event_row *e, const struct hold *h, enum hold_status to, int64_t now_us)
{
    if (strcmp(e->type, "hold.released") == 0) {
        return to == HOLD_released && now_us < h->expires_us;
    }
    if (strcmp(e->type, "hold.expired") == 0) {
        return to == HOLD_expired && now_us >= h->expires_us;
    }
    bool whole = to == HOLD_captured || (to == HOLD_partially_captured && h->captured < h->amount);
    return strcmp(e->type, "hold.captured") == 0 && whole && h->captured > 0 && now_us < h->expires_us;
}

/* The events of a hold are a chain, and free what they say. */
static bool apply_hold_event(struct memory_store *s, const struct ledger *l, const struct event_row *e)
{
    const struct hold *row = ledger_find_hold(l, &e->object_id);
    struct stored_hold *h = uuid_map_find(&s->holds, &e->object_id);
    if (row == NULL || (strcmp(e->type, "hold.authorized") == 0) != (h == NULL)) {
        return store_refuse(s, "an event has no hold");
    }
    if (h == NULL) {
        return apply_new_hold(s, row, e);
    }
    enum hold_status to = status_after(e);
    if (!str_eq(e->before, h->text) || !hold_is_open(&h->hold) || !fits(e, &h->hold, to, l->now_us)) {
        return store_refuse(s, "a hold cannot come to that");
    }
    struct account *a = uuid_map_find(&s->by_id, &h->hold.account_id);
    int64_t held = hold_remaining(&h->hold);
    h->hold.status = to;
    int64_t freed = held - hold_remaining(&h->hold);
    a->debits_pending -= freed;
    a->is_changed = a->is_changed || freed > 0;
    h->hold.updated_us = row->updated_us;
    h->text = store_keep(s, e->after);
    h->is_touched = true;
    return true;
}

/* Does the row say what its last event said? */
static bool is_told(const struct hold *row, struct str text)
{
    struct buf buf;
    buf_init(&buf, HOLD_TEXT_MAX);
    struct json_out json;
    json_out_init(&json, &buf);
    struct hold_resource resource = hold_resource_of(row);
    hold_write(&json, &resource);
    bool same = !buf.failed && str_eq((struct str){buf.data, buf.len}, text);
    buf_free(&buf);
    return same;
}

/* The holds in memory must now be what the events have made of the stored ones. */
static bool compare_holds(struct memory_store *s, const struct ledger *l)
{
    for (size_t i = 0; i < l->hold_count; i++) {
        const struct hold *row = l->holds[i];
        struct stored_hold *h = uuid_map_find(&s->holds, &row->id);
        if (h == NULL || h->is_touched != (row->is_new || row->is_changed)) {
            return store_refuse(s, "a hold is not marked as it is");
        }
        if (row->captured != h->hold.captured || row->status != h->hold.status ||
            uuid_compare(&row->capture_id, &h->hold.capture_id) != 0 || !is_told(row, h->text)) {
            return store_refuse(s, "a hold differs from its events");
        }
        h->is_touched = false;
    }
    return true;
}

/* Inserted accounts and status changes are told by events alone. */
static bool apply_account_event(struct memory_store *s, const struct ledger *l, const struct event_row *e,
                                size_t *created)
{
    struct account *a = uuid_map_find(&s->by_id, &e->object_id);
    const struct account *in_memory = ledger_find_account(l, &e->object_id);
    if (a == NULL || in_memory == NULL) {
        return store_refuse(s, "an event has no account");
    }
    if (strcmp(e->type, "account.created") == 0) {
        (*created)++;
        return in_memory->is_new || store_refuse(s, "an old account is said to be created");
    }
    enum account_status next = strcmp(e->type, "account.frozen") == 0   ? ACCOUNT_frozen
                               : strcmp(e->type, "account.closed") == 0 ? ACCOUNT_closed
                                                                        : ACCOUNT_open;
    if (a->status == next || a->status == ACCOUNT_closed) {
        return store_refuse(s, "an event that changes nothing");
    }
    a->status = next;
    return true;
}

/* It was open before it was anything else. */
static bool apply_dead_letter(struct memory_store *s, const struct event_row *e)
{
    bool is_first = strcmp(e->type, "dead_letter.created") == 0;
    return (is_first == (e->before.len == 0) && e->after.len > 0) ||
           store_refuse(s, "a dead letter is told wrong");
}

/* Everything that happened has its event, in order. */
static bool apply_events(struct memory_store *s, const struct ledger *l)
{
    struct applying p = {.store = s, .ledger = l};
    size_t created = 0, new_accounts = 0;
    for (size_t i = 0; i < l->plan.event_count; i++) {
        const struct event_row *e = &l->plan.events[i];
        bool ok = strcmp(e->resource, "transaction") == 0        ? apply_next_transaction(&p, e)
                  : strcmp(e->resource, "hold") == 0             ? apply_hold_event(s, l, e)
                  : strcmp(e->resource, "webhook_endpoint") == 0 ? store_apply_endpoint_event(s, l, e)
                  : strcmp(e->resource, "dead_letter") == 0      ? apply_dead_letter(s, e)
                                                                 : apply_account_event(s, l, e, &created);
        if (!ok || !store_take_id(s, &e->id)) {
            return false;
        }
    }
    for (size_t i = 0; i < l->account_count; i++) {
        new_accounts += l->accounts[i]->is_new;
    }
    bool all = p.transaction == l->plan.transaction_count && p.entry == l->plan.entry_count &&
               p.details == l->plan.details_count && created == new_accounts;
    return all || store_refuse(s, "an event is missing");
}

/* The accounts in memory must now be what the rows alone have made of the stored ones. */
static bool compare_accounts(struct memory_store *s, const struct ledger *l)
{
    for (size_t i = 0; i < l->account_count; i++) {
        const struct account *a = l->accounts[i];
        struct account *stored = uuid_map_find(&s->by_id, &a->id);
        bool same = a->version == stored->version && a->debits_posted == stored->debits_posted &&
                    a->credits_posted == stored->credits_posted && a->status == stored->status &&
                    a->debits_pending == stored->debits_pending && a->last_entry_us == stored->last_entry_us;
        if (!same) {
            return store_refuse(s, "an account differs from its entries");
        }
        bool differs = a->version != a->loaded_version || a->status != a->loaded_status || stored->is_changed;
        if (!a->is_new && differs && !a->is_changed) {
            return store_refuse(s, "a changed account is not marked");
        }
        stored->loaded_version = stored->version;
        stored->is_changed = false;
    }
    return true;
}

static bool insert_keys(struct memory_store *s, const struct plan *p)
{
    for (size_t i = 0; i < p->key_count; i++) {
        const struct key_row *row = &p->keys[i];
        if (uuid_map_find(&s->keys, &row->digest) != NULL) {
            return store_refuse(s, "a key was stored twice");
        }
        struct stored_key *key = store_must(arena_alloc(&s->arena, sizeof(*key)));
        *key = (struct stored_key){row->digest, row->fingerprint, row->command_id, row->status,
                                   store_keep(s, row->body)};
        store_must(uuid_map_add(&s->keys, &s->arena, &key->digest, key) ? key : NULL);
    }
    for (size_t i = 0; i < p->source_count; i++) {
        const struct source_row *row = &p->sources[i];
        if (uuid_map_find(&s->sources, &row->digest) != NULL) {
            return store_refuse(s, "a source was stored twice");
        }
        struct stored_source *source = store_must(arena_alloc(&s->arena, sizeof(*source)));
        *source = (struct stored_source){row->digest, row->status, store_keep(s, row->body)};
        store_must(uuid_map_add(&s->sources, &s->arena, &source->digest, source) ? source : NULL);
    }
    return true;
}

/* Each event once, with its work. */
static bool insert_webhooks(struct memory_store *s, const struct plan *p)
{
    for (size_t i = 0; i < p->webhook_count; i++) {
        const struct webhook_row *row = &p->webhooks[i];
        struct webhook_event *event = store_must(arena_alloc(&s->arena, sizeof(*event)));
        *event = (struct webhook_event){.key_digest = digest_webhook_event(row->provider, row->event_id),
                                        .id = row->id,
                                        .fingerprint = row->fingerprint,
                                        .status = STR_LIT("received")};
        if (uuid_map_find(&s->webhooks, &event->key_digest) != NULL) {
            return store_refuse(s, "a webhook event was accepted twice");
        }
        if (!store_take_id(s, &row->id) || !store_take_id(s, &row->work_id)) {
            return false;
        }
        store_must(uuid_map_add(&s->webhooks, &s->arena, &event->key_digest, event) ? event : NULL);
    }
    return true;
}

bool memory_store_apply(struct memory_store *s, const struct ledger *l)
{
    return insert_accounts(s, l) && apply_events(s, l) && compare_accounts(s, l) && compare_holds(s, l) &&
           store_compare_endpoints(s, l) && compare_originals(s, l) && insert_keys(s, &l->plan) &&
           insert_webhooks(s, &l->plan);
}
