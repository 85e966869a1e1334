/* cmd_exchange_create.c - sells money of one currency for another, at a rate of the sender's, through the
   house's fx accounts of both currencies: four entries, each currency balanced. The rate says how many minor
   units are bought for how many sold: bought = sell_amount * numerator / denominator, rounded to a whole
   minor unit; what rounding cuts or adds is the fx account's. down cuts; half_even takes the nearer one, of
   two equally near ones the even one. Whoever names the rate could take the house's money by it: the scope
   exchanges:write is for services that the house trusts with rates.
   Refusals in order of precedence:
     same_account           from_account and to_account are the same
     account_not_found      from_account is unknown, or not the sender's
     account_not_found      to_account is unknown, or a system account and the sender is not staff
     same_currency          both accounts have one currency
     same_account           an account is the fx account itself
     amount_out_of_range    nothing is bought, or more than an amount can be
     account_closed, account_frozen, insufficient_funds, balance_overflow   from_account
     account_closed, balance_overflow                                       the fx account that buys
     account_closed, account_frozen, balance_overflow                       the fx account that sells
     account_closed, balance_overflow                                       to_account
   busy, when an account came to be after the batch had looked which fx accounts it needs: it works when sent
   again. */
#include <string.h>

#include "ledger-svc/domain/posting.h"
#include "shared/core/money.h"
#include "shared/core/planted_bug.h"

struct exchange_order {
    struct uuid from_account, to_account;
    int64_t sell_amount;
    int64_t numerator, denominator;
    struct str rounding, description, reference, metadata;
};

/* fx accounts are NULL before their first use; then they can refuse nothing. */
struct exchange_sides {
    struct account *from, *to;
    const struct account *fx_bought, *fx_sold; /* of from's currency, which the house gets, and of to's */
    int64_t buy_amount;
};

void *exchange_create_decode(const struct command_envelope *e, struct arena *a)
{
    struct exchange_order *x = arena_alloc(a, sizeof(*x));
    if (x == NULL || !command_decode_metadata(e->data, a, &x->metadata)) {
        return NULL;
    }
    (void)json_get_id(e->data, "from_account", "acct", &x->from_account);
    (void)json_get_id(e->data, "to_account", "acct", &x->to_account);
    x->sell_amount = json_get_int(e->data, "sell_amount", 0);
    const json_t *rate = json_object_get(e->data, "rate");
    x->numerator = json_get_int(rate, "numerator", 0);
    x->denominator = json_get_int(rate, "denominator", 0);
    x->rounding = json_get_str(e->data, "rounding");
    x->description = json_get_str(e->data, "description");
    x->reference = json_get_str(e->data, "reference");
    return x;
}

void exchange_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct exchange_order *x = c->data;
    needs_exchanged_account(n, a, &x->from_account);
    needs_exchanged_account(n, a, &x->to_account);
    needs_entries(n, 4);
}

/* What is bought, exactly: the factors are below 2^53 each. May be 0, or more than an amount can be. */
static __int128 bought(const struct exchange_order *x)
{
    __int128 product = (__int128)x->sell_amount * x->numerator;
    __int128 whole = product / x->denominator, twice_rest = 2 * (product % x->denominator);
    bool is_odd = whole % 2 == 1;
    bool is_up = twice_rest > x->denominator || (twice_rest == x->denominator && is_odd);
    bool may_round_up = str_eq_c(x->rounding, "half_even") || PLANTED_BUG(wrong_rounding);
    return may_round_up && is_up ? whole + 1 : whole;
}

static const struct account *fx_account(const struct ledger *l, const char *currency)
{
    struct uuid id = account_system_id(ACCOUNT_ROLE_fx, currency);
    return ledger_find_account(l, &id);
}

/* Which accounts and how much. OUTCOME_ok, or why not and which field is to blame; NULL: none. */
static enum outcome find_sides(const struct ledger *l, const struct command *c, struct exchange_sides *ret,
                               const char **ret_pointer)
{
    const struct exchange_order *x = c->data;
    struct exchange_sides s = {.from = ledger_find_account(l, &x->from_account),
                               .to = ledger_find_account(l, &x->to_account)};
    *ret_pointer = "/to_account";
    if (uuid_compare(&x->from_account, &x->to_account) == 0) {
        return OUTCOME_same_account;
    }
    *ret_pointer = "/from_account";
    if (s.from == NULL || !command_may_use(c, s.from)) {
        return OUTCOME_account_not_found;
    }
    *ret_pointer = "/to_account";
    if (s.to == NULL || !command_may_credit(c, s.to)) {
        return OUTCOME_account_not_found;
    }
    if (strcmp(s.from->currency, s.to->currency) == 0) {
        return OUTCOME_same_currency;
    }
    *ret_pointer = NULL;
    if (!ledger_knows_fx(l, s.from->currency) || !ledger_knows_fx(l, s.to->currency)) {
        return OUTCOME_busy;
    }
    s.fx_bought = fx_account(l, s.from->currency);
    s.fx_sold = fx_account(l, s.to->currency);
    *ret_pointer = s.from == s.fx_bought ? "/from_account" : "/to_account";
    if (s.from == s.fx_bought || s.to == s.fx_sold) {
        return OUTCOME_same_account;
    }
    *ret = s;
    return OUTCOME_ok;
}

static enum outcome check_accounts(const struct exchange_order *x, const struct exchange_sides *s,
                                   const char **ret_pointer)
{
    *ret_pointer = "/from_account";
    enum outcome refusal = account_check_debit(s->from, x->sell_amount);
    if (refusal == OUTCOME_ok && s->fx_bought != NULL) {
        *ret_pointer = NULL;
        refusal = account_check_credit(s->fx_bought, x->sell_amount);
    }
    if (refusal == OUTCOME_ok && s->fx_sold != NULL) {
        *ret_pointer = NULL;
        refusal = account_check_debit(s->fx_sold, s->buy_amount);
    }
    if (refusal == OUTCOME_ok) {
        *ret_pointer = "/to_account";
        refusal = account_check_credit(s->to, s->buy_amount);
    }
    return refusal;
}

static enum outcome check(const struct ledger *l, const struct command *c, struct exchange_sides *ret,
                          const char **ret_pointer)
{
    const struct exchange_order *x = c->data;
    enum outcome refusal = find_sides(l, c, ret, ret_pointer);
    if (refusal != OUTCOME_ok) {
        return refusal;
    }
    __int128 amount = bought(x);
    *ret_pointer = "/sell_amount";
    if (amount < 1 || amount > MONEY_AMOUNT_MAX) {
        return OUTCOME_amount_out_of_range;
    }
    ret->buy_amount = (int64_t)amount;
    return check_accounts(x, ret, ret_pointer);
}

static void post(struct ledger *l, const struct command *c, const struct exchange_sides *s,
                 struct answer *ret_answer)
{
    const struct exchange_order *x = c->data;
    struct account *fx_bought = posting_system_account(l, c, ACCOUNT_ROLE_fx, s->from->currency);
    struct account *fx_sold = posting_system_account(l, c, ACCOUNT_ROLE_fx, s->to->currency);
    if (fx_bought == NULL || fx_sold == NULL) {
        return; /* out of memory: the batch is split */
    }
    const struct posting_leg legs[] = {
        {.account = s->from, .is_debit = true, .amount = x->sell_amount},
        {.account = fx_bought, .is_debit = false, .amount = x->sell_amount},
        {.account = fx_sold, .is_debit = true, .amount = s->buy_amount},
        {.account = s->to, .is_debit = false, .amount = s->buy_amount},
    };
    const struct posting posting = {
        .kind = "exchange",
        .amount = x->sell_amount,
        .currency = s->from->currency,
        .description = x->description,
        .reference = x->reference,
        .metadata = x->metadata,
        .details = {.rate_numerator = x->numerator,
                    .rate_denominator = x->denominator,
                    .rounding = x->rounding},
        .legs = legs,
        .leg_count = 4,
    };
    posting_apply(l, c, &posting, ret_answer);
}

/* Says more than the outcome where the sentence does not tell what is wrong. */
static const char *detail_of(enum outcome refusal, const char *pointer)
{
    if (refusal == OUTCOME_amount_out_of_range) {
        return "at this rate it buys nothing, or more than an amount can be";
    }
    return pointer == NULL && refusal != OUTCOME_busy
               ? "The house's account of that currency does not take part."
               : NULL;
}

void exchange_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct exchange_order *x = c->data;
    struct exchange_sides sides;
    const char *pointer;
    enum outcome refusal = check(l, c, &sides, &pointer);
    if (refusal == OUTCOME_ok) {
        post(l, c, &sides, ret_answer);
    } else if (refusal == OUTCOME_insufficient_funds) {
        answer_refuse_funds(l, ret_answer, c, sides.from, x->sell_amount);
    } else {
        answer_refuse(l, ret_answer, refusal, pointer, detail_of(refusal, pointer));
    }
}
