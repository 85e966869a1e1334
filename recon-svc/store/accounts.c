/* accounts.c - see accounts.h. */
#include "recon-svc/store/accounts.h"

#include <stdio.h>

#include "recon_statements.h"

#define PROVED_PAGE 10000

/* Places in load_accounts.sql. */
enum {
    CURRENCY,
    DEBITS_POSTED,
    CREDITS_POSTED,
    DEBITS_PENDING,
    CREDITS_PENDING,
    VERSION,
    OPEN_HOLDS,
    HELD,
    IS_CLOSED,
    CLOSED_AT,
    ALLOW_NEGATIVE,
    IS_CLEARING,
    PROVED_VERSION,
    PROVED_DEBITS,
    PROVED_CREDITS,
    PROVED_AT
};

void account_part_free(struct account_part *p)
{
    PQclear(p->rows);
    PQclear(p->entries);
    *p = (struct account_part){0};
}

enum status accounts_load(struct store *s, const struct uuid *ids, size_t count, struct account_part *p)
{
    db_params_reset(&s->params);
    db_array_open(&s->params, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&s->params, &ids[i]);
    db_array_close(&s->params);
    return store_query(s, RECON_SQL_LOAD_ACCOUNTS, &p->rows);
}

enum status accounts_load_entries(struct store *s, const struct account_place *places, size_t count,
                                  struct account_part *p)
{
    db_params_reset(&s->params);
    db_array_open(&s->params, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&s->params, &places[i].account);
    db_array_close(&s->params);
    db_array_open(&s->params, DB_INT8);
    for (size_t i = 0; i < count; i++)
        db_array_int(&s->params, places[i].version);
    db_array_close(&s->params);
    db_param_int8(&s->params, ACCOUNT_ENTRIES_PART);
    return store_query(s, RECON_SQL_LIST_ENTRIES, &p->entries);
}

static void copy_currency(const PGresult *r, int row, int column, char ret_currency[4])
{
    struct str currency = db_get_str(r, row, column);
    (void)snprintf(ret_currency, 4, "%.*s", (int)currency.len, currency.data != NULL ? currency.data : "");
}

struct account_row account_part_row(const struct account_part *p, int i)
{
    const PGresult *r = p->rows;
    struct account_row row = {.is_known = !db_is_null(r, i, CURRENCY)};
    if (!row.is_known)
        return row;
    row = (struct account_row){.is_known = true,
                               .debits_posted = db_get_int(r, i, DEBITS_POSTED),
                               .credits_posted = db_get_int(r, i, CREDITS_POSTED),
                               .debits_pending = db_get_int(r, i, DEBITS_PENDING),
                               .credits_pending = db_get_int(r, i, CREDITS_PENDING),
                               .version = db_get_int(r, i, VERSION),
                               .open_holds = db_get_int(r, i, OPEN_HOLDS),
                               .held = db_get_int(r, i, HELD),
                               .closed_us = db_is_null(r, i, CLOSED_AT) ? 0 : db_get_time(r, i, CLOSED_AT),
                               .is_closed = db_get_bool(r, i, IS_CLOSED),
                               .may_be_negative = db_get_bool(r, i, ALLOW_NEGATIVE),
                               .is_clearing = db_get_bool(r, i, IS_CLEARING)};
    copy_currency(r, i, CURRENCY, row.currency);
    return row;
}

struct account_place account_part_proved(const struct account_part *p, int i, const struct uuid *id)
{
    const PGresult *r = p->rows;
    return (struct account_place){.account = *id,
                                  .version = db_get_int(r, i, PROVED_VERSION),
                                  .debits = db_get_int(r, i, PROVED_DEBITS),
                                  .credits = db_get_int(r, i, PROVED_CREDITS),
                                  .last_us = db_is_null(r, i, PROVED_AT) ? 0 : db_get_time(r, i, PROVED_AT)};
}

struct account_entry account_part_entry(const struct account_part *p, int i, int *ret_account)
{
    const PGresult *r = p->entries;
    struct account_entry e = {.transaction = db_get_uuid(r, i, 1),
                              .version = db_get_int(r, i, 2),
                              .is_debit = db_get_bool(r, i, 3),
                              .amount = db_get_int(r, i, 4),
                              .balance_after = db_get_int(r, i, 6),
                              .created_us = db_get_time(r, i, 7)};
    copy_currency(r, i, 5, e.currency);
    *ret_account = (int)db_get_int(r, i, 0) - 1;
    return e;
}

enum status accounts_list_proved(struct store *s, struct uuid *after, struct account_table *table,
                                 size_t *ret_count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    db_param_uuid(&s->params, after);
    db_param_int8(&s->params, PROVED_PAGE);
    enum status status = store_query(s, RECON_SQL_LIST_CHECKPOINTS, &r);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < PQntuples(r); i++) {
        struct account_place proved = {.account = db_get_uuid(r, i, 0),
                                       .version = db_get_int(r, i, 1),
                                       .debits = db_get_int(r, i, 2),
                                       .credits = db_get_int(r, i, 3)};
        account_table_expect(table, &proved);
        *after = proved.account;
    }
    *ret_count = (size_t)PQntuples(r);
    return STATUS_OK;
}

enum status accounts_save_proved(struct store *s, const struct account_place *places, size_t count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (count == 0)
        return STATUS_OK;
    db_params_reset(&s->params);
    db_array_open(&s->params, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&s->params, &places[i].account);
    db_array_close(&s->params);
    for (int column = 0; column < 3; column++) {
        db_array_open(&s->params, DB_INT8);
        for (size_t i = 0; i < count; i++)
            db_array_int(&s->params, column == 0   ? places[i].version
                                     : column == 1 ? places[i].debits
                                                   : places[i].credits);
        db_array_close(&s->params);
    }
    db_array_open(&s->params, DB_TIME);
    for (size_t i = 0; i < count; i++)
        db_array_time(&s->params, places[i].last_us);
    db_array_close(&s->params);
    return store_write(s, RECON_SQL_SAVE_CHECKPOINTS, &r);
}
