/* lone.h - what benchmarks of deliveries share: a private stack of one PostgreSQL, nats-server, ledger-svc,
   ingress and webhook-svc, owners whose accounts pay each other, endpoints of theirs, and how long a lone
   delivery between neighbours takes, from its transfer's answer to its receiver. */
#ifndef TESTS_BENCH_LONE_H
#define TESTS_BENCH_LONE_H

#include "tests/e2e/api.h"
#include "tests/support/receiver.h"

#define LONE_NEIGHBOURS   8 /* owners with one account and one endpoint each: a transfer is told to two */
#define LONE_ACCOUNTS_MAX 64
#define LONE_BATCH        100 /* transfers of one request */
#define LONE_TIMES        100
#define LONE_TIMES_MAX    500
#define LONE_WAIT_MS      120000
#define LONE_STOP_MS      10000

/* Accounts of which each pays the next one, in turn. */
struct ring {
    int first, count;
};
extern const struct ring lone_neighbours;

struct lone {
    struct harness h;
    struct api api;
    struct receiver *receiver;       /* the neighbours' endpoints are its /ok */
    char endpoint[TYPEID_TEXT_SIZE]; /* the last one */
    char accounts[LONE_ACCOUNTS_MAX][TYPEID_TEXT_SIZE];
};
struct lone_endpoint {
    const char *owner, *scheme, *path;
    const struct receiver *at;
};

/* The stack, and the neighbours. What cannot work aborts with a sentence. */
void lone_open(struct lone *l, const struct harness_options *options);
void lone_close(struct lone *l);

void lone_open_accounts(struct lone *l, const char *owner, const struct ring *r);
void lone_make_endpoint(struct lone *l, const struct lone_endpoint *e);
/* The one that was made last: nothing more is tried there. */
void lone_drop_endpoint(struct lone *l);
/* A request of LONE_BATCH transfers, of which this is the first. */
void lone_make_batch(struct lone *l, const struct ring *r, int first);
/* LONE_TIMES more of them, one after the other. */
struct lone_times {
    size_t count;
    int64_t us[LONE_TIMES_MAX];
};
void lone_take(struct lone *l, struct lone_times *times);
/* Prints " <name>p50_us=..." with p99 (nearest rank) and max. Returns p50. */
int64_t lone_tell(const char *name, struct lone_times *times);
/* Both, of LONE_TIMES. */
int64_t lone_measure(struct lone *l, const char *name);

#endif
