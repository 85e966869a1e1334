/* webhooks.h - what providers send: their signature is checked here, the event goes to the ledger. */
#ifndef INGRESS_EDGE_WEBHOOKS_H
#define INGRESS_EDGE_WEBHOOKS_H

#include "ingress/edge/exchange.h"

/* Reads the file of PAYBUS_WEBHOOK_SECRETS; NULL: nobody may send. What is wrong with it goes to errors. */
NODISCARD enum status webhooks_load(const char *file, struct webhook_secrets *ret_secrets, FILE *errors);

/* POST /v1/webhooks/{provider} */
void webhooks_receive(struct exchange *ex);

#endif
