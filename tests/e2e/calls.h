/* calls.h - every request of a run with every answer to it: what clients wanted, when they sent it, what they
   were told. The replay (replay.h) holds it against the books. Thread safe while clients add. */
#ifndef TESTS_E2E_CALLS_H
#define TESTS_E2E_CALLS_H

#include <pthread.h>

#include "shared/core/uuid.h"
#include "tests/e2e/client.h"
#include "tests/e2e/harness.h"

#define CALL_TRIES_MAX 12
#define CALL_LEGS_MAX  16
#define CALL_PATH_SIZE 96

enum call_type {
    CALL_OPEN, /* an account */
    CALL_FREEZE,
    CALL_UNFREEZE,
    CALL_CLOSE,
    CALL_DEPOSIT,
    CALL_WITHDRAW,
    CALL_TRANSFER,
    CALL_JOURNAL,
    CALL_EXCHANGE,
    CALL_REVERSE,
    CALL_BATCH, /* of transfers: two legs each */
    CALL_AUTHORIZE,
    CALL_CAPTURE,
    CALL_RELEASE,
    CALL_TYPE_COUNT
};

/* Whose credential it carries. */
struct call_sender {
    const char *owner;
    char api_key[128];
    bool is_staff;
    bool is_gateway; /* has the scopes to bring money in, pay it out and name rates */
};
struct call_leg {
    struct uuid account; /* zero: the currency's own account for this, cash or escrow */
    bool is_debit;
    int64_t amount;
};
/* One time that it was sent. */
struct call_try {
    int64_t sent_us, answered_us; /* monotonic */
    int status;                   /* 0: the connection broke */
    bool replayed;
    char *body;
};
struct call {
    enum call_type type;
    char key[HARNESS_KEY_SIZE], path[CALL_PATH_SIZE];
    struct call_sender sender;
    char *request;
    struct call_leg legs[CALL_LEGS_MAX]; /* the entries it asks for, as far as they are known beforehand */
    int leg_count;
    const char *owner;     /* of an account to be opened; NULL: its sender */
    struct uuid object;    /* the hold or account that it is about */
    int64_t amount;        /* of a hold or capture; 0: all that is left */
    bool is_final;         /* of a capture */
    bool all_or_none;      /* of a batch */
    struct uuid condition; /* of a journal: the account that must have min_available; zero: none */
    int64_t min_available;
    struct call_try tries[CALL_TRIES_MAX];
    int try_count;
    const struct call_try *told; /* the first final answer; NULL: none yet */
    /* The replay's: where its facts are among all, and how many of them are what it asked for. */
    size_t first_fact, last_fact, effects;
    int items_done; /* of a batch */
    int64_t xid;    /* of a batch: the database transaction of its slice in hand */
};
struct call_log {
    pthread_mutex_t mutex;
    struct call **calls;
    size_t count, capacity;
};

void call_log_init(struct call_log *log);
void call_log_free(struct call_log *log);
/* Takes the call over. */
void call_log_add(struct call_log *log, struct call *c);

/* An empty call with a key of its own. */
struct call *call_new(enum call_type type);
/* Sends it once more and keeps the answer; true once it is final. */
bool call_send(struct call *c, struct client *client);
/* 200 or 201. */
bool call_succeeded(const struct call *c);
/* Refused for what its sender may never do: such an answer is not kept. */
bool call_was_forbidden(const struct call *c);
const char *call_name(enum call_type type);

#endif
