/* answer.h - replies to requests on the bus, in the form of those of ledger-svc, so that ingress hands them
   on:
   {"status","replayed","body"}. */
#ifndef RECON_EDGE_ANSWER_H
#define RECON_EDGE_ANSWER_H

#include <jansson.h>

#include "shared/core/problem.h"
#include "shared/io/bus.h"

#define REQUEST_MAX (64 << 10)

/* To an inbox, or to nobody: a request's reply subject does not decide what recon-svc publishes elsewhere. */
void answer_send(struct bus *bus, const char *to, int status, struct str body);
/* The code of the problem. */
const char *answer_problem(struct bus *bus, const char *to, const struct problem *problem);
/* The request's object, an empty one for nothing; otherwise *ret_problem says why not. */
NODISCARD enum status answer_read(natsMsg *request, json_t **ret_root, struct problem *ret_problem);

#endif
