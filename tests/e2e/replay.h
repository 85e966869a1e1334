/* replay.h - is there an order in which everything that clients were told is true? The books say which:
   events are numbered while their accounts are locked. The replay goes through them with rules of its own:

   - every effect is what its call asked for, was possible in the state before it, and its entries carry the
     versions and balances that follow;
   - it lies after everything that was answered before it was sent, and before everything that was sent after
   it was answered;
   - every refusal is true in some state between those same bounds, and what it says was available was so
   there;
   - every acknowledged call has its effect once, every refused one none, all tries of one key got the same
   bytes, and those are stored;
   - in the end the accounts and holds are as the replay has them, and no money was made or lost. */
#ifndef TESTS_E2E_REPLAY_H
#define TESTS_E2E_REPLAY_H

#include <stdio.h>

#include "tests/e2e/calls.h"
#include "tests/e2e/evidence.h"

/* before and after: the evidence when the calls began, and when the last was answered. Prints what is wrong,
   a line each, and returns how much. */
int replay_check(const struct evidence *before, const struct evidence *after, const struct call_log *log,
                 FILE *out);

#endif
