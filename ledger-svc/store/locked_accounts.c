/* locked_accounts.c - see locked_accounts.h. */
#include "ledger-svc/store/locked_accounts.h"

#include "ledger_statements.h"

static bool has_row(const PGresult *r, const struct uuid *id)
{
    for (int i = 0; i < PQntuples(r); i++) {
        struct uuid free_id = db_get_uuid(r, i, 0);
        if (uuid_compare(&free_id, id) == 0)
            return true;
    }
    return false;
}

static bool is_changed_row(const struct account *a)
{
    return a->is_changed && !a->is_new;
}

enum status store_find_locked(struct store *st, const struct ledger *l, struct id_list *ret_locked)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct id_list locked = {.ids = arena_alloc_array(l->arena, l->account_count + 1, sizeof(struct uuid))};
    if (locked.ids == NULL)
        return STATUS_FULL;
    db_params_reset(&st->params);
    db_array_open(&st->params, DB_UUID);
    for (size_t i = 0; i < l->account_count; i++)
        if (is_changed_row(l->accounts[i]))
            db_array_uuid(&st->params, &l->accounts[i]->id);
    db_array_close(&st->params);
    enum status s = db_query(st->db, LEDGER_SQL_FIND_FREE_ACCOUNTS, &st->params, &r);
    if (s != STATUS_OK)
        return s;
    for (size_t i = 0; i < l->account_count; i++)
        if (is_changed_row(l->accounts[i]) && !has_row(r, &l->accounts[i]->id))
            locked.ids[locked.count++] = l->accounts[i]->id;
    *ret_locked = locked;
    return STATUS_OK;
}
