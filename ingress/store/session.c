/* session.c - see session.h. */
#include "ingress/store/session.h"

#include "ingress_statements.h"

#define QUERY_TIMEOUT_MS 2500 /* above the server's own limit below: it speaks first while it can */

/* A session lives long and a generic plan made while its tables were empty lives with it: indexes always, and
   in their order rather than as bitmaps to be sorted, whatever the server believes of its disks. */
static const char session_settings[] = "set jit = off;"
                                       "set max_parallel_workers_per_gather = 0;"
                                       "set plan_cache_mode = force_generic_plan;"
                                       "set enable_seqscan = off;"
                                       "set random_page_cost = 1.1;"
                                       "set statement_timeout = '2s';"
                                       "set default_transaction_read_only = on";

struct db_options ingress_session_options(const char *conninfo)
{
    return (struct db_options){.conninfo = conninfo,
                               .service = "ingress",
                               .settings = session_settings,
                               .statements = ingress_statements,
                               .statement_count = INGRESS_SQL_COUNT,
                               .query_timeout_ms = QUERY_TIMEOUT_MS};
}
