/* projection.c - see projection.h. */
#include "recon-svc/domain/projection.h"

#include <string.h>

#include "shared/core/money.h"
#include "shared/core/typeid.h"

static struct str text_of(const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    return (struct str){json_string_value(value), json_string_length(value)};
}

static bool int_of(const json_t *object, const char *member, int64_t *ret_value)
{
    const json_t *value = json_object_get(object, member);
    if (!json_is_integer(value))
        return false;
    *ret_value = json_integer_value(value);
    return true;
}

/* {"id","version","posted"} */
static bool read_account(const json_t *account, struct uuid *ret_id, int64_t *ret_version,
                         int64_t *ret_posted)
{
    return typeid_parse("acct", text_of(account, "id"), ret_id) == STATUS_OK &&
           int_of(account, "version", ret_version) && int_of(account, "posted", ret_posted);
}

static struct projection_move *find_move(struct projection_move *moves, size_t count, const struct uuid *id)
{
    for (size_t i = 0; i < count; i++)
        if (uuid_compare(&moves[i].account, id) == 0)
            return &moves[i];
    return NULL;
}

/* What the entries add; what the accounts say of it themselves is not believed. */
static bool add_entries(const json_t *entries, struct projection_move *moves, size_t count)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(entries, i, entry)
    {
        struct uuid id;
        int64_t amount = 0;
        struct projection_move *m = NULL;
        bool is_debit = str_eq_c(text_of(entry, "direction"), "debit");
        if (typeid_parse("acct", text_of(entry, "account"), &id) == STATUS_OK)
            m = find_move(moves, count, &id);
        if (m == NULL || !int_of(entry, "amount", &amount) || amount < 0 || amount > MONEY_AMOUNT_MAX)
            return false;
        m->change += is_debit ? -amount : amount;
    }
    return json_is_array(entries);
}

enum status projection_read(const json_t *event, struct projection_move *ret_moves, size_t *ret_count)
{
    const json_t *data = json_object_get(event, "data"), *after = json_object_get(data, "after");
    const json_t *befores = json_object_get(json_object_get(data, "before"), "accounts");
    const json_t *afters = json_object_get(after, "accounts");
    size_t count = json_array_size(befores);
    if (count == 0 || count > PROJECTION_MOVES_MAX || json_array_size(afters) != count)
        return STATUS_INVALID;
    for (size_t i = 0; i < count; i++) {
        struct projection_move *m = &ret_moves[i];
        struct uuid id;
        int64_t posted;
        *m = (struct projection_move){0};
        if (!read_account(json_array_get(befores, i), &m->account, &m->from, &m->base) ||
            !read_account(json_array_get(afters, i), &id, &m->to, &posted) ||
            uuid_compare(&id, &m->account) != 0 || m->to <= m->from)
            return STATUS_INVALID;
    }
    const json_t *entries = json_object_get(json_object_get(after, "transaction"), "entries");
    if (!add_entries(entries, ret_moves, count))
        return STATUS_INVALID;
    *ret_count = count;
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
