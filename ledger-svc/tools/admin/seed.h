/* seed.h - the demo's accounts and opening deposits. */
#ifndef TOOLS_ADMIN_SEED_H
#define TOOLS_ADMIN_SEED_H

#include "ledger-svc/tools/admin/sender.h"
#include "shared/io/db.h"

/* Makes what is not there. Complains when it cannot. */
NODISCARD enum status seed_make(struct db *db, struct sender *sender, size_t *ret_accounts);

#endif
