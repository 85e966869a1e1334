/* sealer.h - a thread that seals events into blocks, behind the commands and never in their way, and watches
   over what else must go on in the background: that partitions are made ahead. */
#ifndef LEDGER_EDGE_SEALER_H
#define LEDGER_EDGE_SEALER_H

#include "ledger-svc/edge/config.h"
#include "shared/core/status.h"

struct sealer;

/* The database may come later. config outlives the sealer. */
NODISCARD enum status sealer_start(const struct ledger_config *config, struct sealer **ret_sealer);
/* After service_is_stopping() turned true: the block in hand is sealed or left when this returns. NULL-safe.
 */
void sealer_join(struct sealer *s);

#endif
