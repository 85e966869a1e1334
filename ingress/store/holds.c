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

enum status holds_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct hold_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    struct uuid first = bounds_first_id(l->from_us), end = bounds_end_id(&l->before, l->until_us);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &end);
    db_param_text(&p, l->status);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_int8(&p, l->limit);
    db_param_uuid(&p, &first);
    if (l->account != NULL) {
        db_param_uuid(&p, l->account);
        db_param_text(&p, l->owner);
        return db_query(db, INGRESS_SQL_LIST_HOLDS_OF_ACCOUNT, &p, ret_result);
    }
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
