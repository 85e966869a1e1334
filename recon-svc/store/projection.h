/* projection.h - the rows of the projection: how far each account's events have been consumed. */
#ifndef RECON_STORE_PROJECTION_H
#define RECON_STORE_PROJECTION_H

#include "recon-svc/domain/projection.h"
#include "recon-svc/store/session.h"

/* Moves of a batch, by projection_compare. */
struct projection_batch {
    struct projection_move *moves;
    size_t count, max;
    int64_t now_us;    /* when they were consumed */
    int64_t before_us; /* what waits since then waits for nothing */
};
/* Moves the projection by them, with what waited for them, in one transaction, and compares
   the accounts with the ledger. Moves of earlier batches that belong to these accounts are added, as far as
   there is room. *ret_differing: of how many accounts it is news that they differ. */
NODISCARD enum status projection_store(struct store *s, struct projection_batch *batch,
                                       int64_t *ret_differing);

#endif
