/* mix_internal.h - what the mix's clients and the makers of their calls share. */
#ifndef TESTS_E2E_MIX_INTERNAL_H
#define TESTS_E2E_MIX_INTERNAL_H

#include <stdatomic.h>

#include "tests/e2e/mix.h"

#define MIX_CURRENCY       "EUR"
#define MIX_OTHER_CURRENCY "USD" /* of a few accounts, for exchanges */
#define MIX_FUNDS          1000
#define MIX_AMOUNT_MAX     400
#define MIX_POOL_MAX       256
#define MIX_SENDERS        4 /* staff, a gateway, two customers */
#define MIX_STAFF          0

/* Objects that any client may name, in a ring; each is somebody's. */
struct pool_member {
    char id[TYPEID_TEXT_SIZE];
    int owner; /* a sender's number */
};
#define POOL_ANYBODY (-1)
struct pool {
    pthread_mutex_t mutex;
    struct pool_member members[MIX_POOL_MAX];
    int count, next, limit;
};
struct mix_client {
    struct mix *mix;
    pthread_t thread;
    unsigned seed;
    struct client http;
    int sender; /* of the call that is being made */
};
struct mix {
    struct mix_options options;
    struct call_sender senders[MIX_SENDERS];
    struct mix_client clients[MIX_CLIENTS_MAX];
    struct pool accounts, others, holds, transactions; /* others: in the other currency */
    struct pool house;                                 /* the currency's system accounts */
    struct call_log log;
    atomic_int_fast64_t calls;
    atomic_bool stopping;
};

/* mix_pool.c */
void pool_init(struct pool *p, int limit);
void pool_add(struct pool *p, const char *id, int owner);
/* One of the owner's; of anybody's if there is none. False when the pool is empty. */
bool pool_any(struct pool *p, unsigned random, int owner, char ret_id[TYPEID_TEXT_SIZE]);

/* mix_parts.c - what the makers put their calls together from. */
unsigned mix_any(struct mix_client *c);
int mix_below(struct mix_client *c, int limit);
/* An empty call of the client's present sender. */
struct call *mix_new_call(struct mix_client *c, enum call_type type);
/* An account that gives: mostly the sender's own, sometimes somebody else's, rarely the house's. */
void mix_any_payer(struct mix_client *c, char ret_id[TYPEID_TEXT_SIZE]);
/* An account that takes: anybody's, rarely the house's. */
void mix_any_payee(struct mix_client *c, char ret_id[TYPEID_TEXT_SIZE]);
/* Another one than that. */
void mix_other_payee(struct mix_client *c, const char *payer, char ret_id[TYPEID_TEXT_SIZE]);
/* A member of the pool, mostly the sender's own. */
bool mix_any_own(struct mix_client *c, struct pool *p, char ret_id[TYPEID_TEXT_SIZE]);
struct uuid mix_uuid(const char *prefix, const char *id);
void mix_set_path(struct call *call, const char *path);
void mix_write_request(struct call *call, const char *format, ...) PRINTF_LIKE(2, 3);
void mix_add_leg(struct call *call, struct uuid account, bool is_debit, int64_t amount);

/* mix_accounts.c */
struct call *mix_make_open(struct mix_client *c);
struct call *mix_make_freeze(struct mix_client *c);
struct call *mix_make_unfreeze(struct mix_client *c);
struct call *mix_make_close(struct mix_client *c);
/* mix_money.c */
struct call *mix_make_deposit(struct mix_client *c);
struct call *mix_make_withdrawal(struct mix_client *c);
struct call *mix_make_transfer(struct mix_client *c);
struct call *mix_make_journal(struct mix_client *c);
struct call *mix_make_batch(struct mix_client *c);
struct call *mix_make_exchange(struct mix_client *c);
struct call *mix_make_reversal(struct mix_client *c); /* NULL: there is no transaction yet */
/* mix_holds.c */
struct call *mix_make_authorize(struct mix_client *c);
struct call *mix_make_capture(struct mix_client *c); /* NULL: there is no hold yet */
struct call *mix_make_release(struct mix_client *c); /* NULL: likewise */

/* mix_calls.c - any call of anybody, by chance. */
struct call *mix_make_call(struct mix_client *c);
/* What a successful call made is there for everybody. */
void mix_share(struct mix_client *c, const struct call *call);

#endif
