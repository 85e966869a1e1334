/* demo.h - demonstrations: their secret, and their figures. */
#ifndef INGRESS_EDGE_DEMO_H
#define INGRESS_EDGE_DEMO_H

#include "ingress/edge/exchange.h"

/* The first line of the file, 16 characters at least; NULL: none. What is wrong goes to errors. */
NODISCARD enum status demo_load_secret(const char *file, char ret_secret[DEMO_SECRET_MAX + 1], FILE *errors);

/* GET /v1/demo/stats */
void demo_stats(struct exchange *ex);

#endif
