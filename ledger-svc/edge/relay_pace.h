/* relay_pace.h - how fast the relay may publish what it is behind with: nats-server remembers the id of each
   message for two minutes, some 300 bytes. */
#ifndef LEDGER_EDGE_RELAY_PACE_H
#define LEDGER_EDGE_RELAY_PACE_H

#include "ledger-svc/store/relay_cursor.h"

/* Rows a second of the window that was just opened, should it be a large one: as many as when a stream is
   filled again, or twice as many as there came, so that a busy ledger does not leave its relay behind. */
int64_t relay_pace_rate(const struct relay_cursor *c, int64_t refill_rate, int64_t now_us);
/* How long to rest after so many rows; 0 unless it is far behind. */
int64_t relay_pace_rest_us(const struct relay_cursor *c, int64_t rate, int64_t count);

#endif
