/* endpoints.h - webhook endpoints: loaded to be changed, counted by owner, stored. */
#ifndef LEDGER_STORE_ENDPOINTS_H
#define LEDGER_STORE_ENDPOINTS_H

#include "ledger-svc/store/load.h"

/* Where the results of what was sent are in the pipeline; -1: not asked. */
struct endpoint_steps {
    int endpoints, counts;
};
/* Sends what the needs ask for into the open pipeline, and counts it in *steps. */
NODISCARD enum status endpoints_send(struct store *st, const struct needs *needs,
                                     struct endpoint_steps *ret_at, int *steps);
void endpoints_read(struct ledger *l, PGresult *const *results, const struct endpoint_steps *at);

/* Sends the new and the changed ones into the open pipeline, and counts the statements in *steps. */
NODISCARD enum status endpoints_save(struct store *st, struct ledger *l, int *steps);

#endif
