/* front.h - HTTP over civetweb 1.15 with its traps closed: reads the request, has it answered, writes the
   answer. What civetweb does and what is done about it: ingress/README.md. */
#ifndef INGRESS_EDGE_FRONT_H
#define INGRESS_EDGE_FRONT_H

#include "ingress/edge/ingress.h"

struct front;

/* Listens and serves. in is borrowed for life. */
NODISCARD enum status front_start(struct ingress *in, struct front **ret_front);
/* Serves on for a moment, asking every client to close; then says 503 to further requests, waits for those in
   hand, and stops. Returns within drain_ms and the two seconds that civetweb takes. NULL-safe. */
void front_stop(struct front *f, int drain_ms);

#endif
