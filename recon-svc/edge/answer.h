/* answer.h - replies to requests on the bus, in the form of those of ledger-svc, so that ingress hands them
   on:
   {"status","replayed","body"}. */
#ifndef RECON_EDGE_ANSWER_H
#define RECON_EDGE_ANSWER_H

#include <jansson.h>

#include "recon-svc/domain/ops_request.h"
#include "shared/core/problem.h"
#include "shared/io/bus.h"

#define REQUEST_MAX (64 << 10)
#define RECON_QUEUE "recon"

/* To an inbox, or to nobody: a request's reply subject does not decide what recon-svc publishes elsewhere. */
void answer_send(struct bus *bus, const char *to, int status, struct str body);
/* The same for what was done by an earlier request. */
void answer_send_replayed(struct bus *bus, const char *to, int status, struct str body);
/* The code of the problem. */
const char *answer_problem(struct bus *bus, const char *to, const struct problem *problem);
#define OPS_PREFIX          "pay.ops." /* people, who say themselves who they are */
#define ASK_PREFIX          "pay.ask." /* as long: ingress, which knows; nobody else may publish there */
#define ANSWER_SUBJECT_SIZE 64

bool answer_is_for_ingress(natsMsg *request);
/* Who asks: by the name that ingress gives, or marked as one that anybody may give himself. */
void answer_actor(natsMsg *request, struct str name, char ret_actor[OPS_ACTOR_MAX + 1]);
/* Listens on the subject under OPS_PREFIX and on the same under ASK_PREFIX. */
NODISCARD enum status answer_subscribe(struct bus *bus, const char *subject, natsMsgHandler handler,
                                       void *context, natsSubscription *ret_subscriptions[2]);
/* Do both subjects name the same service? */
bool answer_is_subject(natsMsg *request, const char *subject);
/* The request's object, an empty one for nothing; otherwise *ret_problem says why not. */
NODISCARD enum status answer_read(natsMsg *request, json_t **ret_root, struct problem *ret_problem);

#endif
