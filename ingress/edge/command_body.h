/* command_body.h - the data of a command from a request: its body, as JSON or by lines, and its path. */
#ifndef INGRESS_EDGE_COMMAND_BODY_H
#define INGRESS_EDGE_COMMAND_BODY_H

#include "ingress/edge/exchange.h"

/* False with the refusal as answer. *ret_data, a new reference, has passed the spec. */
bool command_body_read(struct exchange *ex, const struct command_spec *spec, json_t **ret_data);

#endif
