/* decisions.c - see decisions.h. */
#include "recon-svc/store/decisions.h"

#include "recon_statements.h"

#define ATTEMPTS 3

struct making {
    struct store *store;
    const struct decision_request *request;
    enum outcome outcome;
    PGresult *row;
};

static enum status store_decision(struct making *m, const struct decision *d)
{
    struct db_params *p = &m->store->params;
    db_params_reset(p);
    db_param_uuid(p, &m->request->anomaly);
    db_param_text(p, str_of(d->state));
    db_param_text(p, d->write_off_by);
    db_param_text(p, str_of(d->recorded_as));
    db_param_text(p, m->request->actor);
    db_param_text(p, m->request->note);
    return store_query(m->store, RECON_SQL_DECIDE_ANOMALY, &m->row);
}

static enum status make(struct db *db, void *context)
{
    (void)db;
    struct making *m = context;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct decision d;
    db_result_ptr(&m->row);
    db_params_reset(&m->store->params);
    db_param_uuid(&m->store->params, &m->request->anomaly);
    enum status s = store_query(m->store, RECON_SQL_LOCK_ANOMALY, &r);
    if (s != STATUS_OK)
        return s;
    m->outcome = PQntuples(r) == 0 ? OUTCOME_not_found
                                   : decision_make(db_get_str(r, 0, 0), db_get_str(r, 0, 1),
                                                   m->request->action, m->request->actor, &d);
    return m->outcome == OUTCOME_ok ? store_decision(m, &d) : STATUS_OK;
}

enum status decisions_make(struct store *s, const struct decision_request *request, enum outcome *ret_outcome,
                           PGresult **ret_row)
{
    struct making m = {.store = s, .request = request};
    enum status status = db_tx_run(s->db, "begin read write", ATTEMPTS, make, &m);
    if (status != STATUS_OK) {
        db_result_ptr(&m.row);
        return status;
    }
    *ret_outcome = m.outcome;
    *ret_row = m.row;
    return STATUS_OK;
}
