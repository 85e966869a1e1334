/* bank_statements.h - POST /v1/reconcile/statements: a bank's file goes to recon-svc as it is. */
#ifndef INGRESS_EDGE_BANK_STATEMENTS_H
#define INGRESS_EDGE_BANK_STATEMENTS_H

#include "ingress/edge/exchange.h"

/* Media types, NULL-ended. */
extern const char *const bank_statement_types[];
void bank_statements_receive(struct exchange *ex);

#endif
