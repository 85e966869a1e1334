/* routes.h - the table of everything that ingress serves. */
#ifndef INGRESS_EDGE_ROUTES_H
#define INGRESS_EDGE_ROUTES_H

#include "ingress/domain/route.h"

extern const struct route ingress_routes[];
extern const size_t ingress_route_count;

#endif
