/* worker.h - a thread with its own subscription and its own database connection: receive, run, answer, for
 * ever. */
#ifndef LEDGER_EDGE_WORKER_H
#define LEDGER_EDGE_WORKER_H

#include "ledger-svc/edge/config.h"
#include "ledger-svc/edge/engine.h"

/* What workers have answered: [false] single commands, [true] bulk ones. */
extern struct micro_counts worker_counts[2];

struct worker;

/* Subscribes and starts the thread; the database may come later. config and bus outlive the worker. A bulk
   worker takes bulk commands and no other, which nobody else then waits for. */
NODISCARD enum status worker_start(const struct ledger_config *config, struct bus *bus, bool bulk,
                                   struct worker **ret_worker);
bool worker_database_ready(const struct worker *w);
/* After service_is_stopping() turned true: what had arrived has been answered when this returns. NULL-safe.
 */
void worker_join(struct worker *w);

#endif
