/* run_parts.h - what the parts of a run ask of each other. */
#ifndef RECON_EDGE_RUN_PARTS_H
#define RECON_EDGE_RUN_PARTS_H

#include "recon-svc/edge/run.h"

/* Looks at what was noted on the way once it is much, or all of it. */
NODISCARD enum status run_flush(struct run *r, bool is_end);
/* Holds the transactions against the events as far as both are known. */
NODISCARD enum status run_pairing_go_on(struct run *r);

#endif
