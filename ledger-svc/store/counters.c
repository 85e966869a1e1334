/* counters.c - see counters.h. */
#include "ledger-svc/store/counters.h"

#include "ledger_statements.h"

#define PARAMS_MAX 64

enum status counters_add(struct db *db, int64_t replays, int64_t duplicates)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, replays);
    db_param_int8(&p, duplicates);
    return db_query(db, LEDGER_SQL_ADD_COUNTS, &p, &r);
}
