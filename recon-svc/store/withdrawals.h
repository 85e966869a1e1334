/* withdrawals.h - a statement that was sent by mistake is withdrawn: it stays, with who and why, and has no
   effect any more. */
#ifndef RECON_STORE_WITHDRAWALS_H
#define RECON_STORE_WITHDRAWALS_H

#include "recon-svc/domain/ops_request.h"
#include "recon-svc/store/session.h"

/* In one transaction; a second time changes nothing. STATUS_NOT_FOUND: there is no such statement, or it is
   about an account of another owner. */
NODISCARD enum status withdrawals_make(struct store *s, const struct ops_withdrawal_request *request);

#endif
