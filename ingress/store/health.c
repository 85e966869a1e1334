/* health.c - see health.h. */
#include "ingress/store/health.h"

#include "ingress_statements.h"

enum status health_ask(struct db *db)
{
    struct db_params none CLEANUP(db_params_free);
    db_params_init(&none, 16);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    return db_query(db, INGRESS_SQL_ASK, &none, &r);
}
