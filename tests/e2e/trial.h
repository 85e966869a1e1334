/* trial.h - a run of the mix from its opening balances to the replay's verdict. */
#ifndef TESTS_E2E_TRIAL_H
#define TESTS_E2E_TRIAL_H

#include "tests/e2e/mix.h"
#include "tests/e2e/replay.h"

struct trial {
    struct mix *mix;
    struct evidence before;
};
void trial_start(struct trial *t, const struct mix_options *options);
/* Ends the clients, learns what they did not, and replays. How much is wrong, printed to out. */
int trial_finish(struct trial *t, FILE *out);

#endif
