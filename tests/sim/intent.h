/* intent.h - what the simulation asks of the ledger, in words that neither the ledger nor the model made up:
   accounts are named by number, so that the model never sees an id. */
#ifndef TESTS_SIM_INTENT_H
#define TESTS_SIM_INTENT_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_OWNERS        6
#define SIM_CURRENCIES    3
#define SIM_STAFF         SIM_OWNERS /* the owner number of staff */
#define SIM_TEXT_MAX      2048
#define SIM_ENTRIES       8
#define SIM_CONDITIONS    2
#define SIM_ITEMS         6
#define SIM_TYPES_UNKNOWN 4

enum intent_type {
    INTENT_ACCOUNT_CREATE,
    INTENT_FREEZE,
    INTENT_UNFREEZE,
    INTENT_CLOSE,
    INTENT_DEPOSIT,
    INTENT_WITHDRAWAL,
    INTENT_TRANSFER,
    INTENT_JOURNAL,
    INTENT_EXCHANGE,
    INTENT_REVERSE,
    INTENT_BATCH,
    INTENT_AUTHORIZE,
    INTENT_CAPTURE,
    INTENT_RELEASE,
    INTENT_EXPIRE,
    INTENT_WEBHOOK,
    INTENT_DEAD_LETTER,
    INTENT_ENDPOINT_CREATE,
    INTENT_ENDPOINT_UPDATE,
    INTENT_ENDPOINT_DELETE,
    INTENT_ENDPOINT_DISABLE,
    INTENT_ENDPOINT_ROTATE,
    INTENT_TYPE_COUNT
};

enum ref_kind {
    REF_ACCOUNT, /* the number-th account that was opened */
    REF_CASH,    /* the cash account of the number-th currency, which may not exist yet */
    REF_FX,      /* the same of fx */
    REF_ESCROW,  /* its escrow, likewise */
    REF_UNKNOWN  /* an account that never existed */
};
struct account_ref {
    enum ref_kind kind;
    int number;
};

struct intent_entry {
    struct account_ref account;
    bool is_debit;
    int64_t amount;
    int currency;
};
struct intent_condition {
    struct account_ref account;
    int64_t min_available;
};

/* One transfer of a batch. */
struct intent_item {
    struct account_ref from, account;
    int64_t amount;
    int currency; /* -1: none is given */
};

/* What is said of a webhook endpoint; 0: nothing. */
struct intent_endpoint {
    int number;                  /* the number-th that was made; -1: one that never was */
    int url, types, description; /* one of several each; types SIM_TYPES_UNKNOWN: no event has it */
    int status;                  /* 1: enabled, 2: disabled */
    int url_version;             /* of a disable: which url has failed */
    int secret;
    bool is_url_refused; /* by ingress */
};

struct intent {
    enum intent_type type;
    uint64_t command;                 /* the message's number: the same message may be sent again */
    int sender;                       /* owner number; SIM_STAFF acts for everybody */
    struct account_ref from, account; /* account: the only one, or the receiving one */
    int64_t amount;
    int currency;                   /* -1: none is given */
    int64_t numerator, denominator; /* of an exchange, which sells amount */
    bool is_half_even;
    int transaction; /* to reverse: the number-th that was posted; -1: one that never was */
    int for_owner;   /* of a new account; -1: none is given */
    struct intent_entry entries[SIM_ENTRIES];
    int entry_count;
    struct intent_condition conditions[SIM_CONDITIONS];
    int condition_count;
    struct intent_item items[SIM_ITEMS];
    int item_count;
    bool all_or_none;
    bool has_destination; /* of a new hold: account */
    int64_t ttl_s;        /* 0: none is given */
    int hold;             /* the number-th that was authorized; -1: one that never was */
    int final;            /* of a capture; -1: nothing is said */
    int event;            /* of a webhook: its provider's number for it; note says what is in it */
    struct intent_endpoint endpoint;
    int happening; /* of a dead letter, whose number is event: created, replayed, discarded */
    int note;      /* makes bodies differ in nothing that matters */
    char key[24];  /* empty: none */
    char source[24];
    bool expired; /* its deadline has passed */
};

/* What two requests have in common when they are the same: the command's name and its data. */
struct request {
    const char *name;
    char text[SIM_TEXT_MAX];
};

/* A batch's item as the transfer that it would be alone. */
static inline struct intent intent_of_item(const struct intent *in, int item)
{
    const struct intent_item *it = &in->items[item];
    return (struct intent){.type = INTENT_TRANSFER,
                           .sender = in->sender,
                           .from = it->from,
                           .account = it->account,
                           .amount = it->amount,
                           .currency = it->currency,
                           .note = 1};
}

static inline bool intent_is_staff(const struct intent *in)
{
    return in->sender == SIM_STAFF;
}

#endif
