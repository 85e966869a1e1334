/* mix.h - clients that ask for a random mix of everything there is, on accounts and holds that they share,
   and keep every call. Some give up before they know the outcome. */
#ifndef TESTS_E2E_MIX_H
#define TESTS_E2E_MIX_H

#include "tests/e2e/calls.h"

#define MIX_CLIENTS_MAX 32
#define MIX_SLICE       3 /* transfers: batches of up to eight are worked off in up to three slices */

struct mix_options {
    struct harness *harness;
    int accounts; /* that the clients share from the start */
    int clients;
    int64_t calls_per_client; /* 0: until mix_stop */
    unsigned seed;
};
struct mix;

/* Opens the accounts and funds them. */
struct mix *mix_open(const struct mix_options *options);
void mix_start(struct mix *m);
const struct harness *mix_harness(const struct mix *m);
/* Waits until that many more calls have ended; false after timeout_ms. */
bool mix_progress(const struct mix *m, int64_t more, int timeout_ms);
/* The clients end; then whatever is not known is asked again with the same keys until it is. The calls are
   the caller's. False when some outcome could not be learned. */
bool mix_stop(struct mix *m, struct call_log *ret_log);

#endif
