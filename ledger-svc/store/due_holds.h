/* due_holds.h - which holds have to expire, and which process sees to it. */
#ifndef LEDGER_STORE_DUE_HOLDS_H
#define LEDGER_STORE_DUE_HOLDS_H

#include "shared/core/uuid.h"
#include "shared/io/db.h"

/* Jobs that one session does at a time. */
enum store_job { STORE_JOB_EXPIRY = 1 };

/* Tries to get the job for as long as the session lives. A session that has it and stopped is ended, so that
   a later try succeeds. */
NODISCARD enum status store_take_lead(struct db *db, enum store_job job, bool *ret_is_mine);
/* Up to max ids of open holds whose time is over, the longest overdue first. */
NODISCARD enum status store_list_due_holds(struct db *db, size_t max, struct uuid *ret_ids,
                                           size_t *ret_count);

#endif
