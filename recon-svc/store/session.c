/* session.c - see session.h. */
#include "recon-svc/store/session.h"

#include "recon_statements.h"

#define PARAMS_MAX ((size_t)8 << 20)

/* A snapshot that is held for long makes hot rows slower for everybody: no statement lasts longer than 8 s.
   Plans are pinned to indexes, whatever statistics a fresh table has. */
static const char session_settings[] = "set search_path = pg_catalog;"
                                       "set client_min_messages = warning;"
                                       "set default_transaction_isolation = 'read committed';"
                                       "set jit = off;"
                                       "set plan_cache_mode = force_generic_plan;"
                                       "set enable_seqscan = off;"
                                       "set max_parallel_workers_per_gather = 0;"
                                       "set statement_timeout = '8s';"
                                       "set lock_timeout = '2s';"
                                       "set idle_in_transaction_session_timeout = '10s'";

struct db_options recon_session_options(const char *conninfo)
{
    return (struct db_options){.conninfo = conninfo,
                               .service = "recon-svc",
                               .settings = session_settings,
                               .statements = recon_statements,
                               .statement_count = RECON_SQL_COUNT,
                               .connect_timeout_ms = 2000,
                               .query_timeout_ms = 10000};
}

void store_init(struct store *s, const char *conninfo)
{
    *s = (struct store){.options = recon_session_options(conninfo)};
    db_params_init(&s->params, PARAMS_MAX);
}

enum status store_connect(struct store *s)
{
    return s->db != NULL ? STATUS_OK : db_open(&s->options, &s->db);
}

void store_disconnect(struct store *s)
{
    db_close(s->db);
    s->db = NULL;
}

void store_close(struct store *s)
{
    store_disconnect(s);
    db_params_free(&s->params);
}

struct chain_reader store_chain(const struct store *s)
{
    return (struct chain_reader){.db = s->db,
                                 .list_events = RECON_SQL_LIST_SEALED_EVENTS,
                                 .list_transactions = RECON_SQL_LIST_SEALED_TRANSACTIONS,
                                 .list_entries = RECON_SQL_LIST_SEALED_ENTRIES,
                                 .list_transactions_between = RECON_SQL_LIST_SEALED_TRANSACTIONS_BETWEEN,
                                 .list_entries_between = RECON_SQL_LIST_SEALED_ENTRIES_BETWEEN,
                                 .list_blocks = RECON_SQL_LIST_BLOCKS};
}

enum status store_query(struct store *s, int statement, PGresult **ret_result)
{
    return db_query(s->db, statement, &s->params, ret_result);
}

struct write {
    const struct store *store;
    int statement;
    PGresult *result;
};

static enum status write_once(struct db *db, void *context)
{
    struct write *w = context;
    db_result_ptr(&w->result);
    return db_query(db, w->statement, &w->store->params, &w->result);
}

enum status store_write(struct store *s, int statement, PGresult **ret_result)
{
    struct write w = {.store = s, .statement = statement};
    enum status status = db_tx_run(s->db, "begin read write", 3, write_once, &w);
    if (status != STATUS_OK) {
        db_result_ptr(&w.result);
        return status;
    }
    *ret_result = w.result;
    return STATUS_OK;
}

enum status store_snapshot_begin(struct store *s)
{
    return db_exec(s->db, "begin isolation level repeatable read read only");
}

enum status store_snapshot_end(struct store *s)
{
    return db_exec(s->db, "commit");
}
