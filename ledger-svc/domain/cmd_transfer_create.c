/* cmd_transfer_create.c - moves money between two accounts of one currency.
   Refusals in order of precedence:
     same_account           from_account and to_account are the same
     account_not_found      from_account is unknown, or not the sender's
     account_not_found      to_account is unknown
     currency_mismatch      currency is given and is not from_account's
     currency_mismatch      the accounts' currencies differ
     account_closed, account_frozen, insufficient_funds, balance_overflow   from_account
     account_closed, balance_overflow                                       to_account */
#include <string.h>

#include "ledger-svc/domain/posting.h"

struct transfer {
    struct uuid from_account, to_account;
    int64_t amount;
    char currency[4]; /* empty: that of the accounts */
    struct str description, reference, metadata;
};

void *transfer_create_decode(const struct command_envelope *e, struct arena *a)
{
    struct transfer *t = arena_alloc(a, sizeof(*t));
    if (t == NULL || !command_decode_metadata(e, a, &t->metadata)) {
        return NULL;
    }
    (void)json_get_id(e->data, "from_account", "acct", &t->from_account);
    (void)json_get_id(e->data, "to_account", "acct", &t->to_account);
    t->amount = json_get_int(e->data, "amount", 0);
    command_decode_currency(e, t->currency);
    t->description = json_get_str(e->data, "description");
    t->reference = json_get_str(e->data, "reference");
    return t;
}

void transfer_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct transfer *t = c->data;
    needs_account(n, a, &t->from_account);
    needs_account(n, a, &t->to_account);
    needs_entries(n, 2);
}

struct pair {
    struct account *from, *to; /* NULL: unknown */
};

/* OUTCOME_ok, or why not and which field is to blame. */
static enum outcome check(const struct command *c, const struct pair *pair, const char **ret_pointer)
{
    const struct transfer *t = c->data;
    *ret_pointer = "/to_account";
    if (uuid_compare(&t->from_account, &t->to_account) == 0) {
        return OUTCOME_same_account;
    }
    *ret_pointer = "/from_account";
    if (pair->from == NULL || !command_may_use(c, pair->from)) {
        return OUTCOME_account_not_found;
    }
    *ret_pointer = "/to_account";
    if (pair->to == NULL) {
        return OUTCOME_account_not_found;
    }
    *ret_pointer = "/currency";
    if (t->currency[0] != '\0' && strcmp(t->currency, pair->from->currency) != 0) {
        return OUTCOME_currency_mismatch;
    }
    *ret_pointer = "/to_account";
    if (strcmp(pair->from->currency, pair->to->currency) != 0) {
        return OUTCOME_currency_mismatch;
    }
    *ret_pointer = "/from_account";
    enum outcome debit = account_check_debit(pair->from, t->amount);
    if (debit != OUTCOME_ok) {
        return debit;
    }
    *ret_pointer = "/to_account";
    return account_check_credit(pair->to, t->amount);
}

void transfer_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct transfer *t = c->data;
    const struct pair pair = {ledger_find_account(l, &t->from_account),
                              ledger_find_account(l, &t->to_account)};
    const char *pointer;
    enum outcome refusal = check(c, &pair, &pointer);
    if (refusal == OUTCOME_insufficient_funds) {
        answer_refuse_funds(l, ret_answer, c, pair.from, t->amount);
        return;
    }
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, pointer, NULL);
        return;
    }
    const struct posting_leg legs[] = {
        {.account = pair.from, .is_debit = true, .amount = t->amount},
        {.account = pair.to, .is_debit = false, .amount = t->amount},
    };
    const struct posting posting = {
        .kind = "transfer",
        .amount = t->amount,
        .currency = pair.from->currency,
        .description = t->description,
        .reference = t->reference,
        .metadata = t->metadata,
        .legs = legs,
        .leg_count = 2,
    };
    posting_apply(l, c, &posting, ret_answer);
}
