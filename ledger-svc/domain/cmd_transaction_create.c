/* cmd_transaction_create.c - posts any balanced set of debits and credits: all of it or nothing.
   A transaction is one moment. So what an account has available only has to suffice for all its entries
   together, whatever their order, and conditions look at the state before it.
   Refusals in order of precedence:
     unbalanced             debits and credits of a currency differ, first currency first
     amount_out_of_range    the debits of a currency add up to more than an amount can be
     account_not_found      an entry's account is unknown, or it is debited and not the sender's, or it is
                            credited, a system account, and the sender is not staff
     currency_mismatch      an entry's currency is not its account's; both of each entry, in their order
     account_not_found      a condition's account is unknown, or not the sender's
     condition_not_met      an account has less available; both of each condition, in their order
     account_closed, account_frozen   each entry by itself, in their order
     insufficient_funds     an account has not enough for all its entries together
     balance_overflow       each entry after those before it */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledger-svc/domain/posting.h"
#include "shared/core/money.h"

struct journal_entry {
    struct uuid account;
    bool is_debit;
    int64_t amount;
    char currency[4];
};
struct journal_condition {
    struct uuid account;
    int64_t min_available;
};
struct journal {
    struct journal_entry *entries;
    size_t entry_count;
    struct journal_condition *conditions;
    size_t condition_count;
    struct str description, reference, metadata;
};

struct refusal {
    enum outcome outcome;          /* OUTCOME_ok: none */
    char pointer[48], detail[128]; /* no detail: the outcome's sentence */
};

static bool decode_entries(const json_t *data, struct arena *a, struct journal *j)
{
    const json_t *list = json_object_get(data, "entries");
    j->entry_count = json_array_size(list);
    j->entries = arena_alloc_array(a, j->entry_count, sizeof(*j->entries));
    if (j->entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < j->entry_count; i++) {
        const json_t *item = json_array_get(list, i);
        struct journal_entry *entry = &j->entries[i];
        (void)json_get_id(item, "account", "acct", &entry->account);
        entry->is_debit = str_eq_c(json_get_str(item, "direction"), "debit");
        entry->amount = json_get_int(item, "amount", 0);
        command_decode_currency(item, entry->currency);
    }
    return true;
}

static bool decode_conditions(const json_t *data, struct arena *a, struct journal *j)
{
    const json_t *list = json_object_get(data, "conditions");
    j->condition_count = json_array_size(list);
    if (j->condition_count == 0) {
        return true;
    }
    j->conditions = arena_alloc_array(a, j->condition_count, sizeof(*j->conditions));
    if (j->conditions == NULL) {
        return false;
    }
    for (size_t i = 0; i < j->condition_count; i++) {
        const json_t *item = json_array_get(list, i);
        (void)json_get_id(item, "account", "acct", &j->conditions[i].account);
        j->conditions[i].min_available = json_get_int(item, "min_available", 0);
    }
    return true;
}

void *transaction_create_decode(const struct command_envelope *e, struct arena *a)
{
    struct journal *j = arena_alloc(a, sizeof(*j));
    if (j == NULL || !decode_entries(e->data, a, j) || !decode_conditions(e->data, a, j) ||
        !command_decode_metadata(e->data, a, &j->metadata)) {
        return NULL;
    }
    j->description = json_get_str(e->data, "description");
    j->reference = json_get_str(e->data, "reference");
    return j;
}

void transaction_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct journal *j = c->data;
    for (size_t i = 0; i < j->entry_count; i++) {
        needs_account(n, a, &j->entries[i].account);
    }
    for (size_t i = 0; i < j->condition_count; i++) {
        needs_account(n, a, &j->conditions[i].account);
    }
    needs_entries(n, j->entry_count + j->condition_count); /* what is looked at is locked, too */
}

/* Points at a field of an item; the caller may add the detail. */
static struct refusal refuse_item(enum outcome o, const char *list, size_t item, const char *field)
{
    struct refusal r = {.outcome = o};
    (void)snprintf(r.pointer, sizeof(r.pointer), "/%s/%zu/%s", list, item, field);
    return r;
}

/* A hundred amounts stay far below 2^63. */
static int64_t sum_of(const struct journal *j, const char *currency, bool is_debit)
{
    int64_t sum = 0;
    for (size_t i = 0; i < j->entry_count; i++) {
        const struct journal_entry *entry = &j->entries[i];
        if (entry->is_debit == is_debit && strcmp(entry->currency, currency) == 0) {
            sum += entry->amount;
        }
    }
    return sum;
}

static struct refusal check_sums(const struct journal *j)
{
    struct refusal r = {.pointer = "/entries"};
    for (size_t i = 0; i < j->entry_count; i++) {
        const char *currency = j->entries[i].currency;
        int64_t debits = sum_of(j, currency, true), credits = sum_of(j, currency, false);
        if (debits != credits) {
            r.outcome = OUTCOME_unbalanced;
            (void)snprintf(r.detail, sizeof(r.detail), "%s: debits are %" PRId64 ", credits %" PRId64,
                           currency, debits, credits);
            return r;
        }
        if (!money_amount_valid(debits)) {
            r.outcome = OUTCOME_amount_out_of_range;
            (void)snprintf(r.detail, sizeof(r.detail), "%s: debits add up to %" PRId64, currency, debits);
            return r;
        }
    }
    return r;
}

/* Finds the entries' accounts. */
static struct refusal find_legs(const struct ledger *l, const struct command *c, struct posting_leg *ret_legs)
{
    const struct journal *j = c->data;
    for (size_t i = 0; i < j->entry_count; i++) {
        const struct journal_entry *entry = &j->entries[i];
        struct account *account = ledger_find_account(l, &entry->account);
        bool may = account != NULL &&
                   (entry->is_debit ? command_may_use(c, account) : command_may_credit(c, account));
        if (!may) {
            return refuse_item(OUTCOME_account_not_found, "entries", i, "account");
        }
        if (strcmp(entry->currency, account->currency) != 0) {
            return refuse_item(OUTCOME_currency_mismatch, "entries", i, "currency");
        }
        ret_legs[i] =
            (struct posting_leg){.account = account, .is_debit = entry->is_debit, .amount = entry->amount};
    }
    return (struct refusal){.outcome = OUTCOME_ok};
}

static struct refusal check_conditions(const struct ledger *l, const struct command *c)
{
    const struct journal *j = c->data;
    for (size_t i = 0; i < j->condition_count; i++) {
        const struct account *account = ledger_find_account(l, &j->conditions[i].account);
        if (account == NULL || !command_may_use(c, account)) {
            return refuse_item(OUTCOME_account_not_found, "conditions", i, "account");
        }
        if (account_available(account) < j->conditions[i].min_available) {
            struct refusal r = refuse_item(OUTCOME_condition_not_met, "conditions", i, "min_available");
            (void)snprintf(r.detail, sizeof(r.detail), "available is %" PRId64, account_available(account));
            return r;
        }
    }
    return (struct refusal){.outcome = OUTCOME_ok};
}

/* Everything but what the accounts themselves say to the entries. */
static struct refusal check(const struct ledger *l, const struct command *c, struct posting_leg *ret_legs)
{
    struct refusal r = check_sums(c->data);
    if (r.outcome == OUTCOME_ok) {
        r = find_legs(l, c, ret_legs);
    }
    return r.outcome == OUTCOME_ok ? check_conditions(l, c) : r;
}

static void answer_refusal(struct ledger *l, struct answer *ret_answer, const struct refusal *r)
{
    answer_refuse(l, ret_answer, r->outcome, r->pointer, r->detail[0] == '\0' ? NULL : r->detail);
}

static void post(struct ledger *l, const struct command *c, const struct posting_leg *legs,
                 struct answer *ret_answer)
{
    const struct journal *j = c->data;
    const char *currency = j->entries[0].currency;
    const struct posting posting = {
        .kind = "journal",
        .amount = sum_of(j, currency, true),
        .currency = currency,
        .description = j->description,
        .reference = j->reference,
        .metadata = j->metadata,
        .legs = legs,
        .leg_count = j->entry_count,
    };
    posting_apply(l, c, &posting, ret_answer);
}

void transaction_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct journal *j = c->data;
    struct posting_leg *legs = arena_alloc_array(l->arena, j->entry_count, sizeof(*legs));
    if (legs == NULL) {
        l->out_of_memory = true; /* nobody will see an answer: the batch is split */
        return;
    }
    struct refusal r = check(l, c, legs);
    if (r.outcome != OUTCOME_ok) {
        answer_refusal(l, ret_answer, &r);
        return;
    }
    size_t leg;
    enum outcome refusal = posting_check(legs, j->entry_count, &leg);
    if (refusal == OUTCOME_ok) {
        post(l, c, legs, ret_answer);
        return;
    }
    r = refuse_item(refusal, "entries", leg, "account");
    if (refusal == OUTCOME_insufficient_funds) {
        const struct account *account = legs[leg].account;
        const struct shortfall shortfall = {
            .account = account,
            .required = posting_net_debit(legs, j->entry_count, account),
            .pointer = r.pointer,
        };
        answer_refuse_shortfall(l, ret_answer, c, &shortfall);
    } else {
        answer_refusal(l, ret_answer, &r);
    }
}
