/* commands.h - the one handler of every route that is a command: checks it here, sends it over the bus, gives
   the answer back as it came. */
#ifndef INGRESS_EDGE_COMMANDS_H
#define INGRESS_EDGE_COMMANDS_H

#include "ingress/edge/exchange.h"

void commands_handle(struct exchange *ex);
/* For handlers with bodies of their own: sends the command with this data, canonical JSON, and gives the
   answer. Its id, deadline and trace are added here. */
void commands_send(struct exchange *ex, const struct command_spec *spec, const struct command_envelope *order,
                   struct str data);

/* Sends any request that is answered in the form of a command's reply, and gives the answer; away: what is
   said when nobody listens. */
void commands_request(struct exchange *ex, const struct rpc_call *request, const char *away);

#endif
