/* withdrawals.c - see withdrawals.h. */
#include "recon-svc/store/withdrawals.h"

#include "recon_statements.h"

#define ATTEMPTS 3

struct making {
    struct store *store;
    const struct ops_withdrawal_request *request;
};

static struct db_params *params_of(const struct making *m)
{
    db_params_reset(&m->store->params);
    db_param_uuid(&m->store->params, &m->request->statement);
    return &m->store->params;
}

static enum status lock(const struct making *m)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_text(params_of(m), m->request->owner);
    enum status s = store_query(m->store, RECON_SQL_LOCK_STATEMENT, &r);
    return s == STATUS_OK && PQntuples(r) == 0 ? STATUS_NOT_FOUND : s;
}

static enum status withdraw(const struct making *m)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct db_params *p = params_of(m);
    db_param_text(p, m->request->actor);
    db_param_text(p, m->request->note);
    return store_query(m->store, RECON_SQL_WITHDRAW_STATEMENT, &r);
}

static enum status drop_matches(const struct making *m)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)params_of(m);
    return store_query(m->store, RECON_SQL_DROP_MATCHES, &r);
}

static enum status make(struct db *db, void *context)
{
    (void)db; /* the store's */
    const struct making *m = context;
    enum status s = lock(m);
    if (s == STATUS_OK)
        s = withdraw(m);
    return s == STATUS_OK ? drop_matches(m) : s;
}

enum status withdrawals_make(struct store *s, const struct ops_withdrawal_request *request)
{
    struct making m = {.store = s, .request = request};
    return db_tx_run(s->db, "begin read write", ATTEMPTS, make, &m);
}
