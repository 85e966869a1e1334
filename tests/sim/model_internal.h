/* model_internal.h - what the parts of the model share. */
#ifndef TESTS_SIM_MODEL_INTERNAL_H
#define TESTS_SIM_MODEL_INTERNAL_H

#include "tests/sim/model.h"

#define MODEL_JSON_LIMIT ((__int128)9007199254740991)

struct memory;
struct model {
    struct model_account accounts[MODEL_ACCOUNTS_MAX];
    struct model_account cash[SIM_CURRENCIES], escrow[SIM_CURRENCIES], fx[SIM_CURRENCIES];
    int account_count;
    struct model_hold holds[MODEL_HOLDS_MAX];
    int hold_count;
    struct model_endpoint endpoints[MODEL_ENDPOINTS_MAX];
    int endpoint_count;
    struct model_transaction transactions[MODEL_TRANSACTIONS_MAX];
    int transaction_count;
    int64_t now_us;
    bool has_error;
    void *memories;          /* tsearch tree by name */
    struct memory *fresh[2]; /* those that wait for their bytes */
    int fresh_count;
};

struct model_account *model_account_of(struct model *m, struct account_ref ref); /* NULL: it does not exist */
/* The refusal, or NULL. */
const char *model_why_no_debit(const struct model_account *a, __int128 amount);
const char *model_why_no_credit(const struct model_account *a, __int128 amount);
/* Who lacks how much, if that is why it is refused. */
void model_note_lack(struct expectation *ret, struct account_ref who, __int128 required);
void model_book(struct model_account *a, bool is_debit, int64_t amount);
void model_move(struct model_account *from, struct model_account *to, int64_t amount);
void model_record_capture(struct model *m, const struct model_hold *h, int64_t amount,
                          struct expectation *ret);

/* Entries that are to be booked together. */
struct bookings {
    struct intent_entry entries[SIM_ENTRIES];
    int count;
};
/* model_postings.c: what is booked together. The refusal, or NULL. */
const char *model_journal(struct model *m, const struct intent *in, struct expectation *ret);
const char *model_exchange(struct model *m, const struct intent *in, struct expectation *ret);
const char *model_reverse(struct model *m, const struct intent *in, struct expectation *ret);
/* What an exchange buys. */
__int128 model_bought(const struct intent *in);
/* The entries of a reversal. */
void model_turn_round(const struct model_transaction *t, __int128 amount, struct bookings *ret);

/* model_hold.c: a new hold; what becomes of one. The refusal, or NULL. */
const char *model_authorize(struct model *m, const struct intent *in, struct expectation *ret);
const char *model_change_hold(struct model *m, const struct intent *in, struct expectation *ret);

/* model_endpoint.c: a new webhook endpoint; what becomes of one. The refusal, or NULL. */
const char *model_create_endpoint(struct model *m, const struct intent *in, struct expectation *ret);
const char *model_change_endpoint(struct model *m, const struct intent *in);

#endif
