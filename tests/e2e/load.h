/* load.h - clients that move money between accounts without pause, keep a history and notice every answer
   that a sane client should not see. */
#ifndef TESTS_E2E_LOAD_H
#define TESTS_E2E_LOAD_H

#include "tests/e2e/harness.h"
#include "tests/e2e/history.h"

#define LOAD_CLIENTS_MAX 32
#define LOAD_LATE_MS     1000 /* less than ingress waits before it sends a command again */

enum load_shape {
    LOAD_ANY_PAIR, /* from any account to any other: with two accounts, both directions of one pair */
    LOAD_RING      /* from each account to the next */
};
struct load_options {
    struct harness *harness;
    const char (*accounts)[TYPEID_TEXT_SIZE];
    int account_count;
    enum load_shape shape;
    int clients;
    int64_t amount_max;
    int64_t calls_per_client; /* 0: until load_stop */
    struct history *history;
};
/* What the clients saw together. */
struct load_report {
    int64_t calls, created, refused;
    int64_t late;           /* took longer than LOAD_LATE_MS */
    int64_t given_up;       /* no final answer in time */
    int64_t unexpected;     /* a final answer other than success or insufficient funds */
    int64_t replays_differ; /* a key sent again was answered with other bytes */
    int64_t retries, server_errors, connection_errors;
    int64_t slowest_call_us, slowest_try_us;
};
struct load;

struct load *load_start(const struct load_options *options);
int64_t load_calls(const struct load *l); /* finished so far */
/* Waits until that many more calls have finished; false after timeout_ms. */
bool load_progress(const struct load *l, int64_t more, int timeout_ms);
/* Lets every client finish what it has in hand, at most its patience. */
void load_stop(struct load *l, struct load_report *ret_report);
/* True when no client saw anything but latency; prints the report under that name. */
bool load_was_smooth(const char *name, const struct load_report *r);

#endif
