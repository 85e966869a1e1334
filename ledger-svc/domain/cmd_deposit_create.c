/* cmd_deposit_create.c - brings money in: from the currency's cash account, made on first use, to an account.
   Its scope alone, deposits:write of staff and gateways, decides who may send it; any account may be named.
   Refusals in order of precedence:
     account_not_found      account is unknown
     currency_mismatch      currency is not the account's
     same_account           account is the cash account itself
     account_closed, account_frozen, balance_overflow   the cash account
     account_closed, balance_overflow                   account */
#include <string.h>

#include "ledger-svc/domain/event.h"
#include "ledger-svc/domain/posting.h"

struct deposit {
    struct uuid account;
    int64_t amount;
    char currency[4];
    struct str description, reference, metadata;
};

void *deposit_create_decode(const struct command_envelope *e, struct arena *a)
{
    struct deposit *d = arena_alloc(a, sizeof(*d));
    if (d == NULL || !command_decode_metadata(e, a, &d->metadata)) {
        return NULL;
    }
    (void)json_get_id(e->data, "account", "acct", &d->account);
    d->amount = json_get_int(e->data, "amount", 0);
    command_decode_currency(e, d->currency);
    d->description = json_get_str(e->data, "description");
    d->reference = json_get_str(e->data, "reference");
    return d;
}

void deposit_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct deposit *d = c->data;
    needs_account(n, a, &d->account);
    needs_system_account(n, a, ACCOUNT_ROLE_cash, d->currency);
    needs_entries(n, 2);
}

/* cash is NULL before its first use; then it can refuse nothing. */
static enum outcome check(const struct command *c, const struct account *cash, const struct account *account,
                          const char **ret_pointer)
{
    const struct deposit *d = c->data;
    *ret_pointer = "/account";
    if (account == NULL) {
        return OUTCOME_account_not_found;
    }
    *ret_pointer = "/currency";
    if (strcmp(account->currency, d->currency) != 0) {
        return OUTCOME_currency_mismatch;
    }
    *ret_pointer = "/account";
    if (account == cash) {
        return OUTCOME_same_account;
    }
    *ret_pointer = "/currency";
    enum outcome debit = cash == NULL ? OUTCOME_ok : account_check_debit(cash, d->amount);
    if (debit != OUTCOME_ok) {
        return debit;
    }
    *ret_pointer = "/account";
    return account_check_credit(account, d->amount);
}

/* The cash account, made now if this is its first use; NULL when out of memory. */
static struct account *cash_account(struct ledger *l, const struct command *c, struct account *cash)
{
    const struct deposit *d = c->data;
    if (cash == NULL) {
        cash = ledger_system_account(l, ACCOUNT_ROLE_cash, d->currency);
        if (cash != NULL) {
            event_add_account_created(l, c, cash);
        }
    }
    return cash;
}

void deposit_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct deposit *d = c->data;
    struct uuid cash_id = account_system_id(ACCOUNT_ROLE_cash, d->currency);
    struct account *cash = ledger_find_account(l, &cash_id);
    struct account *account = ledger_find_account(l, &d->account);
    const char *pointer;
    enum outcome refusal = check(c, cash, account, &pointer);
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, pointer, NULL);
        return;
    }
    cash = cash_account(l, c, cash);
    if (cash == NULL) {
        return; /* out of memory: the batch is split */
    }
    const struct posting_leg legs[] = {
        {.account = cash, .is_debit = true, .amount = d->amount},
        {.account = account, .is_debit = false, .amount = d->amount},
    };
    const struct posting posting = {
        .kind = "deposit",
        .amount = d->amount,
        .currency = d->currency,
        .description = d->description,
        .reference = d->reference,
        .metadata = d->metadata,
        .legs = legs,
        .leg_count = 2,
    };
    posting_apply(l, c, &posting, ret_answer);
}
