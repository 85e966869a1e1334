/* batch.c - what was answered before is answered again; everything else is decided in order. */
#include "ledger-svc/domain/batch.h"

#include <stdlib.h>
#include <string.h>

#include "shared/core/planted_bug.h"

/* The batch and what is known of its keys and sources: loaded ones, and those answered earlier in the batch.
 */
struct batch {
    struct ledger *ledger;
    int64_t db_now_us;
    struct uuid_map keys;    /* of const struct stored_key */
    struct uuid_map sources; /* of const struct stored_source */
};

static bool has_source(const struct command *c)
{
    return c->envelope.source.len > 0;
}

static int compare_uuids(const void *a, const void *b)
{
    return uuid_compare(a, b);
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

/* Sorts and drops repeated ones; the count that is left. */
static size_t sort_unique(void *array, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count == 0 || PLANTED_BUG(unsorted_locks)) {
        return count;
    }
    char *rows = array;
    qsort(rows, count, size, compare);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (compare(rows + i * size, rows + (kept - 1) * size) != 0) {
            memmove(rows + kept * size, rows + i * size, size);
            kept++;
        }
    }
    return kept;
}

static void sort_ids(struct id_list *list)
{
    list->count = sort_unique(list->ids, list->count, sizeof(*list->ids), compare_uuids);
}

static void sort_locks(struct lock_list *list)
{
    list->count = sort_unique(list->numbers, list->count, sizeof(*list->numbers), compare_numbers);
}

static void add_object_locks(struct needs *n, const struct id_list *objects, struct arena *a)
{
    for (size_t i = 0; i < objects->count; i++) {
        needs_lock(n, a, lock_number(LOCK_OBJECT, &objects->ids[i]));
    }
}

void batch_needs(const struct command *commands, size_t count, struct needs *ret_needs, struct arena *a)
{
    struct needs n = {0};
    for (size_t i = 0; i < count; i++) {
        const struct command *c = &commands[i];
        c->type->needs(c, &n, a);
        needs_lock(&n, a, lock_number(LOCK_KEY, &c->key_digest));
        if (has_source(c)) {
            needs_lock(&n, a, lock_number(LOCK_KEY, &c->source_digest));
        }
    }
    sort_ids(&n.accounts);
    sort_ids(&n.holds);
    sort_ids(&n.originals);
    sort_ids(&n.exchanged);
    sort_ids(&n.endpoints);
    add_object_locks(&n, &n.holds, a);
    add_object_locks(&n, &n.originals, a);
    bool all_known = !batch_has_objects(&n) && !PLANTED_BUG(stale_balances);
    for (size_t i = 0; i < n.accounts.count && all_known; i++) {
        needs_lock(&n, a, lock_number(LOCK_ACCOUNT, &n.accounts.ids[i]));
    }
    sort_locks(&n.locks);
    *ret_needs = n;
}

bool batch_has_objects(const struct needs *n)
{
    return n->holds.count + n->originals.count + n->exchanged.count > 0;
}

void batch_needs_of_objects(const struct ledger *l, struct needs *n, struct arena *a)
{
    for (size_t i = 0; i < l->hold_count; i++) {
        needs_account(n, a, &l->holds[i]->account_id);
        needs_account(n, a, &l->holds[i]->destination_id);
    }
    for (size_t i = 0; i < l->original_count; i++) {
        const struct original *o = l->originals[i];
        for (size_t j = 0; j < o->entry_count; j++) {
            needs_account(n, a, &o->entries[j].account_id);
        }
    }
    for (size_t i = 0; i < l->fx_count; i++) {
        needs_system_account(n, a, ACCOUNT_ROLE_fx, l->fx_currencies[i].code);
    }
    sort_ids(&n->accounts);
    for (size_t i = 0; i < n->accounts.count; i++) {
        needs_account_lock(n, a, lock_number(LOCK_ACCOUNT, &n->accounts.ids[i]));
    }
    sort_locks(&n->account_locks);
}

static void know_key(struct batch *b, const struct stored_key *key)
{
    /* Values of this map are only ever read. */
    if (!uuid_map_add(&b->keys, b->ledger->arena, &key->digest, (void *)key)) {
        b->ledger->out_of_memory = true;
    }
}

static void know_source(struct batch *b, const struct stored_source *source)
{
    if (!uuid_map_add(&b->sources, b->ledger->arena, &source->digest, (void *)source)) {
        b->ledger->out_of_memory = true;
    }
}

/* Stores an answer under the command's key: a row for the plan, and known to twins later in the batch. */
static void store_key(struct batch *b, const struct command *c, int status, struct str body)
{
    struct ledger *l = b->ledger;
    struct key_row *row = plan_add_key(&l->plan, l->arena);
    struct stored_key *known = arena_alloc(l->arena, sizeof(*known));
    if (row == NULL || known == NULL) {
        l->out_of_memory = true;
        return;
    }
    *row = (struct key_row){
        .digest = c->key_digest,
        .owner = c->envelope.owner,
        .key = c->envelope.key,
        .fingerprint = c->envelope.fingerprint,
        .command_id = c->envelope.id,
        .status = status,
        .body = body,
    };
    *known = (struct stored_key){
        .digest = row->digest,
        .fingerprint = row->fingerprint,
        .command_id = row->command_id,
        .status = status,
        .body = body,
    };
    know_key(b, known);
}

static void store_source(struct batch *b, const struct command *c, int status, struct str body)
{
    struct ledger *l = b->ledger;
    struct source_row *row = plan_add_source(&l->plan, l->arena);
    struct stored_source *known = arena_alloc(l->arena, sizeof(*known));
    if (row == NULL || known == NULL) {
        l->out_of_memory = true;
        return;
    }
    *row = (struct source_row){
        .digest = c->source_digest,
        .source = c->envelope.source,
        .command_id = c->envelope.id,
        .status = status,
        .body = body,
    };
    *known = (struct stored_source){.digest = row->digest, .status = status, .body = body};
    know_source(b, known);
}

/* The stored bytes again; what was created by an earlier request is no longer created now. */
static struct answer replay(int status, struct str body)
{
    int created = outcome_http_status(OUTCOME_created), ok = outcome_http_status(OUTCOME_ok);
    return (struct answer){
        .outcome = OUTCOME_ok, .status = status == created ? ok : status, .replayed = true, .body = body};
}

static void answer_known_key(struct batch *b, const struct command *c, const struct stored_key *known,
                             struct answer *ret_answer)
{
    if (!digest_equal(&known->fingerprint, &c->envelope.fingerprint)) {
        answer_refuse(b->ledger, ret_answer, OUTCOME_idempotency_key_reused, NULL, NULL);
    } else if (uuid_compare(&known->command_id, &c->envelope.id) == 0) {
        /* The very same message once more: its sender has not seen the first answer. */
        *ret_answer = (struct answer){.outcome = OUTCOME_ok, .status = known->status, .body = known->body};
    } else {
        *ret_answer = replay(known->status, known->body);
    }
}

static void decide_one(struct batch *b, const struct command *c, struct answer *ret_answer)
{
    if (c->type->own_key != NULL) {
        c->type->decide(b->ledger, c, ret_answer);
        return;
    }
    const struct stored_key *key = uuid_map_find(&b->keys, &c->key_digest);
    if (key != NULL) {
        answer_known_key(b, c, key, ret_answer);
        return;
    }
    const struct stored_source *source = has_source(c) ? uuid_map_find(&b->sources, &c->source_digest) : NULL;
    if (source != NULL) {
        *ret_answer = replay(source->status, source->body);
        store_key(b, c, ret_answer->status, source->body);
        return;
    }
    if (c->deadline_us < b->db_now_us) {
        answer_refuse(b->ledger, ret_answer, OUTCOME_deadline_exceeded, NULL, NULL);
        return;
    }
    c->type->decide(b->ledger, c, ret_answer);
    if (b->ledger->out_of_memory || outcome_is_retryable(ret_answer->outcome)) {
        return;
    }
    store_key(b, c, ret_answer->status, ret_answer->body);
    /* A refusal is no effect: when its cause is gone, the same work may try again under another key. */
    if (has_source(c) && ret_answer->status < 300) {
        store_source(b, c, ret_answer->status, ret_answer->body);
    }
}

enum status batch_decide(struct ledger *l, const struct batch_input *in, int64_t db_now_us,
                         struct answer *ret_answers)
{
    struct batch b = {.ledger = l, .db_now_us = db_now_us};
    uuid_map_init(&b.keys, l->arena, in->key_count + in->command_count);
    uuid_map_init(&b.sources, l->arena, in->source_count);
    for (size_t i = 0; i < in->key_count && !PLANTED_BUG(skip_idempotency); i++) {
        know_key(&b, &in->keys[i]);
    }
    for (size_t i = 0; i < in->source_count; i++) {
        know_source(&b, &in->sources[i]);
    }
    for (size_t i = 0; i < in->command_count && !l->out_of_memory; i++) {
        decide_one(&b, &in->commands[i], &ret_answers[i]);
    }
    return l->out_of_memory ? STATUS_FULL : STATUS_OK;
}
