/* evidence.h - what the database holds, read by SQL as superuser in one snapshot: events in order, entries,
   accounts, holds, stored answers. */
#ifndef TESTS_E2E_EVIDENCE_H
#define TESTS_E2E_EVIDENCE_H

#include "tests/e2e/harness.h"

#define EVIDENCE_WORD_SIZE  24
#define EVIDENCE_SLICES_MAX 8

enum evidence_status { EVIDENCE_OPEN, EVIDENCE_FROZEN, EVIDENCE_CLOSED };
struct evidence_account {
    struct uuid id;
    char owner[EVIDENCE_WORD_SIZE];
    char role[EVIDENCE_WORD_SIZE]; /* "cash", empty for everybody's */
    bool is_system, may_go_negative, exists;
    enum evidence_status status;
    int64_t debits, credits, held, version;
};
struct evidence_hold {
    struct uuid id, account, destination;
    char owner[EVIDENCE_WORD_SIZE]; /* who authorized it */
    int64_t amount, captured, expires_us;
    char status[EVIDENCE_WORD_SIZE];
    bool exists;
};
struct evidence_transaction {
    struct uuid id;
    int64_t amount, reversed; /* reversed: the replay's */
    char kind[EVIDENCE_WORD_SIZE];
};
struct evidence_fact {
    int64_t number, created_us;
    char type[EVIDENCE_WORD_SIZE];
    struct uuid object;
    char key[HARNESS_KEY_SIZE]; /* empty: the command had none */
    int64_t xid;                /* the database transaction */
};
struct evidence_entry {
    struct uuid transaction, account, hold; /* hold: zero unless it is captured */
    bool is_debit;
    int64_t version, amount, balance_after;
};
struct evidence_answer {
    char key[HARNESS_KEY_SIZE], owner[EVIDENCE_WORD_SIZE];
    int status;
    char *body; /* of a batch in slices: put together */
    /* Of such a batch, how many transfers come before the end of each slice. */
    int slice_ends[EVIDENCE_SLICES_MAX];
    int slice_count; /* 0: in one piece */
};

struct evidence {
    int64_t last_event;
    struct evidence_account *accounts;         /* by id */
    struct evidence_hold *holds;               /* by id */
    struct evidence_transaction *transactions; /* by id */
    struct evidence_fact *facts;               /* by number */
    struct evidence_entry *entries;            /* by transaction and leg */
    struct evidence_answer *answers;           /* by key */
    size_t account_count, hold_count, transaction_count, fact_count, entry_count, answer_count;
};
/* Events only after that number. */
void evidence_read(const struct harness *h, int64_t after_event, struct evidence *ret);
void evidence_free(struct evidence *e);

/* NULL: there is no such thing. */
struct evidence_account *evidence_find_account(const struct evidence *e, const struct uuid *id);
struct evidence_hold *evidence_find_hold(const struct evidence *e, const struct uuid *id);
struct evidence_transaction *evidence_find_transaction(const struct evidence *e, const struct uuid *id);
const struct evidence_answer *evidence_find_answer(const struct evidence *e, const char *key);
/* The first entry of a transaction and how many it has; 0: none. */
size_t evidence_find_entries(const struct evidence *e, const struct uuid *transaction,
                             const struct evidence_entry **ret_first);

#endif
