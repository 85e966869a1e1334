/* dispatch.h - from a route and its request to the answer: credential, scope, id, parameters, handler. */
#ifndef INGRESS_EDGE_DISPATCH_H
#define INGRESS_EDGE_DISPATCH_H

#include "ingress/edge/exchange.h"

/* ex->route, head and body are set. Always leaves an answer. */
void dispatch(struct exchange *ex);

#endif
