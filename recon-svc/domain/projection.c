/* projection.c - see projection.h. */
#include "recon-svc/domain/projection.h"

#include "shared/core/json_walk.h"
#include "shared/core/money.h"
#include "shared/core/typeid.h"

/* What of an event matters. */
struct parts {
    struct str befores, afters, entries;
};
/* {"id","version","posted"} of one side, all of them. */
struct side {
    struct str id;
    int64_t version, posted;
    bool has_id, has_version, has_posted;
};
struct entry {
    struct str account, direction;
    int64_t amount;
};
struct reading {
    struct projection_move *moves;
    size_t count, afters;
};

static bool read_transaction(struct json_walk *w, struct str name, void *context)
{
    struct parts *parts = context;
    return str_eq_c(name, "entries") ? json_walk_text(w, &parts->entries) : json_walk_skip(w);
}

static bool read_before(struct json_walk *w, struct str name, void *context)
{
    struct parts *parts = context;
    return str_eq_c(name, "accounts") ? json_walk_text(w, &parts->befores) : json_walk_skip(w);
}

static bool read_after(struct json_walk *w, struct str name, void *context)
{
    struct parts *parts = context;
    if (str_eq_c(name, "accounts"))
        return json_walk_text(w, &parts->afters);
    return str_eq_c(name, "transaction") ? json_walk_object(w, read_transaction, parts) : json_walk_skip(w);
}

static bool read_data(struct json_walk *w, struct str name, void *context)
{
    if (str_eq_c(name, "before"))
        return json_walk_object(w, read_before, context);
    return str_eq_c(name, "after") ? json_walk_object(w, read_after, context) : json_walk_skip(w);
}

static bool read_event(struct json_walk *w, struct str name, void *context)
{
    return str_eq_c(name, "data") ? json_walk_object(w, read_data, context) : json_walk_skip(w);
}

static bool read_side(struct json_walk *w, struct str name, void *context)
{
    struct side *side = context;
    if (str_eq_c(name, "id"))
        return side->has_id = json_walk_string(w, &side->id);
    if (str_eq_c(name, "version"))
        return side->has_version = json_walk_int(w, &side->version);
    if (str_eq_c(name, "posted"))
        return side->has_posted = json_walk_int(w, &side->posted);
    return json_walk_skip(w);
}

static bool read_account(struct json_walk *w, struct uuid *ret_id, int64_t *ret_version, int64_t *ret_posted)
{
    struct side side = {.has_id = false};
    if (!json_walk_object(w, read_side, &side) || !side.has_id || !side.has_version || !side.has_posted ||
        typeid_parse("acct", side.id, ret_id) != STATUS_OK)
        return false;
    *ret_version = side.version;
    *ret_posted = side.posted;
    return true;
}

static bool add_before(struct json_walk *w, struct str name, void *context)
{
    (void)name;
    struct reading *r = context;
    if (r->count == PROJECTION_MOVES_MAX)
        return false;
    struct projection_move *m = &r->moves[r->count++];
    *m = (struct projection_move){0};
    return read_account(w, &m->account, &m->from, &m->base);
}

static bool add_after(struct json_walk *w, struct str name, void *context)
{
    (void)name;
    struct reading *r = context;
    struct uuid id;
    int64_t posted;
    if (r->afters == r->count)
        return false;
    struct projection_move *m = &r->moves[r->afters++];
    return read_account(w, &id, &m->to, &posted) && uuid_compare(&id, &m->account) == 0 && m->to > m->from;
}

static struct projection_move *find_move(const struct reading *r, const struct uuid *id)
{
    for (size_t i = 0; i < r->count; i++)
        if (uuid_compare(&r->moves[i].account, id) == 0)
            return &r->moves[i];
    return NULL;
}

static bool read_entry(struct json_walk *w, struct str name, void *context)
{
    struct entry *entry = context;
    if (str_eq_c(name, "account"))
        return json_walk_string(w, &entry->account);
    if (str_eq_c(name, "direction"))
        return json_walk_string(w, &entry->direction);
    return str_eq_c(name, "amount") ? json_walk_int(w, &entry->amount) : json_walk_skip(w);
}

/* What the entries add; what the accounts say of it themselves is not believed. */
static bool add_entry(struct json_walk *w, struct str name, void *context)
{
    (void)name;
    struct entry entry = {.amount = -1};
    struct uuid id;
    struct projection_move *m = NULL;
    if (!json_walk_object(w, read_entry, &entry) || entry.amount < 0 || entry.amount > MONEY_AMOUNT_MAX)
        return false;
    if (typeid_parse("acct", entry.account, &id) == STATUS_OK)
        m = find_move(context, &id);
    if (m == NULL)
        return false;
    m->change += str_eq_c(entry.direction, "debit") ? -entry.amount : entry.amount;
    return true;
}

static bool read_array(struct str text, json_walk_reader *read, struct reading *r)
{
    struct json_walk w = json_walk_of(text);
    return json_walk_array(&w, read, r);
}

enum status projection_read(struct str event, struct projection_move *ret_moves, size_t *ret_count)
{
    struct parts parts = {.befores = {0}};
    struct reading r = {.moves = ret_moves};
    struct json_walk w = json_walk_of(event);
    if (!json_walk_object(&w, read_event, &parts) || !read_array(parts.befores, add_before, &r) ||
        !read_array(parts.afters, add_after, &r) || r.count == 0 || r.afters != r.count ||
        !read_array(parts.entries, add_entry, &r))
        return STATUS_INVALID;
    *ret_count = r.count;
    return STATUS_OK;
}

int projection_compare(const void *a, const void *b)
{
    const struct projection_move *x = a, *y = b;
    int order = uuid_compare(&x->account, &y->account);
    return order != 0 ? order : (x->from > y->from) - (x->from < y->from);
}

size_t projection_apply(struct projection_account *account, const struct projection_move *moves, size_t count,
                        int64_t before_us)
{
    for (size_t i = 0; i < count; i++) {
        const struct projection_move *m = &moves[i];
        bool is_lost = m->from > account->version && m->seen_us < before_us;
        if (!account->is_known || is_lost) {
            account->version = m->from;
            account->posted = m->base;
            account->is_known = true;
        }
        if (m->from > account->version)
            return i;
        if (m->from == account->version) {
            account->version = m->to;
            account->posted += m->change;
        }
    }
    return count;
}

/* An event comes after the ledger's commit: what has less in the ledger is not the ledger's. */
enum projection_view projection_view(const struct projection_account *account,
                                     const struct projection_ledger *ledger)
{
    if (!ledger->is_known || ledger->version < account->version)
        return PROJECTION_DIFFERS;
    if (ledger->version > account->version)
        return PROJECTION_GONE_ON;
    return ledger->posted == account->posted ? PROJECTION_AGREES : PROJECTION_DIFFERS;
}
