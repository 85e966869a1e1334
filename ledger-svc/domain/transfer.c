/* transfer.c - see transfer.h. */
#include "ledger-svc/domain/transfer.h"

#include <string.h>

bool transfer_decode(const json_t *data, struct arena *a, struct transfer *ret_transfer)
{
    struct transfer t = {.amount = json_get_int(data, "amount", 0)};
    if (!command_decode_metadata(data, a, &t.metadata)) {
        return false;
    }
    (void)json_get_id(data, "from_account", "acct", &t.from_account);
    (void)json_get_id(data, "to_account", "acct", &t.to_account);
    command_decode_currency(data, t.currency);
    t.description = json_get_str(data, "description");
    t.reference = json_get_str(data, "reference");
    *ret_transfer = t;
    return true;
}

void transfer_needs(const struct transfer *t, struct needs *n, struct arena *a)
{
    needs_account(n, a, &t->from_account);
    needs_account(n, a, &t->to_account);
    needs_entries(n, 2);
}

struct pair {
    struct account *from, *to; /* NULL: unknown */
};

/* OUTCOME_ok, or why not and which field is to blame. */
static enum outcome check(const struct command *c, const struct transfer *t, const struct pair *pair,
                          const char **ret_pointer)
{
    *ret_pointer = "/to_account";
    if (uuid_compare(&t->from_account, &t->to_account) == 0) {
        return OUTCOME_same_account;
    }
    *ret_pointer = "/from_account";
    if (pair->from == NULL || !command_may_use(c, pair->from)) {
        return OUTCOME_account_not_found;
    }
    *ret_pointer = "/to_account";
    if (pair->to == NULL || !command_may_credit(c, pair->to)) {
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

bool transfer_prepare(struct ledger *l, const struct command *c, const struct transfer *t,
                      struct transfer_posting *ret_posting, struct answer *ret_refusal)
{
    const struct pair pair = {ledger_find_account(l, &t->from_account),
                              ledger_find_account(l, &t->to_account)};
    const char *pointer;
    enum outcome refusal = check(c, t, &pair, &pointer);
    if (refusal == OUTCOME_insufficient_funds) {
        answer_refuse_funds(l, ret_refusal, c, pair.from, t->amount);
        return false;
    }
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_refusal, refusal, pointer, NULL);
        return false;
    }
    ret_posting->legs[0] = (struct posting_leg){.account = pair.from, .is_debit = true, .amount = t->amount};
    ret_posting->legs[1] = (struct posting_leg){.account = pair.to, .is_debit = false, .amount = t->amount};
    ret_posting->posting = (struct posting){
        .kind = "transfer",
        .amount = t->amount,
        .currency = pair.from->currency,
        .description = t->description,
        .reference = t->reference,
        .metadata = t->metadata,
        .legs = ret_posting->legs,
        .leg_count = 2,
    };
    return true;
}
