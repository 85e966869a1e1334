/* session.c - see session.h. */
#include "webhook-svc/store/session.h"

#include "webhook_statements.h"

/* As ledger-svc's sessions: generic plans, by index even while statistics say that a table is empty; nobody
   waits for a process that stopped in the middle of a transaction. */
static const char session_settings[] = "set search_path = pg_catalog;"
                                       "set client_min_messages = warning;"
                                       "set default_transaction_isolation = 'read committed';"
                                       "set jit = off;"
                                       "set max_parallel_workers_per_gather = 0;"
                                       "set plan_cache_mode = force_generic_plan;"
                                       "set enable_seqscan = off;"
                                       "set statement_timeout = '4s';"
                                       "set lock_timeout = '1500ms';"
                                       "set idle_in_transaction_session_timeout = '2s'";

struct db_options webhook_session_options(const char *conninfo)
{
    return (struct db_options){.conninfo = conninfo,
                               .service = "webhook-svc",
                               .settings = session_settings,
                               .statements = webhook_statements,
                               .statement_count = WEBHOOK_SQL_COUNT,
                               .connect_timeout_ms = 2000,
                               .query_timeout_ms = 6000};
}
