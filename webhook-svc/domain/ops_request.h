/* ops_request.h - what operators ask for on pay.ops, checked. Pure. */
#ifndef WEBHOOK_DOMAIN_OPS_REQUEST_H
#define WEBHOOK_DOMAIN_OPS_REQUEST_H

#include "shared/core/json_in.h"

#define OPS_LIMIT_MAX     1000
#define OPS_LIMIT_DEFAULT 100
#define OPS_ACTOR_DEFAULT "nats" /* and what names on the bus begin with, behind a colon */
#define OPS_ACTOR_SIZE    65

enum ops_target { OPS_DEAD_LETTER, OPS_EVENT, OPS_SEQUENCE, OPS_FILTER };
struct ops_request {
    enum ops_target target; /* of replay and discard */
    struct uuid id;         /* of a dead letter or an event */
    int64_t seq;            /* in PAY_DLQ */
    struct str kind, event_type, error_contains;
    int64_t from_us, to_us; /* 0: any */
    bool dry_run;
    int64_t limit;
    struct uuid after;             /* of list and recover */
    struct str actor;              /* who asks */
    struct str note;               /* why one is discarded; data NULL: not said */
    struct str event_id, provider; /* of a failure on demand */
    int64_t times;
    struct str owner; /* whose webhooks; data NULL: anybody's. A time is in from_us */
};
/* Strings are borrowed from root. STATUS_INVALID: the problem says why. */
NODISCARD enum status ops_read_replay(const json_t *root, struct ops_request *ret_request,
                                      struct problem *ret_problem);
NODISCARD enum status ops_read_discard(const json_t *root, struct ops_request *ret_request,
                                       struct problem *ret_problem);
NODISCARD enum status ops_read_list(const json_t *root, struct ops_request *ret_request,
                                    struct problem *ret_problem);
NODISCARD enum status ops_read_inject(const json_t *root, struct ops_request *ret_request,
                                      struct problem *ret_problem);
NODISCARD enum status ops_read_delivery(const json_t *root, struct ops_request *ret_request,
                                        struct problem *ret_problem);
NODISCARD enum status ops_read_endpoint(const json_t *root, struct ops_request *ret_request,
                                        struct problem *ret_problem);
NODISCARD enum status ops_read_recovery(const json_t *root, struct ops_request *ret_request,
                                        struct problem *ret_problem);

#endif
