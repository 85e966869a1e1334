/* decision.h - what people decide about an anomaly: who may bring it from which state to which. Pure. */
#ifndef RECON_DOMAIN_DECISION_H
#define RECON_DOMAIN_DECISION_H

#include "shared/core/buf.h"
#include "shared/core/outcome.h"

enum decision_action {
    DECISION_acknowledge,
    DECISION_resolve,
    DECISION_ask_write_off,
    DECISION_approve_write_off,
    DECISION_ACTION_COUNT
};
struct decision {
    const char *state;       /* what the anomaly is now */
    struct str write_off_by; /* who has asked for it to be written off; {NULL, 0}: nobody */
    const char *recorded_as; /* the action, as history calls it */
};
/* OUTCOME_ok, or why not. state and write_off_by are those of the anomaly. */
enum outcome decision_make(struct str state, struct str write_off_by, enum decision_action action,
                           struct str actor, struct decision *ret_decision);

#endif
