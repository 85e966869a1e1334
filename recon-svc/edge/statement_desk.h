/* statement_desk.h - takes statements from the bus (pay.ops.recon.statement), one after the other, and
   answers in the form of a command's reply. */
#ifndef RECON_EDGE_STATEMENT_DESK_H
#define RECON_EDGE_STATEMENT_DESK_H

#include "recon-svc/edge/config.h"
#include "shared/io/bus.h"
#include "shared/io/micro.h"

struct statement_desk;
extern struct micro_counts statement_desk_counts;

/* The database may come later. config and bus outlive it. */
NODISCARD enum status statement_desk_open(const struct recon_config *config, struct bus *bus,
                                          struct statement_desk **ret);
/* NULL-safe. After bus_close: nats.c must not lose a subscription while messages come for it. */
void statement_desk_close(struct statement_desk *d);

#endif
