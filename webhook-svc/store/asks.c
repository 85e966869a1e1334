/* asks.c - see asks.h. */
#include "webhook-svc/store/asks.h"

#include "webhook_statements.h"

#define PARAMS_MAX 1024

enum status store_take_ask(struct db *db, struct str owner, int64_t per_minute, int64_t *ret_wait_ms)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, owner);
    db_param_int4(&p, (int32_t)per_minute);
    enum status s = db_query(db, WEBHOOK_SQL_TAKE_ASK, &p, &r);
    if (s == STATUS_OK)
        *ret_wait_ms = db_get_int(r, 0, 0);
    return s;
}
