/* demo_fund.h - the event type demo.fund: money comes in from a demonstration's gateway. Pure. */
#ifndef WEBHOOK_DOMAIN_DEMO_FUND_H
#define WEBHOOK_DOMAIN_DEMO_FUND_H

#include "shared/core/problem.h"

/* The payload {"account","amount","currency"} as data of deposit.create. STATUS_INVALID: it is not one, the
   problem says why. */
NODISCARD enum status demo_fund_read(struct str payload, struct buf *out, struct problem *ret_problem);

#endif
