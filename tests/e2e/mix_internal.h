/* mix_internal.h - what the mix's clients and the makers of their calls share. */
#ifndef TESTS_E2E_MIX_INTERNAL_H
#define TESTS_E2E_MIX_INTERNAL_H

#include <stdatomic.h>

#include "tests/e2e/mix.h"

#define MIX_CURRENCY       "EUR"
#define MIX_OTHER_CURRENCY "USD" /* of a few accounts, for exchanges */
#define MIX_FUNDS          1000
#define MIX_POOL_MAX       256

/* Objects that any client may use, in a ring. */
struct pool {
    pthread_mutex_t mutex;
    char ids[MIX_POOL_MAX][TYPEID_TEXT_SIZE];
    int count, next, limit;
};
struct mix_client {
    struct mix *mix;
    pthread_t thread;
    unsigned seed;
    struct client http;
};
struct mix {
    struct mix_options options;
    struct mix_client clients[MIX_CLIENTS_MAX];
    struct pool accounts, others, holds, transactions; /* others: in the other currency */
    struct call_log log;
    atomic_int_fast64_t calls;
    atomic_bool stopping;
};

void pool_init(struct pool *p, int limit);
void pool_add(struct pool *p, const char *id);

int mix_below(struct mix_client *c, int limit);
/* Any call, by chance. */
struct call *mix_make_call(struct mix_client *c);
/* What a successful call made is there for everybody. */
void mix_share(struct mix *m, const struct call *call);

#endif
