/* ledger.c - accounts, holds and originals of a batch by id, time that never runs backwards for any of them,
 * fresh ids and texts.
 */
#include "ledger-svc/domain/ledger.h"

#include <assert.h>
#include <string.h>

#define SEQUENCE_MAX       (UINT32_C(1) << 30) /* what uuid7_make keeps of it */
#define IDS_PER_BATCH_MAX  UINT32_C(65536) /* ids of one batch rise: the sequence must not wrap within it */
#define ACCOUNT_TEXT_FIXED 1024            /* an account's JSON but for its name and metadata */
#define RANDOM_STATE_ZERO                                                                                    \
    UINT64_C(0x9e3779b97f4a7c15) /* instead of a seed of 0, on which xorshift would stay */

/* Marsaglia's xorshift with a multiplied output: enough for bits that only keep ids of two processes apart.
 */
static uint32_t random_next(uint64_t *state)
{
    assert(*state != 0);
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

struct uuid id_next_at(struct id_source *ids, int64_t unix_us)
{
    uint32_t random = random_next(&ids->random_state);
    return uuid7_make(unix_us, ids->sequence++, random);
}

struct uuid id_next(struct id_source *ids)
{
    return id_next_at(ids, ids->now_us);
}

void ledger_init(struct ledger *l, struct arena *arena, size_t expected_accounts)
{
    *l = (struct ledger){.arena = arena};
    uuid_map_init(&l->by_id, arena, expected_accounts);
}

void ledger_start(struct ledger *l, int64_t db_now_us, uint64_t random_seed, uint32_t first_sequence)
{
    l->now_us = db_now_us;
    l->ids = (struct id_source){
        .now_us = l->now_us,
        .sequence = first_sequence % SEQUENCE_MAX > SEQUENCE_MAX - IDS_PER_BATCH_MAX ? 0 : first_sequence,
        .random_state = random_seed == 0 ? RANDOM_STATE_ZERO : random_seed,
    };
}

static bool know(struct ledger *l, struct uuid_map *map, const struct uuid *id, void *thing)
{
    if (!uuid_map_add(map, l->arena, id, thing)) {
        l->out_of_memory = true;
        return false;
    }
    return true;
}

struct account *ledger_add_account(struct ledger *l, const struct uuid *id)
{
    struct account *account = arena_alloc(l->arena, sizeof(*account));
    struct account **accounts =
        arena_grow(l->arena, l->accounts, l->account_count, &l->account_cap, sizeof(*accounts));
    if (account == NULL || accounts == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    account->id = *id;
    l->accounts = accounts;
    l->accounts[l->account_count++] = account;
    return know(l, &l->by_id, &account->id, account) ? account : NULL;
}

struct account *ledger_find_account(const struct ledger *l, const struct uuid *id)
{
    return uuid_map_find(&l->by_id, id);
}

struct hold *ledger_add_hold(struct ledger *l, const struct uuid *id)
{
    struct hold *hold = arena_alloc(l->arena, sizeof(*hold));
    struct hold **holds = arena_grow(l->arena, l->holds, l->hold_count, &l->hold_cap, sizeof(*holds));
    if (hold == NULL || holds == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    hold->id = *id;
    l->holds = holds;
    l->holds[l->hold_count++] = hold;
    return know(l, &l->holds_by_id, &hold->id, hold) ? hold : NULL;
}

struct hold *ledger_find_hold(const struct ledger *l, const struct uuid *id)
{
    return uuid_map_find(&l->holds_by_id, id);
}

struct original *ledger_add_original(struct ledger *l, const struct uuid *id)
{
    struct original *original = arena_alloc(l->arena, sizeof(*original));
    struct original **originals =
        arena_grow(l->arena, l->originals, l->original_count, &l->original_cap, sizeof(*originals));
    if (original == NULL || originals == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    original->id = *id;
    l->originals = originals;
    l->originals[l->original_count++] = original;
    return know(l, &l->originals_by_id, &original->id, original) ? original : NULL;
}

struct original *ledger_find_original(const struct ledger *l, const struct uuid *id)
{
    return uuid_map_find(&l->originals_by_id, id);
}

struct webhook_event *ledger_add_webhook(struct ledger *l, const struct uuid *key_digest)
{
    struct webhook_event *event = arena_alloc(l->arena, sizeof(*event));
    if (event == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    event->key_digest = *key_digest;
    return know(l, &l->webhooks_by_key, &event->key_digest, event) ? event : NULL;
}

struct webhook_event *ledger_find_webhook(const struct ledger *l, const struct uuid *key_digest)
{
    return uuid_map_find(&l->webhooks_by_key, key_digest);
}

struct original_entry *ledger_add_original_entry(struct ledger *l, struct original *o)
{
    struct original_entry *entries =
        arena_grow(l->arena, o->entries, o->entry_count, &o->entry_cap, sizeof(*entries));
    if (entries == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    o->entries = entries;
    return &o->entries[o->entry_count++];
}

struct endpoint *ledger_add_endpoint(struct ledger *l, const struct uuid *id)
{
    struct endpoint *endpoint = arena_alloc(l->arena, sizeof(*endpoint));
    struct endpoint **endpoints =
        arena_grow(l->arena, l->endpoints, l->endpoint_count, &l->endpoint_cap, sizeof(*endpoints));
    if (endpoint == NULL || endpoints == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    endpoint->id = *id;
    l->endpoints = endpoints;
    l->endpoints[l->endpoint_count++] = endpoint;
    return know(l, &l->endpoints_by_id, &endpoint->id, endpoint) ? endpoint : NULL;
}

struct endpoint *ledger_find_endpoint(const struct ledger *l, const struct uuid *id)
{
    return uuid_map_find(&l->endpoints_by_id, id);
}

struct endpoint_owner *ledger_endpoints_of(struct ledger *l, struct str owner)
{
    for (size_t i = 0; i < l->endpoint_owner_count; i++) {
        if (str_eq(l->endpoint_owners[i].name, owner)) {
            return &l->endpoint_owners[i];
        }
    }
    struct endpoint_owner *owners = arena_grow(l->arena, l->endpoint_owners, l->endpoint_owner_count,
                                               &l->endpoint_owner_cap, sizeof(*owners));
    if (owners == NULL) {
        l->out_of_memory = true;
        return NULL;
    }
    l->endpoint_owners = owners;
    owners[l->endpoint_owner_count] = (struct endpoint_owner){.name = owner};
    return &owners[l->endpoint_owner_count++];
}

void ledger_add_fx(struct ledger *l, struct str currency)
{
    struct fx_currency *list = arena_grow(l->arena, l->fx_currencies, l->fx_count, &l->fx_cap, sizeof(*list));
    if (list == NULL) {
        l->out_of_memory = true;
        return;
    }
    l->fx_currencies = list;
    struct fx_currency *added = &list[l->fx_count++];
    assert(currency.len < sizeof(added->code));
    memcpy(added->code, currency.data, currency.len);
}

bool ledger_knows_fx(const struct ledger *l, const char *currency)
{
    for (size_t i = 0; i < l->fx_count; i++) {
        if (strcmp(l->fx_currencies[i].code, currency) == 0) {
            return true;
        }
    }
    return false;
}

struct account *ledger_system_account(struct ledger *l, enum account_role role, const char *currency)
{
    struct uuid id = account_system_id(role, currency);
    struct account *account = ledger_find_account(l, &id);
    if (account != NULL) {
        return account;
    }
    account = ledger_add_account(l, &id);
    if (account != NULL) {
        account_system_init(account, role, currency, l->now_us);
    }
    return account;
}

struct ledger_mark ledger_mark(struct ledger *l)
{
    assert(!l->is_marked);
    l->is_marked = true;
    return (struct ledger_mark){.plan = l->plan, .account_count = l->account_count, .ids = l->ids};
}

void ledger_will_change(struct ledger *l, struct account *a)
{
    if (!l->is_marked) {
        return;
    }
    struct account_before *before =
        arena_grow(l->arena, l->before, l->before_count, &l->before_cap, sizeof(*before));
    if (before == NULL) {
        l->out_of_memory = true;
        return;
    }
    l->before = before;
    l->before[l->before_count++] = (struct account_before){.account = a, .was = *a};
}

void ledger_unmark(struct ledger *l)
{
    l->is_marked = false;
    l->before_count = 0;
}

/* The map cannot forget a single account: it learns the others again. */
static void drop_new_accounts(struct ledger *l, size_t kept)
{
    if (l->account_count == kept) {
        return;
    }
    l->account_count = kept;
    uuid_map_clear(&l->by_id);
    for (size_t i = 0; i < kept; i++) {
        bool added = uuid_map_add(&l->by_id, l->arena, &l->accounts[i]->id, l->accounts[i]);
        assert(added); /* there was room for more */
    }
}

void ledger_rewind(struct ledger *l, const struct ledger_mark *mark)
{
    assert(l->is_marked);
    while (l->before_count > 0) {
        const struct account_before *before = &l->before[--l->before_count];
        *before->account = before->was;
    }
    drop_new_accounts(l, mark->account_count);
    plan_rewind(&l->plan, &mark->plan);
    l->ids = mark->ids;
    l->is_marked = false;
}

struct buf *ledger_scratch(struct ledger *l, size_t max)
{
    struct buf *scratch = &l->scratch;
    if (scratch->cap <= max) { /* one more byte for the NUL */
        char *memory = arena_alloc(l->arena, 2 * max);
        if (memory == NULL) {
            l->out_of_memory = true;
        } else {
            *scratch = (struct buf){.data = memory, .cap = 2 * max};
        }
    }
    scratch->max = max; /* within the capacity, so that the buffer never asks for memory itself */
    buf_reset(scratch);
    scratch->failed = l->out_of_memory;
    return scratch;
}

struct str ledger_keep(struct ledger *l)
{
    const struct buf *scratch = &l->scratch;
    char *text = NULL;
    if (buf_status(scratch) == STATUS_OK) {
        text = arena_strndup(l->arena, scratch->data, scratch->len);
    }
    if (text == NULL) {
        l->out_of_memory = true;
        return (struct str){NULL, 0};
    }
    return (struct str){text, scratch->len};
}

struct str ledger_account_text(struct ledger *l, const struct account *a)
{
    struct account_resource resource = account_resource_of(a);
    struct json_out json;
    json_out_init(&json,
                  ledger_scratch(l, ACCOUNT_TEXT_FIXED + JSON_ESCAPE_MAX * a->name.len + a->metadata.len));
    account_write(&json, &resource);
    return ledger_keep(l);
}
