/* locked_accounts.h - accounts whose rows somebody else has locked: an operator's open session, a tool.
   Behind their advisory locks ledger-svc never waits for such a row, unless it is not alone. */
#ifndef LEDGER_STORE_LOCKED_ACCOUNTS_H
#define LEDGER_STORE_LOCKED_ACCOUNTS_H

#include "ledger-svc/store/load.h"

/* Within the transaction, between deciding and storing: the accounts of the ledger that are to be changed and
   whose rows others have locked, in the ledger's arena. Waits for nobody. */
NODISCARD enum status store_find_locked(struct store *st, const struct ledger *l, struct id_list *ret_locked);

#endif
