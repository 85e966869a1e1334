/* plan.h - the rows a batch will store, in the order in which they were decided. Pure. */
#ifndef LEDGER_DOMAIN_PLAN_H
#define LEDGER_DOMAIN_PLAN_H

#include "ledger-svc/domain/account.h"
#include "shared/core/arena.h"
#include "shared/core/digest.h"

struct transaction_row {
    struct uuid id;
    const char *kind; /* "deposit", "transfer" */
    int64_t amount;
    char currency[4];
    int entry_count;
    int64_t created_us;
    struct str owner, actor;                     /* who ordered it */
    struct str description, reference, metadata; /* empty: NULL in the database */
};
/* Of the few transactions that have something to add. */
struct transaction_details_row {
    struct uuid transaction_id;
    struct transaction_details details;
};
struct entry_row {
    struct uuid transaction_id, account_id;
    int leg; /* 0 .. entry_count-1 */
    bool is_debit;
    int64_t created_us; /* its transaction's */
    int64_t amount, account_version, balance_after;
    char currency[4];
    struct uuid counterparty_id; /* the only other entry's account; zero: none or more than one */
    const char *kind;            /* its transaction's, when that has no words of the client; else NULL */
};
struct event_row {
    struct uuid id;
    const char *type;     /* "transaction.posted": subject pay.evt.transaction.posted */
    const char *resource; /* "transaction", "account" */
    struct uuid object_id;
    struct uuid command_id;
    struct str owner, actor, source, traceparent;
    struct str before,
        after; /* JSON objects; empty: NULL. A posted transaction's own rows say what happened */
};
/* A key's stored answer. */
struct key_row {
    struct uuid digest; /* digest_key() */
    struct str owner, key;
    struct digest fingerprint;
    struct uuid command_id;
    int status;
    struct str body;
};
struct source_row {
    struct uuid digest; /* digest_source() */
    struct str source;
    struct uuid command_id;
    int status;
    struct str body;
};
/* An event that a provider sent, with the work that it makes. */
struct webhook_row {
    struct uuid id, work_id;
    struct str provider, event_id, event_type;
    struct digest fingerprint;
    struct str payload;  /* JSON object */
    int64_t occurred_us; /* 0: not said */
    struct str traceparent;
};

/* Growing arrays in the batch's arena. */
struct plan {
    struct transaction_row *transactions;
    size_t transaction_count, transaction_cap;
    struct transaction_details_row *details;
    size_t details_count, details_cap;
    struct entry_row *entries;
    size_t entry_count, entry_cap;
    struct event_row *events;
    size_t event_count, event_cap;
    struct key_row *keys;
    size_t key_count, key_cap;
    struct source_row *sources;
    size_t source_count, source_cap;
    struct webhook_row *webhooks;
    size_t webhook_count, webhook_cap;
};

/* Each gives a zeroed row to fill, or NULL when the arena's cap is reached. */
struct transaction_row *plan_add_transaction(struct plan *p, struct arena *a);
struct transaction_details_row *plan_add_details(struct plan *p, struct arena *a);
struct entry_row *plan_add_entry(struct plan *p, struct arena *a);
struct event_row *plan_add_event(struct plan *p, struct arena *a);
struct key_row *plan_add_key(struct plan *p, struct arena *a);
struct source_row *plan_add_source(struct plan *p, struct arena *a);
struct webhook_row *plan_add_webhook(struct plan *p, struct arena *a);
/* Takes back what was added since p looked like that. */
void plan_rewind(struct plan *p, const struct plan *mark);

#endif
