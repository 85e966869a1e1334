/* commands.h - the one handler of every route that is a command: checks it here, sends it over the bus, gives
   the answer back as it came. */
#ifndef INGRESS_EDGE_COMMANDS_H
#define INGRESS_EDGE_COMMANDS_H

#include "ingress/edge/exchange.h"

void commands_handle(struct exchange *ex);

#endif
