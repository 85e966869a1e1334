/* save.h - the second half of a batch's transaction: everything decided and COMMIT, in one pipeline. */
#ifndef LEDGER_STORE_SAVE_H
#define LEDGER_STORE_SAVE_H

#include "ledger-svc/store/load.h"

/* With nothing to store it still waits for the standby, if there is one: what the batch has read, a stored
   answer for instance, may be on this server only. STATUS_OK: the server answered COMMIT, and a synchronous
   standby has it, too. STATUS_UNKNOWN: COMMIT was sent and its answer did not come, or the wait for the
   standby was cancelled; repeating the batch tells (its keys are then found). Any other: not committed; the
   transaction may be open: store_rollback. */
NODISCARD enum status store_save(struct store *st, struct ledger *l, int64_t db_now_us);
/* Ends an open transaction. False: the connection is of no more use and its owner must reopen it. */
NODISCARD bool store_rollback(struct store *st);

#endif
