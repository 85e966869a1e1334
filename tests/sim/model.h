/* model.h - the ledger once more, as plainly as it can be said: numbers, names and sums of 128 bits. It
   shares no code with the ledger and decides one intent at a time. */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include <stddef.h>

#include "tests/sim/intent.h"

#define MODEL_ACCOUNTS_MAX     400
#define MODEL_HOLDS_MAX        8192
#define MODEL_ENDPOINTS_MAX    2048
#define MODEL_TRANSACTIONS_MAX 4000 /* those after them are not reversed */

enum model_status { MODEL_OPEN, MODEL_FROZEN, MODEL_CLOSED };
struct model_account {
    bool exists, may_go_negative, is_system, is_fx;
    int owner, currency;
    enum model_status status;
    __int128 credits, debits, held;
    int64_t entries;
};
enum model_hold_status {
    MODEL_HOLD_AUTHORIZED,
    MODEL_HOLD_PARTIALLY_CAPTURED,
    MODEL_HOLD_CAPTURED,
    MODEL_HOLD_RELEASED,
    MODEL_HOLD_EXPIRED
};
struct model_hold {
    int owner; /* who authorized it */
    struct account_ref account, destination;
    int64_t amount, captured, expires_us;
    enum model_hold_status status;
};

enum model_endpoint_status { MODEL_ENDPOINT_ENABLED, MODEL_ENDPOINT_DISABLED, MODEL_ENDPOINT_DELETED };
struct model_endpoint {
    int owner;
    int url, types, description, secret; /* as an intent says them */
    int url_version;
    bool has_previous_secret, is_by_owner; /* is_by_owner: who has disabled it */
    enum model_endpoint_status status;
};

struct model_transaction {
    enum intent_type type;
    int currency;
    __int128 amount, reversed; /* of the headline */
    struct intent_entry entries[SIM_ENTRIES];
    int entry_count;
};

struct model;
struct model *model_new(void);
void model_free(struct model *m);

/* The next account, or the currency's cash or fx account, as it stands before the run begins. */
struct model_account *model_open(struct model *m, int owner, int currency);
struct model_account *model_open_cash(struct model *m, int currency);
struct model_account *model_open_fx(struct model *m, int currency);

int model_account_count(const struct model *m);
bool model_same_ref(struct account_ref a, struct account_ref b);
/* NULL: it does not exist. */
const struct model_account *model_account(const struct model *m, struct account_ref ref);
int model_transaction_count(const struct model *m);
/* NULL: it never was. */
const struct model_transaction *model_transaction(const struct model *m, int number);
__int128 model_posted(const struct model_account *a);
__int128 model_available(const struct model_account *a);
bool model_may_read(const struct intent *in, const struct model_account *a);
/* Into a system account only staff may put money by naming it; a is NULL: there is none. */
bool model_may_credit(const struct intent *in, const struct model_account *a);

/* What became of a batch's item: the refusal, or NULL and what both sides have posted after it. */
struct item_expectation {
    const char *code;
    __int128 from_posted, to_posted;
};
/* What time it is from now on. */
void model_tell_time(struct model *m, int64_t now_us);
int model_hold_count(const struct model *m);
const struct model_hold *model_hold(const struct model *m, int number); /* NULL: it does not exist */
int64_t model_hold_rest(const struct model_hold *h);                    /* what it still holds */
int model_endpoint_count(const struct model *m);
const struct model_endpoint *model_endpoint(const struct model *m, int number); /* NULL: it does not exist */
/* The next one, as it stands before the run begins. */
void model_open_endpoint(struct model *m, const struct model_endpoint *e);
/* Is what every account holds the sum of its holds? */
bool model_holds_add_up(const struct model *m);
/* From now on the model forgets that a final capture frees what it leaves: something for --shrink to find. */
void model_plant_error(struct model *m);

/* What the answer to an intent must be. */
struct expectation {
    int status;
    const char *code; /* of a refusal that is decided now; NULL: another answer */
    bool replayed;
    bool decided;     /* decided now and done: accounts have changed */
    const char *body; /* these very bytes; NULL: not known before */
    size_t body_len;
    struct account_ref lacking; /* with insufficient_funds: who lacks, and what it would take */
    __int128 required;
    uint64_t accepted_by;                     /* a webhook's: the message that brought it first */
    int new_transaction;                      /* number of the one that this intent posted; -1: none */
    int new_account;                          /* number of the account that this intent opened; -1: none */
    int new_endpoint;                         /* number of the webhook endpoint; -1: none */
    int new_hold;                             /* number of the hold that it authorized; -1: none */
    struct item_expectation items[SIM_ITEMS]; /* of a batch */
    int refusing_item;                        /* with batch_refused */
};
/* Decides, changes the model, and tells what to expect. */
void model_decide(struct model *m, const struct intent *in, const struct request *request,
                  struct expectation *ret);
/* The bytes that were answered to the last intent decided, for its replays. */
void model_answered(struct model *m, const char *body, size_t len);

#endif
