/* keys.c - see keys.h. */
#include "ingress/store/keys.h"

#include <stdio.h>

#include "ingress_statements.h"
#include "shared/io/log.h"

enum status keys_find(struct db *db, const struct digest *digest, struct credential *ret_credential)
{
    struct db_params params CLEANUP(db_params_free);
    db_params_init(&params, 256);
    db_param_bytea(&params, digest->bytes, sizeof(digest->bytes));

    PGresult *r CLEANUP(db_result_ptr) = NULL;
    enum status s = db_query(db, INGRESS_SQL_FIND_API_KEY, &params, &r);
    if (s != STATUS_OK) {
        return s;
    }
    if (PQntuples(r) == 0) {
        return STATUS_NOT_FOUND;
    }
    struct credential c = {.key_id = db_get_uuid(r, 0, 0)};
    struct str owner = db_get_str(r, 0, 1);
    if (owner.len >= sizeof(c.owner)) {
        return STATUS_FAILED;
    }
    snprintf(c.owner, sizeof(c.owner), "%.*s", (int)owner.len, owner.data);
    if (scope_set_parse(db_get_str(r, 0, 2), &c.scopes) != STATUS_OK) {
        log_event(LOG_ERROR, "key_has_unknown_scope", log_str("owner", c.owner)); /* it may do nothing then */
        c.scopes = (struct scope_set){0};
    }
    *ret_credential = c;
    return STATUS_OK;
}
