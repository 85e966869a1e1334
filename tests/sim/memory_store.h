/* memory_store.h - stands where PostgreSQL stands: keeps what plans say, loads it again, and refuses a plan
   whose rows contradict each other or what is stored. */
#ifndef TESTS_SIM_MEMORY_STORE_H
#define TESTS_SIM_MEMORY_STORE_H

#include "ledger-svc/domain/batch.h"

/* A hold with its JSON, as the last event told it. */
struct stored_hold {
    struct hold hold;
    struct str text;
    bool is_touched; /* by the plan that is being applied */
};
/* A webhook endpoint with its JSON, as the last event told it. */
struct stored_endpoint {
    struct endpoint endpoint;
    struct str text;
    bool is_touched;              /* by the plan that is being applied */
    struct stored_endpoint *next; /* the one stored before */
};
struct memory_store {
    struct arena arena;
    struct account **accounts;
    size_t account_count, account_cap;
    struct uuid_map by_id;        /* accounts */
    struct uuid_map holds;        /* struct stored_hold */
    struct uuid_map transactions; /* struct original */
    struct uuid_map keys;         /* struct stored_key */
    struct uuid_map sources;      /* struct stored_source */
    struct uuid_map endpoints;    /* struct stored_endpoint */
    struct stored_endpoint *newest_endpoint;
    struct uuid_map webhooks; /* struct webhook_event */
    struct uuid_map ids;      /* of every transaction, event, webhook event and work: none may come twice */
    size_t entry_count;
    char error[256];
};
void memory_store_init(struct memory_store *s, size_t cap_bytes);
void memory_store_free(struct memory_store *s);
/* An account from before the run; a copy is kept. */
void memory_store_put(struct memory_store *s, const struct account *a);
const struct account *memory_store_find(const struct memory_store *s, const struct uuid *id);
const struct hold *memory_store_find_hold(const struct memory_store *s, const struct uuid *id);
/* A webhook endpoint from before the run; a copy is kept. */
void memory_store_put_endpoint(struct memory_store *s, const struct endpoint *e);
const struct endpoint *memory_store_find_endpoint(const struct memory_store *s, const struct uuid *id);
/* What batch_needs() asked for, into a ledger; false when it has no room. */
bool memory_store_load(const struct memory_store *s, struct needs *needs, struct ledger *l);
/* The stored rows of these commands' keys and sources, sorted by digest. */
void memory_store_known(const struct memory_store *s, struct batch_input *in, struct arena *a);
/* COMMIT. False, with error, when the plan is not one that PostgreSQL would take. */
bool memory_store_apply(struct memory_store *s, const struct ledger *l);

#endif
