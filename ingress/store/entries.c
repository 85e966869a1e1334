/* entries.c - see entries.h. */
#include "ingress/store/entries.h"

#include "ingress/store/accounts.h"
#include "ingress/store/bounds.h"
#include "ingress_statements.h"

#define PARAMS_MAX 4096

void entry_ids_param(struct db_params *p, const struct entry_ids *ids)
{
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < ids->count; i++) {
        db_array_uuid(p, &ids->transactions[i]);
    }
    db_array_close(p);
}

enum status entries_of_transactions(struct db *db, const void *args, PGresult **ret_result)
{
    const struct entry_ids *ids = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    entry_ids_param(&p, ids);
    return db_query(db, INGRESS_SQL_LIST_ENTRIES_OF_TRANSACTIONS, &p, ret_result);
}

static enum status list_of_account(struct db *db, const struct entry_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, l->account);
    db_param_text(&p, l->owner);
    db_param_int8(&p, l->after != NULL ? l->after_number : INT64_MAX);
    db_param_text(&p, l->direction);
    db_param_int8(&p, l->limit);
    return db_query(db, INGRESS_SQL_LIST_ENTRIES_OF_ACCOUNT, &p, ret_result);
}

/* The id right behind; of the last one itself. */
static struct uuid successor(const struct uuid *id)
{
    struct uuid next = *id;
    for (int i = 15; i >= 0; i--) {
        if (next.bytes[i] < 255) {
            next.bytes[i]++;
            return next;
        }
        next.bytes[i] = 0;
    }
    return *id;
}

static enum status list_of_owner(struct db *db, const struct entry_list *l, int64_t accounts,
                                 PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    struct uuid next = {0};
    if (l->after != NULL) {
        next = successor(l->after);
    }
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, l->owner);
    db_param_uuid(&p, l->after);
    db_param_int2(&p, (int16_t)l->after_number);
    db_param_uuid(&p, l->after != NULL ? &next : NULL);
    db_param_text(&p, l->direction);
    db_param_int8(&p, l->limit);
    db_param_int8(&p, bounds_looked_at(accounts, l->limit));
    return db_query(db, INGRESS_SQL_LIST_ENTRIES_OF_OWNER, &p, ret_result);
}

static enum status list_of_large_owner(struct db *db, const struct entry_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, l->owner);
    db_param_uuid(&p, l->after != NULL ? l->after : &UUID_LAST);
    db_param_int2(&p, (int16_t)l->after_number);
    db_param_text(&p, l->direction);
    db_param_int8(&p, l->limit);
    return db_query(db, INGRESS_SQL_LIST_ENTRIES_OF_LARGE_OWNER, &p, ret_result);
}

static enum status list_own(struct db *db, const struct entry_list *l, PGresult **ret_result)
{
    int64_t accounts;
    enum status s = accounts_count(db, l->owner, &accounts);
    if (s != STATUS_OK) {
        return s;
    }
    return accounts > ACCOUNTS_ASKED_MAX ? list_of_large_owner(db, l, ret_result)
                                         : list_of_owner(db, l, accounts, ret_result);
}

static enum status list_all(struct db *db, const struct entry_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, l->after != NULL ? l->after : &UUID_LAST);
    db_param_int2(&p, (int16_t)l->after_number);
    db_param_text(&p, l->direction);
    db_param_int8(&p, l->limit);
    return db_query(db, INGRESS_SQL_LIST_ENTRIES, &p, ret_result);
}

enum status entries_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct entry_list *l = args;
    if (l->account != NULL) {
        return list_of_account(db, l, ret_result);
    }
    return l->owner.data != NULL ? list_own(db, l, ret_result) : list_all(db, l, ret_result);
}

enum status entries_statement(struct db *db, const void *args, PGresult **ret_result)
{
    const struct statement_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &l->account);
    db_param_int8(&p, l->above_version);
    db_param_int8(&p, l->up_to_version);
    db_param_int8(&p, l->limit);
    return db_query(db, INGRESS_SQL_LIST_STATEMENT_ENTRIES, &p, ret_result);
}

void entry_row(const PGresult *r, int row, struct entry_row *ret_row)
{
    *ret_row = (struct entry_row){
        .transaction = db_get_uuid(r, row, 0),
        .leg = db_get_int(r, row, 1),
        .owner = db_get_str(r, row, 3),
        .entry = {.account = db_get_uuid(r, row, 2),
                  .direction = db_get_str(r, row, 4),
                  .amount = db_get_int(r, row, 5),
                  .currency = db_get_str(r, row, 6),
                  .balance_after = db_get_int(r, row, 7)},
        .created_us = db_get_time(r, row, 8),
        .version = db_get_int(r, row, 9),
    };
}

bool entry_row_is_wanted(const PGresult *r, int row)
{
    return db_get_bool(r, row, 10);
}

bool entry_row_is_last(const PGresult *r, int row)
{
    return db_get_bool(r, row, 11);
}

void statement_row(const PGresult *r, int row, struct statement_row *ret_row)
{
    *ret_row = (struct statement_row){
        .transaction = db_get_uuid(r, row, 0),
        .version = db_get_int(r, row, 1),
        .direction = db_get_str(r, row, 2),
        .amount = db_get_int(r, row, 3),
        .currency = db_get_str(r, row, 4),
        .balance_after = db_get_int(r, row, 5),
        .created_us = db_get_time(r, row, 6),
        .kind = db_get_str(r, row, 7),
        .description = db_get_str(r, row, 8),
        .reference = db_get_str(r, row, 9),
        .counterparties = db_get_str(r, row, 10),
    };
}
