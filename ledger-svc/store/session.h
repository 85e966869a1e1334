/* session.h - how ledger-svc connects to PostgreSQL: prepared statements, pinned plans, limits on what may
 * wait; and how it frees itself from those that stopped. */
#ifndef LEDGER_STORE_SESSION_H
#define LEDGER_STORE_SESSION_H

#include "shared/io/db.h"

/* conninfo is borrowed for the life of the options. */
struct db_options store_session_options(const char *conninfo);
/* Refuses a server that could lose acknowledged money: fsync, full_page_writes and synchronous_commit must be
   on, the version at least 15. Refuses a standby, too, which would refuse every write: it may be promoted in
   a moment. On STATUS_FAILED ret_reason names the setting. */
NODISCARD enum status store_check_durability(struct db *db, char *ret_reason, size_t reason_size);
/* Ends the sessions of other processes of ledger-svc (or of other workers) that stopped in the middle of a
   pipeline with a transaction open, so that their locks are free. It looks twice, 200 ms apart if there are
   any, so that a healthy one is not met between a long statement and the next: it would lose its work. */
NODISCARD enum status store_end_stalled(struct db *db, int64_t *ret_ended);
/* For how many days after today there are partitions; -1: not even for today. Nothing can be stored on a day
   without: somebody has to know long before. */
NODISCARD enum status store_partition_days(struct db *db, int64_t *ret_days_ahead);

#endif
