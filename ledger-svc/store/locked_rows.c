/* locked_rows.c - see locked_rows.h. */
#include "ledger-svc/store/locked_rows.h"

#include "ledger_statements.h"

static size_t list_accounts(const struct ledger *l, struct uuid *ret_ids)
{
    size_t n = 0;
    for (size_t i = 0; i < l->account_count; i++)
        if (l->accounts[i]->is_changed && !l->accounts[i]->is_new)
            ret_ids[n++] = l->accounts[i]->id;
    return n;
}

static size_t list_holds(const struct ledger *l, struct uuid *ret_ids)
{
    size_t n = 0;
    for (size_t i = 0; i < l->hold_count; i++)
        if (l->holds[i]->is_changed && !l->holds[i]->is_new)
            ret_ids[n++] = l->holds[i]->id;
    return n;
}

static size_t list_originals(const struct ledger *l, struct uuid *ret_ids)
{
    size_t n = 0;
    for (size_t i = 0; i < l->original_count; i++)
        if (l->originals[i]->is_changed && l->originals[i]->loaded_reversed > 0)
            ret_ids[n++] = l->originals[i]->id;
    return n;
}

static size_t list_endpoints(const struct ledger *l, struct uuid *ret_ids)
{
    size_t n = 0;
    for (size_t i = 0; i < l->endpoint_count; i++)
        if (l->endpoints[i]->is_changed && !l->endpoints[i]->is_new)
            ret_ids[n++] = l->endpoints[i]->id;
    return n;
}

/* Which rows of a table are to be changed, and the statement that finds those of them that nobody has locked.
 */
static const struct {
    size_t (*list)(const struct ledger *l, struct uuid *ret_ids);
    int find_free;
} tables[] = {
    {list_accounts, LEDGER_SQL_FIND_FREE_ACCOUNTS},
    {list_holds, LEDGER_SQL_FIND_FREE_HOLDS},
    {list_originals, LEDGER_SQL_FIND_FREE_REVERSALS},
    {list_endpoints, LEDGER_SQL_FIND_FREE_WEBHOOK_ENDPOINTS},
};

static bool has_row(const PGresult *r, const struct uuid *id)
{
    for (int i = 0; i < PQntuples(r); i++) {
        struct uuid free_id = db_get_uuid(r, i, 0);
        if (uuid_compare(&free_id, id) == 0)
            return true;
    }
    return false;
}

static enum status add_locked(struct store *st, int find_free, const struct id_list *changed,
                              struct id_list *locked)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_UUID);
    for (size_t i = 0; i < changed->count; i++)
        db_array_uuid(&st->params, &changed->ids[i]);
    db_array_close(&st->params);
    enum status s = db_query(st->db, find_free, &st->params, &r);
    for (size_t i = 0; s == STATUS_OK && i < changed->count; i++)
        if (!has_row(r, &changed->ids[i]))
            locked->ids[locked->count++] = changed->ids[i];
    return s;
}

enum status store_find_locked(struct store *st, const struct ledger *l, struct id_list *ret_locked)
{
    size_t most = l->account_count + l->hold_count + l->original_count + l->endpoint_count + 1;
    struct id_list changed = {.ids = arena_alloc_array(l->arena, most, sizeof(struct uuid))};
    struct id_list locked = {.ids = arena_alloc_array(l->arena, most, sizeof(struct uuid))};
    enum status s = changed.ids != NULL && locked.ids != NULL ? STATUS_OK : STATUS_FULL;
    for (size_t i = 0; s == STATUS_OK && i < sizeof tables / sizeof tables[0]; i++) {
        changed.count = tables[i].list(l, changed.ids);
        if (changed.count > 0)
            s = add_locked(st, tables[i].find_free, &changed, &locked);
    }
    if (s == STATUS_OK)
        *ret_locked = locked;
    return s;
}
