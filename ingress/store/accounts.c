/* accounts.c - see accounts.h. */
#include "ingress/store/accounts.h"

#include "ingress/store/bounds.h"
#include "ingress_statements.h"

#define PARAMS_MAX (64 << 10) /* with all the metadata that a query can name */

enum status accounts_find(struct db *db, const struct account_ids *ids, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < ids->count; i++) {
        db_array_uuid(&p, &ids->ids[i]);
    }
    db_array_close(&p);
    return db_query(db, INGRESS_SQL_FIND_ACCOUNTS, &p, ret_result);
}

/* The filter whose index leaves the least to look at. */
static int list_statement(const struct account_list *l)
{
    if (l->type.data != NULL && !str_eq_c(l->type, "user")) {
        return INGRESS_SQL_LIST_ACCOUNTS_OF_RARE_TYPE;
    }
    if (l->status.data != NULL && !str_eq_c(l->status, "open")) {
        return INGRESS_SQL_LIST_ACCOUNTS_OF_RARE_STATUS;
    }
    return INGRESS_SQL_LIST_ACCOUNTS;
}

enum status accounts_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct account_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &l->before);
    db_param_text(&p, l->type);
    db_param_text(&p, l->currency);
    db_param_text(&p, l->status);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_int8(&p, l->limit);
    if (l->metadata.data != NULL) {
        db_param_text(&p, l->owner);
        db_param_text(&p, l->metadata);
        return db_query(db, INGRESS_SQL_LIST_ACCOUNTS_BY_METADATA, &p, ret_result);
    }
    if (l->owner.data == NULL) {
        return db_query(db, list_statement(l), &p, ret_result);
    }
    db_param_text(&p, l->owner);
    return db_query(db, INGRESS_SQL_LIST_ACCOUNTS_OF_OWNER, &p, ret_result);
}

enum status accounts_balance_at(struct db *db, const void *args, PGresult **ret_result)
{
    const struct balance_key *k = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &k->account.id);
    db_param_text(&p, k->account.owner);
    db_param_time(&p, k->before_us);
    return db_query(db, INGRESS_SQL_FIND_BALANCE_AT, &p, ret_result);
}

enum status accounts_statement_range(struct db *db, const void *args, PGresult **ret_result)
{
    const struct statement_key *k = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &k->account.id);
    db_param_text(&p, k->account.owner);
    bounds_param_time(&p, k->from_us, TIME_FIRST_US);
    bounds_param_time(&p, k->until_us, TIME_LAST_US);
    return db_query(db, INGRESS_SQL_FIND_STATEMENT_RANGE, &p, ret_result);
}

enum status accounts_count(struct db *db, struct str owner, int64_t *ret_count)
{
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, owner);
    enum status s = db_query(db, INGRESS_SQL_COUNT_ACCOUNTS, &p, &r);
    if (s == STATUS_OK) {
        *ret_count = db_get_int(r, 0, 0);
    }
    return s;
}

void account_row(const PGresult *r, int row, struct account_resource *ret_account)
{
    *ret_account = (struct account_resource){
        .id = db_get_uuid(r, row, 0),
        .owner = db_get_str(r, row, 1),
        .type = db_get_str(r, row, 2),
        .currency = db_get_str(r, row, 3),
        .name = db_get_str(r, row, 4),
        .status = db_get_str(r, row, 5),
        .debits_posted = db_get_int(r, row, 6),
        .credits_posted = db_get_int(r, row, 7),
        .debits_pending = db_get_int(r, row, 8),
        .credits_pending = db_get_int(r, row, 9),
        .version = db_get_int(r, row, 10),
        .created_us = db_get_time(r, row, 11),
        .metadata = db_get_str(r, row, 12),
    };
}

struct uuid account_row_id(const PGresult *r, int row)
{
    return db_get_uuid(r, row, 0);
}

int64_t balance_row(const PGresult *r, struct str *ret_currency, int64_t *ret_version)
{
    *ret_currency = db_get_str(r, 0, 1);
    *ret_version = db_get_int(r, 0, 2);
    return db_get_int(r, 0, 3);
}

void statement_range_row(const PGresult *r, struct statement_range *ret_range)
{
    account_row(r, 0, &ret_range->account);
    ret_range->opening_version = db_get_int(r, 0, 13);
    ret_range->opening_balance = db_get_int(r, 0, 14);
    ret_range->closing_version = db_get_int(r, 0, 15);
    ret_range->closing_balance = db_get_int(r, 0, 16);
}
