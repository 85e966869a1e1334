/* wake.h - whoever inserts work tells the relay, which otherwise finds it at its next look. */
#ifndef WEBHOOK_EDGE_WAKE_H
#define WEBHOOK_EDGE_WAKE_H

#include "shared/io/bus.h"

/* After COMMIT. What gets lost costs a moment. */
void wake_relay(struct bus *bus);

#endif
