/* dispatch.h - from a route and its request to the answer: credential, scope, id, parameters, handler. */
#ifndef INGRESS_EDGE_DISPATCH_H
#define INGRESS_EDGE_DISPATCH_H

#include "ingress/edge/exchange.h"

/* ex->route and head are set. May the sender use the route? Otherwise leaves the answer. */
bool dispatch_admits(struct exchange *ex);
/* The body is set, too. Always leaves an answer. */
void dispatch(struct exchange *ex);

#endif
