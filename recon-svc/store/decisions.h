/* decisions.h - what people decide about anomalies, stored with who and why. */
#ifndef RECON_STORE_DECISIONS_H
#define RECON_STORE_DECISIONS_H

#include "recon-svc/domain/decision.h"
#include "recon-svc/store/session.h"

struct decision_request {
    struct uuid anomaly;
    enum decision_action action;
    struct str actor, note;
};
/* In one transaction, with the anomaly locked. *ret_outcome: OUTCOME_ok, and a row for anomaly_row in
 *ret_row; not_found; or why it cannot be done. */
NODISCARD enum status decisions_make(struct store *s, const struct decision_request *request,
                                     enum outcome *ret_outcome, PGresult **ret_row);

#endif
