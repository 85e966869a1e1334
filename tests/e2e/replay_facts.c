/* replay_facts.c - one fact after the other: was it asked for, was it possible, and what is the world after
 * it? */
#include <string.h>

#include "tests/e2e/replay_internal.h"

static void check_possible(struct replay *r, const struct call *c, const struct evidence_fact *f)
{
    struct rules_verdict v = rules_decide(&r->world, c, f->created_us);
    if (v.code != NULL)
        complain(r, c, "was done where it had to be refused: %s", v.code);
}

static void count_effect(struct replay *r, struct call *c)
{
    if (++c->effects > 1)
        complain(r, c, "was done %zu times", c->effects);
}

static bool is_meant(const struct replay *r, const struct call *c, const struct call_leg *leg,
                     const struct uuid *account)
{
    const char *role = rules_role_of(c, leg);
    const struct evidence_account *a = evidence_find_account(&r->world, account);
    if (role != NULL)
        return a != NULL && strcmp(a->role, role) == 0;
    return uuid_compare(&leg->account, account) == 0;
}

static bool names(const json_t *object, const char *prefix, const struct uuid *id)
{
    char text[TYPEID_TEXT_SIZE];
    typeid_format(prefix, id, text);
    const char *told = json_string_value(json_object_get(object, "id"));
    return told != NULL && strcmp(told, text) == 0;
}

/* The legs of the call, all, or those of the batch's item that comes next. */
static void check_legs(struct replay *r, const struct call *c, const struct evidence_entry *entries,
                       size_t count)
{
    const struct call_leg *legs = c->legs;
    bool same = count == (size_t)c->leg_count;
    if (c->type == CALL_BATCH) {
        same =
            count == 2 && c->items_done * 2 < c->leg_count; /* it may be made more often than it has items */
        legs = same ? &c->legs[c->items_done * 2] : legs;
    }
    struct call_leg turned[CALL_LEGS_MAX];
    if (c->type == CALL_REVERSE) {
        legs = turned;
        same = count == (size_t)rules_reversed(&r->world, c, turned);
    }
    for (size_t i = 0; i < count && same; i++)
        same = is_meant(r, c, &legs[i], &entries[i].account) && legs[i].is_debit == entries[i].is_debit &&
               legs[i].amount == entries[i].amount;
    if (!same)
        complain(r, c, "has other entries than it asked for");
}

/* What a capture does to its hold. */
static void take_from_hold(struct replay *r, const struct call *c, const struct evidence_entry *entries,
                           size_t count)
{
    struct evidence_hold *h = evidence_find_hold(&r->world, &c->object);
    if (h == NULL || count != 2 || uuid_compare(&entries[0].hold, &h->id) != 0 ||
        uuid_compare(&entries[0].account, &h->account) != 0 ||
        uuid_compare(&entries[1].account, &h->destination) != 0) {
        complain(r, c, "is no capture of its hold");
        return;
    }
    int64_t rest = h->amount - h->captured, wanted = c->amount == 0 ? rest : c->amount;
    if (entries[0].amount != wanted || entries[0].amount > rest)
        complain(r, c, "took %lld of a hold that had %lld left", (long long)entries[0].amount,
                 (long long)rest);
    h->captured += entries[0].amount;
    struct evidence_account *a = evidence_find_account(&r->world, &h->account);
    if (a != NULL)
        a->held -= entries[0].amount;
}

static void book(struct replay *r, const struct call *c, const struct evidence_entry *e)
{
    struct evidence_account *a = evidence_find_account(&r->world, &e->account);
    if (a == NULL || !a->exists) {
        complain(r, c, "has an entry on an account that does not exist");
        return;
    }
    a->version++;
    *(e->is_debit ? &a->debits : &a->credits) += e->amount;
    if (a->version != e->version)
        complain(r, c, "has version %lld of an account where %lld is next", (long long)e->version,
                 (long long)a->version);
    if (rules_posted(a) != e->balance_after)
        complain(r, c, "says that %lld is there after it, by the entries it is %lld",
                 (long long)e->balance_after, (long long)rules_posted(a));
}

static void check_available(struct replay *r, const struct call *c, const struct evidence_entry *e)
{
    const struct evidence_account *a = evidence_find_account(&r->world, &e->account);
    if (a != NULL && !a->may_go_negative && rules_available(a) < 0)
        complain(r, c, "left %lld available", (long long)rules_available(a));
}

/* An answer's entries are those of the books; what an account then has is for those who may use it. */
static bool entries_are_true(const struct replay *r, const struct call *c, const json_t *transaction,
                             const struct uuid *id)
{
    const json_t *told = json_object_get(transaction, "entries");
    const struct evidence_entry *entries = NULL;
    size_t count = evidence_find_entries(r->after, id, &entries);
    bool same = json_array_size(told) == count;
    for (size_t i = 0; i < count && same; i++) {
        const json_t *entry = json_array_get(told, i), *balance = json_object_get(entry, "balance_after");
        const struct evidence_account *a = evidence_find_account(&r->world, &entries[i].account);
        same = json_integer_value(json_object_get(entry, "amount")) == entries[i].amount && a != NULL &&
               (rules_may_use(c, a)
                    ? json_is_integer(balance) && json_integer_value(balance) == entries[i].balance_after
                    : json_is_null(balance));
    }
    return same;
}

/* Whose transaction is it? The first fact of a slice is when all of it was decided. */
static void begin_item(struct replay *r, struct call *c, const struct evidence_fact *f)
{
    json_t *told = json_loads(c->told == NULL ? "" : c->told->body, 0, NULL);
    const json_t *results = json_object_get(told, "results"), *transaction = NULL;
    if (f == &r->after->facts[c->first_fact])
        count_effect(r, c);
    while (c->items_done * 2 < c->leg_count && transaction == NULL)
        transaction = json_object_get(json_array_get(results, (size_t)c->items_done++), "transaction");
    c->items_done -= transaction != NULL;
    if (f->xid != c->xid && !replay_batch_is_true(r, c, replay_slice(r, c, c->items_done)))
        complain(r, c, "is a batch with other results than its place allows");
    c->xid = f->xid;
    if (!names(transaction, "txn", &f->object) || !entries_are_true(r, c, transaction, &f->object))
        complain(r, c, "is a batch that was told of other transactions");
    json_decref(told);
}

static void give_back(struct replay *r, const struct call *c, const struct evidence_fact *f)
{
    struct evidence_transaction *original = evidence_find_transaction(&r->world, &c->object);
    const struct evidence_transaction *t = evidence_find_transaction(r->after, &f->object);
    if (original == NULL || t == NULL)
        return; /* complained of before */
    original->reversed += t->amount;
    if (original->reversed > original->amount)
        complain(r, c, "gave back more than the original");
}

static void posted(struct replay *r, struct call *c, const struct evidence_fact *f)
{
    const struct evidence_entry *entries = NULL;
    size_t count = evidence_find_entries(r->after, &f->object, &entries);
    if (c == NULL || count == 0) {
        complain(r, c, "a transaction without entries, or that nobody asked for");
        return;
    }
    check_possible(r, c, f);
    if (c->type == CALL_CAPTURE) {
        take_from_hold(r, c, entries, count);
    } else if (c->type == CALL_BATCH) {
        begin_item(r, c, f);
        check_legs(r, c, entries, count);
        c->items_done++;
    } else {
        count_effect(r, c);
        check_legs(r, c, entries, count);
        if (c->type == CALL_REVERSE)
            give_back(r, c, f);
    }
    for (size_t i = 0; i < count; i++)
        book(r, c, &entries[i]);
    for (size_t i = 0; i < count; i++)
        check_available(r, c, &entries[i]);
    r->entries_seen += count;
}

static void authorized(struct replay *r, struct call *c, const struct evidence_fact *f)
{
    struct evidence_hold *h = evidence_find_hold(&r->world, &f->object);
    struct evidence_account *a = h == NULL ? NULL : evidence_find_account(&r->world, &h->account);
    if (c == NULL || a == NULL) {
        complain(r, c, "a hold that is not there, or that nobody asked for");
        return;
    }
    check_possible(r, c, f);
    count_effect(r, c);
    if (c->type != CALL_AUTHORIZE || h->exists || uuid_compare(&h->account, &c->object) != 0 ||
        h->amount != c->amount || strcmp(h->owner, c->sender.owner) != 0 ||
        !is_meant(r, c, &c->legs[0], &h->destination))
        complain(r, c, "has another hold than it asked for");
    h->exists = true;
    a->held += h->amount;
}

/* What is left of it is free again. */
static void end_hold(struct replay *r, struct evidence_hold *h, const char *status)
{
    struct evidence_account *a = evidence_find_account(&r->world, &h->account);
    if (a != NULL)
        a->held -= h->amount - h->captured;
    (void)snprintf(h->status, sizeof h->status, "%s", status);
}

static void hold_changed(struct replay *r, struct call *c, const struct evidence_fact *f)
{
    struct evidence_hold *h = evidence_find_hold(&r->world, &f->object);
    bool expires = strcmp(f->type, "hold.expired") == 0;
    if (h == NULL || !h->exists || !rules_hold_is_open(h) || (c == NULL && !expires)) {
        complain(r, c, "%s of a hold that is not open", f->type);
        return;
    }
    if (expires) {
        if (f->created_us < h->expires_us)
            complain(r, c, "a hold expired too early");
        if (c != NULL && call_succeeded(c))
            complain(r, c, "succeeded on a hold that expired");
        end_hold(r, h, "expired");
        return;
    }
    count_effect(r, c);
    if (strcmp(f->type, "hold.released") == 0) {
        check_possible(r, c, f);
        end_hold(r, h, "released");
    } else if (c->is_final || h->captured == h->amount) {
        end_hold(r, h, "captured");
    } else {
        (void)snprintf(h->status, sizeof h->status, "partially_captured");
    }
}

static void account_made(struct replay *r, struct call *c, const struct evidence_fact *f)
{
    struct evidence_account *a = evidence_find_account(&r->world, &f->object);
    if (c == NULL || a == NULL || a->exists) {
        complain(r, c, "an account that is not there, was there before, or that nobody asked for");
        return;
    }
    a->exists = true;
    if (c->type != CALL_OPEN)
        return;
    check_possible(r, c, f);
    count_effect(r, c);
    if (strcmp(a->owner, c->owner != NULL ? c->owner : c->sender.owner) != 0)
        complain(r, c, "opened an account for %s", a->owner);
}

static void account_changed(struct replay *r, struct call *c, const struct evidence_fact *f)
{
    struct evidence_account *a = evidence_find_account(&r->world, &f->object);
    if (c == NULL || a == NULL || !a->exists) {
        complain(r, c, "%s that nobody asked for", f->type);
        return;
    }
    check_possible(r, c, f);
    count_effect(r, c);
    a->status = c->type == CALL_FREEZE  ? EVIDENCE_FROZEN
                : c->type == CALL_CLOSE ? EVIDENCE_CLOSED
                                        : EVIDENCE_OPEN;
}

/* Facts of webhook-svc, which are about work. */
static void nothing_moved(struct replay *r, struct call *c, const struct evidence_fact *f)
{
    if (c != NULL)
        complain(r, c, "%s by a client's key", f->type);
}

static const struct {
    const char *type;
    void (*happen)(struct replay *r, struct call *c, const struct evidence_fact *f);
    bool is_last; /* of what its call does */
} kinds[] = {
    {"transaction.posted", posted, true},           {"hold.authorized", authorized, true},
    {"hold.captured", hold_changed, true},          {"hold.released", hold_changed, true},
    {"hold.expired", hold_changed, false},          {"account.created", account_made, true},
    {"account.frozen", account_changed, true},      {"account.unfrozen", account_changed, true},
    {"account.closed", account_changed, true},      {"dead_letter.created", nothing_moved, false},
    {"dead_letter.replayed", nothing_moved, false}, {"dead_letter.discarded", nothing_moved, false},
};

void replay_fact(struct replay *r, size_t position)
{
    const struct evidence_fact *f = &r->after->facts[position];
    struct call *c = call_of_key(r, f->key);
    size_t i = 0;
    while (i < sizeof kinds / sizeof kinds[0] && strcmp(kinds[i].type, f->type) != 0)
        i++;
    if (i == sizeof kinds / sizeof kinds[0]) {
        complain(r, c, "%s: the replay knows no such fact", f->type);
        return;
    }
    size_t effects = c == NULL ? 0 : c->effects;
    kinds[i].happen(r, c, f);
    if (c != NULL && kinds[i].is_last && c->effects > effects && c->type != CALL_BATCH)
        replay_check_answer(r, c, f);
}

static bool balance_is_true(const struct call *c, const struct evidence_account *a, const json_t *told)
{
    if (!rules_may_use(c, a))
        return json_is_null(told);
    return json_integer_value(json_object_get(told, "posted")) == rules_posted(a) &&
           json_integer_value(json_object_get(told, "held")) == a->held &&
           json_integer_value(json_object_get(told, "available")) == rules_available(a);
}

/* The balances that it tells are those of the world now, and for the sender to know. */
static bool balances_are_true(const struct replay *r, const struct call *c, const json_t *balances)
{
    const char *name;
    const json_t *told;
    json_object_foreach((json_t *)balances, name, told)
    {
        struct uuid id;
        if (typeid_parse("acct", str_of(name), &id) != STATUS_OK)
            return false;
        const struct evidence_account *a = evidence_find_account(&r->world, &id);
        if (a == NULL || !balance_is_true(c, a, told))
            return false;
    }
    return true;
}

static bool hold_is_true(const struct replay *r, const json_t *told, const struct uuid *id)
{
    const struct evidence_hold *h = evidence_find_hold(&r->world, id);
    const char *status = json_string_value(json_object_get(told, "status"));
    return names(told, "hold", id) && status != NULL && strcmp(status, h->status) == 0 &&
           json_integer_value(json_object_get(told, "captured")) == h->captured;
}

void replay_check_answer(struct replay *r, const struct call *c, const struct evidence_fact *f)
{
    if (!call_succeeded(c))
        return; /* complained of elsewhere */
    json_t *told = json_loads(c->told->body, 0, NULL);
    const json_t *hold = json_object_get(told, "hold"), *balances = json_object_get(told, "balances");
    bool is_true = told != NULL && (balances == NULL || balances_are_true(r, c, balances));
    if (strncmp(f->type, "hold.", strlen("hold.")) == 0)
        is_true = is_true && hold_is_true(r, hold, &f->object);
    else if (strncmp(f->type, "account.", strlen("account.")) == 0)
        is_true = is_true && names(told, "acct", &f->object);
    else
        is_true = is_true && names(told, "txn", &f->object) && entries_are_true(r, c, told, &f->object);
    json_decref(told);
    if (!is_true)
        complain(r, c, "was told something else than what happened");
}
