/* ops_request.h - what operators ask of recon-svc over the bus (pay.ops.recon). Pure. */
#ifndef RECON_DOMAIN_OPS_REQUEST_H
#define RECON_DOMAIN_OPS_REQUEST_H

#include "shared/core/json_in.h"

#define OPS_ACTOR_MAX     64
#define OPS_ACTOR_DEFAULT "nats" /* and what names on the bus begin with, behind a colon */
#define OPS_NOTE_MAX      500

/* Strings are borrowed from the request. */
struct ops_run_request {
    bool is_full;
    struct str actor;
};
struct ops_decision_request {
    struct uuid anomaly;
    bool write_off;
    struct str actor, note;
};
struct ops_withdrawal_request {
    struct uuid statement;
    struct str owner; /* whose account it has to be about; data NULL: anybody's */
    struct str actor, note;
};
/* {"mode"?,"actor"?} */
NODISCARD enum status ops_read_run(const json_t *root, struct ops_run_request *ret_request,
                                   struct problem *ret_problem);
/* {"id","note","write_off"?,"actor"?} */
NODISCARD enum status ops_read_decision(const json_t *root, struct ops_decision_request *ret_request,
                                        struct problem *ret_problem);
/* {"id","owner"?,"note","actor"?} */
NODISCARD enum status ops_read_withdrawal(const json_t *root, struct ops_withdrawal_request *ret_request,
                                          struct problem *ret_problem);

#endif
