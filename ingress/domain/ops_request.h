/* ops_request.h - what is asked of other services over the bus (pay.ask, pay.ops), and the bodies by which
   clients ask for it. Pure. */
#ifndef INGRESS_DOMAIN_OPS_REQUEST_H
#define INGRESS_DOMAIN_OPS_REQUEST_H

#include "shared/contract/command.h"

/* By ingress alone, who knows who asks: people on the bus have pay.ops, and their names are what they say. */
#define OPS_REPLAY_SUBJECT   "pay.ask.dlq.replay"
#define OPS_DISCARD_SUBJECT  "pay.ask.dlq.discard"
#define OPS_RETRY_SUBJECT    "pay.ask.webhook.retry"
#define OPS_TEST_SUBJECT     "pay.ask.webhook.test"
#define OPS_RECOVER_SUBJECT  "pay.ask.webhook.recover"
#define OPS_INJECT_SUBJECT   "pay.ask.demo.inject_failure"
#define OPS_RECON_SUBJECT    "pay.ask.recon.run"
#define OPS_ACK_SUBJECT      "pay.ask.recon.acknowledge"
#define OPS_RESOLVE_SUBJECT  "pay.ask.recon.resolve"
#define OPS_APPROVE_SUBJECT  "pay.ask.recon.approve"
#define OPS_WITHDRAW_SUBJECT "pay.ask.recon.withdraw"
#define OPS_RESET_SUBJECT    "pay.ops.demo.reset"

/* Of a replay of one: nothing, or an empty object. Of many: which ones. */
extern const struct command_spec ops_one_body, ops_many_body;
/* Of a failure on demand: of which event, how often. */
extern const struct command_spec ops_injection_body;
/* Of a run of reconciliation: which; of decisions about an anomaly or a dead letter: why. */
extern const struct command_spec ops_recon_body, ops_note_body, ops_resolution_body;
/* Of a recovery: since when. */
extern const struct command_spec ops_recovery_body;

/* {"id":"dl_.."} or {"event":"whe_.."}, by the prefix, with the actor. */
void ops_write_one(struct buf *out, const char *prefix, const struct uuid *id, struct str actor);
/* May the dead letters be put back that a body which has passed its spec asks for? A slip must not be
   everything. STATUS_INVALID: the problem says why not. */
NODISCARD enum status ops_check_filter(const json_t *body, struct problem *ret_problem);
/* {"filter":{...},"dry_run":...,"limit":...} with the actor; the body has passed its spec. */
NODISCARD enum status ops_write_filter(struct buf *out, const json_t *body, struct str actor);

/* {"id":"we_.." or "dlv_..","owner"?,"since"?} with the actor: what of an owner's webhooks is to be sent. No
   owner: anybody's; body: that of a recovery, or NULL. */
struct ops_webhook {
    const char *prefix;
    struct uuid id;
    struct str owner, actor;
    const json_t *body;
};
void ops_write_webhook(struct buf *out, const struct ops_webhook *w);
/* {"event_id","provider"?,"times"} with the actor; the body has passed its spec. */
NODISCARD enum status ops_write_injection(struct buf *out, const json_t *body, struct str actor);
/* {"mode"?} with the actor; the body has passed its spec. */
NODISCARD enum status ops_write_recon(struct buf *out, const json_t *body, struct str actor);
/* {"id":"an_..", "dl_.." or "stm_..","owner"?,"note","write_off"?} with the actor: what is decided about it,
   in a body that has passed its spec. */
struct ops_decision {
    const char *prefix;
    struct uuid id;
    struct str owner; /* whose it has to be; empty: anybody's */
    const json_t *body;
    struct str actor;
};
NODISCARD enum status ops_write_decision(struct buf *out, const struct ops_decision *decision);
/* {"actor"} */
void ops_write_reset(struct buf *out, struct str actor);

#endif
