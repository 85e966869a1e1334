/* relay.h - publishes facts and work: what is committed in the table events goes into the stream PAY_EVENTS,
   each fact at least once, in the order of its aggregate; work that waits into PAY_WORK; by one process at a
   time (docs/decisions/0014, 0015). A thread with a database connection of its own. */
#ifndef LEDGER_EDGE_RELAY_H
#define LEDGER_EDGE_RELAY_H

#include "ledger-svc/edge/config.h"
#include "shared/io/bus.h"

struct relay;

/* Starts the thread. Whatever is not there yet, PostgreSQL or JetStream, is waited for. *ret_relay is set
   also after a failure, unless memory is short. */
NODISCARD enum status relay_start(const struct ledger_config *config, struct bus *bus,
                                  struct relay **ret_relay);
/* After the service's stop was requested: waits for the thread. NULL-safe; before bus_close. */
void relay_join(struct relay *r);
/* NULL-safe; after relay_join and bus_close: messages may come until then. */
void relay_free(struct relay *r);

/* Tells whichever process relays that something was committed. Its loss costs a quarter of a second. */
void relay_wake(struct bus *bus);

#endif
