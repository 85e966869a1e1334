/* scheduler.h - the thread that reconciles: every interval, give or take a tenth, a full run when one is due,
   and whenever somebody asks on the bus (pay.ops.recon.run). */
#ifndef RECON_EDGE_SCHEDULER_H
#define RECON_EDGE_SCHEDULER_H

#include "recon-svc/edge/config.h"
#include "shared/io/bus.h"
#include "shared/io/micro.h"

#define RECON_RUN_SUBJECT "pay.ops.recon.run"

struct scheduler;
extern struct micro_counts scheduler_counts; /* of requests on the bus */

/* The database may come later. config and bus outlive it. */
NODISCARD enum status scheduler_start(const struct recon_config *config, struct bus *bus,
                                      struct scheduler **ret);
/* An incremental run soon: something is wrong. From any thread. */
void scheduler_wake(struct scheduler *s);
bool scheduler_database_ready(const struct scheduler *s);
/* After service_is_stopping() turned true, while bus is still open; a run under way ends as failed.
 * NULL-safe. */
void scheduler_join(struct scheduler *s);
/* After that, when bus is closed: nobody asks any more. NULL-safe. */
void scheduler_close(struct scheduler *s);

#endif
