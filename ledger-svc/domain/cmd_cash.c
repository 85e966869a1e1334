/* cmd_cash.c - deposit.create and withdrawal.create: money comes in from the currency's cash account, made on
   first use, or goes out to it. Their scopes alone, deposits:write and withdrawals:write of staff and
   gateways, decide who may send them; any account may be named.
   Refusals in order of precedence:
     account_not_found      account is unknown
     currency_mismatch      currency is not the account's
     same_account           account is the cash account itself
   of a deposit:
     account_closed, account_frozen, balance_overflow   the cash account
     account_closed, balance_overflow                   account
   of a withdrawal:
     account_closed, account_frozen, insufficient_funds, balance_overflow   account
     account_closed, balance_overflow                                       the cash account */
#include <string.h>

#include "ledger-svc/domain/posting.h"

enum cash_way { CASH_IN, CASH_OUT };

struct cash_move {
    enum cash_way way;
    struct uuid account;
    int64_t amount;
    char currency[4];
    struct str description, reference, metadata;
};

static void *decode(const struct command_envelope *e, struct arena *a, enum cash_way way)
{
    struct cash_move *m = arena_alloc(a, sizeof(*m));
    if (m == NULL || !command_decode_metadata(e->data, a, &m->metadata)) {
        return NULL;
    }
    m->way = way;
    (void)json_get_id(e->data, "account", "acct", &m->account);
    m->amount = json_get_int(e->data, "amount", 0);
    command_decode_currency(e->data, m->currency);
    m->description = json_get_str(e->data, "description");
    m->reference = json_get_str(e->data, "reference");
    return m;
}

static void needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct cash_move *m = c->data;
    needs_account(n, a, &m->account);
    needs_system_account(n, a, ACCOUNT_ROLE_cash, m->currency);
    needs_entries(n, 2);
}

/* May money go that way between both? cash is NULL before its first use; then it can refuse nothing. */
static enum outcome check_sides(const struct cash_move *m, const struct account *cash,
                                const struct account *account, const char **ret_pointer)
{
    bool is_in = m->way == CASH_IN;
    const struct account *from = is_in ? cash : account, *to = is_in ? account : cash;
    *ret_pointer = is_in ? "/currency" : "/account";
    enum outcome debit = from == NULL ? OUTCOME_ok : account_check_debit(from, m->amount);
    if (debit != OUTCOME_ok) {
        return debit;
    }
    *ret_pointer = is_in ? "/account" : "/currency";
    return to == NULL ? OUTCOME_ok : account_check_credit(to, m->amount);
}

static enum outcome check(const struct cash_move *m, const struct account *cash,
                          const struct account *account, const char **ret_pointer)
{
    *ret_pointer = "/account";
    if (account == NULL) {
        return OUTCOME_account_not_found;
    }
    *ret_pointer = "/currency";
    if (strcmp(account->currency, m->currency) != 0) {
        return OUTCOME_currency_mismatch;
    }
    *ret_pointer = "/account";
    if (account == cash) {
        return OUTCOME_same_account;
    }
    return check_sides(m, cash, account, ret_pointer);
}

static void post(struct ledger *l, const struct command *c, struct account *account,
                 struct answer *ret_answer)
{
    const struct cash_move *m = c->data;
    struct account *cash = posting_system_account(l, c, ACCOUNT_ROLE_cash, m->currency);
    if (cash == NULL) {
        return; /* out of memory: the batch is split */
    }
    bool is_in = m->way == CASH_IN;
    const struct posting_leg legs[] = {
        {.account = is_in ? cash : account, .is_debit = true, .amount = m->amount},
        {.account = is_in ? account : cash, .is_debit = false, .amount = m->amount},
    };
    const struct posting posting = {
        .kind = is_in ? "deposit" : "withdrawal",
        .amount = m->amount,
        .currency = m->currency,
        .description = m->description,
        .reference = m->reference,
        .metadata = m->metadata,
        .legs = legs,
        .leg_count = 2,
    };
    posting_apply(l, c, &posting, ret_answer);
}

static void decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct cash_move *m = c->data;
    struct uuid cash_id = account_system_id(ACCOUNT_ROLE_cash, m->currency);
    const struct account *cash = ledger_find_account(l, &cash_id);
    struct account *account = ledger_find_account(l, &m->account);
    const char *pointer;
    enum outcome refusal = check(m, cash, account, &pointer);
    if (refusal == OUTCOME_insufficient_funds) {
        answer_refuse_funds(l, ret_answer, c, account, m->amount);
    } else if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, pointer, NULL);
    } else {
        post(l, c, account, ret_answer);
    }
}

void *deposit_create_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a, CASH_IN);
}

void deposit_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void deposit_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    decide(l, c, ret_answer);
}

void *withdrawal_create_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a, CASH_OUT);
}

void withdrawal_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void withdrawal_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    decide(l, c, ret_answer);
}
