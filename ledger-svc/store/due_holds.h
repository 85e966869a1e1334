/* due_holds.h - which holds have to expire, and which process sees to it. */
#ifndef LEDGER_STORE_DUE_HOLDS_H
#define LEDGER_STORE_DUE_HOLDS_H

#include "shared/core/uuid.h"
#include "shared/io/db.h"

/* Jobs that one session does at a time. */
enum store_job { STORE_JOB_EXPIRY = 1, STORE_JOB_RELAY = 2 };

/* Tries to get the job for as long as the session lives. A session that has it and stopped is ended, so that
   a later try succeeds. */
NODISCARD enum status store_take_lead(struct db *db, enum store_job job, bool *ret_is_mine);
/* An open hold whose time is over, and a place in the list of them, which is behind it. */
struct due_hold {
    int64_t expires_us;
    struct uuid id;
};
/* Up to max of them, the longest overdue first, behind the place that behind names: {0} is before all. */
NODISCARD enum status store_list_due_holds(struct db *db, const struct due_hold *behind, size_t max,
                                           struct due_hold *ret_holds, size_t *ret_count);
/* How many are open, at most 100,000, and for how long the longest overdue has been due; 0: none is. */
NODISCARD enum status store_count_open_holds(struct db *db, int64_t *ret_open, int64_t *ret_overdue_s);

#endif
