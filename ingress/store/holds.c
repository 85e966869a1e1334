/* holds.c - see holds.h. */
#include "ingress/store/holds.h"

#include "ingress/store/bounds.h"
#include "ingress_statements.h"

#define PARAMS_MAX 2048

enum status holds_find(struct db *db, const void *args, PGresult **ret_result)
{
    const struct hold_key *k = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &k->id);
    db_param_text(&p, k->owner);
    return db_query(db, INGRESS_SQL_FIND_HOLD, &p, ret_result);
}

static void list_params(struct db_params *p, const struct hold_list *l)
{
    struct uuid first = bounds_first_id(l->from_us), end = bounds_end_id(&l->before, l->until_us);
    db_params_init(p, PARAMS_MAX);
    db_param_uuid(p, &end);
    db_param_text(p, l->status);
    db_param_time(p, l->from_us);
    db_param_time(p, l->until_us);
    db_param_int8(p, l->limit);
    db_param_uuid(p, &first);
}

/* All of the owner's own account; where that has none, it may be somebody else's, on which he sees what he
   authorized himself. */
static enum status list_of_account(struct db *db, const struct hold_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    list_params(&p, l);
    db_param_uuid(&p, l->account);
    db_param_text(&p, l->owner);
    enum status s = db_query(db, INGRESS_SQL_LIST_HOLDS_OF_ACCOUNT, &p, &r);
    if (s == STATUS_OK && PQntuples(r) == 0 && l->owner.data != NULL) {
        return db_query(db, INGRESS_SQL_LIST_HOLDS_OF_OWNER_ON_ACCOUNT, &p, ret_result);
    }
    if (s == STATUS_OK) {
        *ret_result = r;
        r = NULL;
    }
    return s;
}

enum status holds_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct hold_list *l = args;
    if (l->account != NULL) {
        return list_of_account(db, l, ret_result);
    }
    struct db_params p CLEANUP(db_params_free);
    list_params(&p, l);
    if (l->owner.data != NULL) {
        db_param_text(&p, l->owner);
        return db_query(db, INGRESS_SQL_LIST_HOLDS_OF_OWNER, &p, ret_result);
    }
    bool by_status = l->status.data != NULL;
    return db_query(db, by_status ? INGRESS_SQL_LIST_HOLDS_OF_STATUS : INGRESS_SQL_LIST_HOLDS, &p,
                    ret_result);
}

void hold_row(const PGresult *r, int row, struct hold_resource *ret_hold)
{
    struct str status = db_get_str(r, row, 6);
    *ret_hold = (struct hold_resource){
        .id = db_get_uuid(r, row, 0),
        .account = db_get_uuid(r, row, 1),
        .destination = db_get_uuid(r, row, 2),
        .owner = db_get_str(r, row, 3),
        .amount = db_get_int(r, row, 4),
        .captured = db_get_int(r, row, 5),
        .status = status,
        .is_open = str_eq_c(status, "authorized") || str_eq_c(status, "partially_captured"),
        .currency = db_get_str(r, row, 7),
        .description = db_get_str(r, row, 9),
        .reference = db_get_str(r, row, 10),
        .metadata = db_get_str(r, row, 11),
        .expires_us = db_get_time(r, row, 12),
        .created_us = db_get_time(r, row, 13),
        .updated_us = db_get_time(r, row, 14),
    };
    if (!db_is_null(r, row, 8)) {
        ret_hold->capture = db_get_uuid(r, row, 8);
    }
}
