/* projection.h - balances as events tell them: each event says which version of an account it found and which
   it made, so that none counts twice, and one that comes before its predecessor waits for it. Pure. */
#ifndef RECON_DOMAIN_PROJECTION_H
#define RECON_DOMAIN_PROJECTION_H

#include "shared/core/buf.h"
#include "shared/core/uuid.h"

#define PROJECTION_MOVES_MAX 200 /* of an event: twice the most entries of a transaction */

/* What an event does to an account. */
struct projection_move {
    struct uuid account;
    int64_t from, to;     /* versions */
    int64_t base, change; /* the balance that it found, and what it added */
    int64_t seen_us;      /* when it was consumed */
};
struct projection_account {
    struct uuid account;
    int64_t version, posted;
    bool is_known;
};
/* An account as the ledger has it now. */
struct projection_ledger {
    int64_t version, posted;
    bool is_known;
};
enum projection_view {
    PROJECTION_AGREES,
    PROJECTION_DIFFERS,
    PROJECTION_GONE_ON /* the ledger has entries whose events are still to come: an older one has to tell */
};

/* The moves of a transaction.posted, by account; at most PROJECTION_MOVES_MAX. STATUS_INVALID: not one that
   can be read. */
NODISCARD enum status projection_read(struct str event, struct projection_move *ret_moves, size_t *ret_count);
/* By account, then by version; for qsort. */
int projection_compare(const void *a, const void *b);
/* Applies moves of the account in their order, as many as follow each other, and gives the number of those
   that are done with; the others wait. An account that is not known begins with its first move; one whose
   next move waits since before_us goes on from there: what lies between does not come any more. */
size_t projection_apply(struct projection_account *account, const struct projection_move *moves, size_t count,
                        int64_t before_us);
/* Whether the ledger says what the events of the account say. */
enum projection_view projection_view(const struct projection_account *account,
                                     const struct projection_ledger *ledger);

#endif
