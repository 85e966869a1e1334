/* locked_rows.h - accounts, holds, reversals and webhook endpoints whose rows somebody else has locked: an
   operator's open session, a tool. Behind their advisory locks ledger-svc never waits for such a row, unless
   it is not alone. */
#ifndef LEDGER_STORE_LOCKED_ROWS_H
#define LEDGER_STORE_LOCKED_ROWS_H

#include "ledger-svc/store/load.h"

/* Within the transaction, between deciding and storing: what of the ledger is to be changed and whose rows
   others have locked, by id, in the ledger's arena. Waits for nobody. */
NODISCARD enum status store_find_locked(struct store *st, const struct ledger *l, struct id_list *ret_locked);

#endif
