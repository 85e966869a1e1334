/* posting.c - one balanced set of entries: counters, rows, the event and the answer. */
#include "ledger-svc/domain/posting.h"

#include <assert.h>
#include <string.h>

#include "ledger-svc/domain/event.h"
#include "shared/core/money.h"
#include "shared/core/planted_bug.h"

#define TEXT_FIXED 1024 /* an answer but for its legs and the client's texts */
#define TEXT_LEG   512  /* an entry and the balances of its account */

static bool is_balanced(const struct posting *p)
{
    for (size_t i = 0; i < p->leg_count; i++) {
        __int128 sum = 0;
        for (size_t j = 0; j < p->leg_count; j++) {
            if (strcmp(p->legs[j].account->currency, p->legs[i].account->currency) == 0) {
                sum += p->legs[j].is_debit ? -(__int128)p->legs[j].amount : p->legs[j].amount;
            }
        }
        if (sum != 0) {
            return false;
        }
    }
    return true;
}

struct account *posting_system_account(struct ledger *l, const struct command *c, enum account_role role,
                                       const char *currency)
{
    struct uuid id = account_system_id(role, currency);
    struct account *account = ledger_find_account(l, &id);
    if (account != NULL) {
        return account;
    }
    account = ledger_system_account(l, role, currency);
    if (account != NULL) {
        event_add_account_created(l, c, account);
    }
    return account;
}

static void add_to_counter(struct account *a, const struct posting_leg *leg)
{
    int64_t *counter = leg->is_debit ? &a->debits_posted : &a->credits_posted;
    enum status status = money_add(*counter, leg->amount, counter);
    assert(status == STATUS_OK); /* checked before */
}

/* The leg's account as the legs before it leave it. */
static struct account account_at(const struct posting_leg *legs, size_t leg)
{
    struct account a = *legs[leg].account;
    for (size_t i = 0; i < leg; i++) {
        if (legs[i].account == legs[leg].account) {
            add_to_counter(&a, &legs[i]);
        }
    }
    return a;
}

int64_t posting_net_debit(const struct posting_leg *legs, size_t count, const struct account *a)
{
    int64_t net = 0;
    for (size_t i = 0; i < count; i++) {
        if (legs[i].account == a) {
            net += legs[i].is_debit ? legs[i].amount : -legs[i].amount;
        }
    }
    return net;
}

/* The rounds of posting_check. */
static enum outcome check_status(const struct posting_leg *legs, size_t count, size_t leg)
{
    (void)count;
    const struct account *a = legs[leg].account;
    if (!account_is_sound(a)) {
        return OUTCOME_internal_error;
    }
    if (a->status == ACCOUNT_closed) {
        return OUTCOME_account_closed;
    }
    return a->status == ACCOUNT_frozen && legs[leg].is_debit ? OUTCOME_account_frozen : OUTCOME_ok;
}

static enum outcome check_funds(const struct posting_leg *legs, size_t count, size_t leg)
{
    const struct account *a = legs[leg].account;
    bool lacks = !a->allow_negative && posting_net_debit(legs, count, a) > account_available(a);
    return lacks ? OUTCOME_insufficient_funds : OUTCOME_ok;
}

static enum outcome check_room(const struct posting_leg *legs, size_t count, size_t leg)
{
    (void)count;
    struct account a = account_at(legs, leg);
    if (legs[leg].is_debit) {
        a.allow_negative = true; /* in between */
        return account_check_debit(&a, legs[leg].amount);
    }
    return account_check_room(&a, legs[leg].amount);
}

enum outcome posting_check(const struct posting_leg *legs, size_t count, size_t *ret_leg)
{
    static enum outcome (*const rounds[])(const struct posting_leg *legs, size_t count,
                                          size_t leg) = {check_status, check_funds, check_room};
    for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
        for (*ret_leg = 0; *ret_leg < count; ++*ret_leg) {
            enum outcome refusal = rounds[i](legs, count, *ret_leg);
            if (refusal != OUTCOME_ok) {
                return refusal;
            }
        }
    }
    return OUTCOME_ok;
}

/* Does a leg before this one touch the same account? */
static bool is_repeated(const struct posting *p, size_t leg)
{
    for (size_t i = 0; i < leg; i++) {
        if (p->legs[i].account == p->legs[leg].account) {
            return true;
        }
    }
    return false;
}

size_t posting_text_max(const struct posting *p)
{
    return TEXT_FIXED + TEXT_LEG * p->leg_count +
           JSON_ESCAPE_MAX * (p->description.len + p->reference.len + p->details.reason.len) +
           p->metadata.len;
}

/* PostgreSQL's clock, unless an account has an entry from later than that (the clock was set back): then
   after that one, so that time and ids rise with each account's versions. Within a batch ids of the same
   microsecond rise by sequence. */
static int64_t time_of(const struct ledger *l, const struct posting *p)
{
    int64_t time_us = l->now_us;
    for (size_t i = 0; i < p->leg_count; i++) {
        const struct account *account = p->legs[i].account;
        bool from_before = account->version == account->loaded_version;
        int64_t earliest_us = account->last_entry_us + (from_before ? 1 : 0);
        if (account->last_entry_us > 0 && earliest_us > time_us) {
            time_us = earliest_us;
        }
    }
    return time_us;
}

static void apply_leg(struct ledger *l, const struct posting_leg *leg, struct entry_row *row)
{
    struct account *account = leg->account;
    ledger_will_change(l, account);
    if (leg->is_held) {
        assert(leg->is_debit && account_check_capture(account, leg->amount) == OUTCOME_ok);
        account->debits_pending -= leg->amount;
    } else {
        assert(account->status == ACCOUNT_open || (account->status == ACCOUNT_frozen && !leg->is_debit));
    }
    assert(money_amount_valid(leg->amount));
    add_to_counter(account, leg);
    account->credits_posted += PLANTED_BUG_EACH(balance_not_from_entries, 50);
    account->version++;
    account->last_entry_us = row->created_us;
    account->is_changed = !account->is_new;

    row->account_id = account->id;
    row->is_debit = leg->is_debit;
    row->amount = leg->amount;
    row->account_version = account->version;
    row->balance_after = account_posted(account);
    memcpy(row->currency, account->currency, sizeof(row->currency));
}

/* What a statement shows of the other entries and of the transaction, when a short word says it all. */
static void note_counterparty(const struct posting *p, size_t leg, struct entry_row *row)
{
    if (p->leg_count == 2 && p->legs[0].account != p->legs[1].account) {
        row->counterparty_id = p->legs[1 - leg].account->id;
    }
    if (p->description.len == 0 && p->reference.len == 0) {
        row->kind = p->kind;
    }
}

/* Applies all legs; the rows of the transaction's entries, or NULL when out of memory. */
static const struct entry_row *add_entries(struct ledger *l, const struct posting *p,
                                           const struct posted *posted)
{
    for (size_t i = 0; i < p->leg_count; i++) {
        struct entry_row *row = plan_add_entry(&l->plan, l->arena);
        if (row == NULL) {
            l->out_of_memory = true;
            return NULL;
        }
        row->transaction_id = posted->id;
        row->leg = (int)i;
        row->created_us = posted->created_us;
        apply_leg(l, &p->legs[i], row);
        note_counterparty(p, i, row);
    }
    for (size_t i = 0; i < p->leg_count; i++) {
        assert(account_is_sound(p->legs[i].account));
    }
    return l->plan.entries + l->plan.entry_count - p->leg_count;
}

static void add_transaction(struct ledger *l, const struct command *c, const struct posted *posted)
{
    const struct posting *p = posted->posting;
    struct transaction_row *row = plan_add_transaction(&l->plan, l->arena);
    if (row == NULL) {
        l->out_of_memory = true;
        return;
    }
    *row = (struct transaction_row){
        .id = posted->id,
        .created_us = posted->created_us,
        .kind = p->kind,
        .amount = p->amount,
        .entry_count = (int)p->leg_count,
        .owner = c->envelope.owner,
        .actor = c->envelope.actor,
        .description = p->description,
        .reference = p->reference,
        .metadata = p->metadata,
    };
    assert(strlen(p->currency) < sizeof(row->currency));
    memcpy(row->currency, p->currency, strlen(p->currency));
}

static void add_details(struct ledger *l, const struct posted *posted)
{
    if (transaction_details_are_empty(&posted->posting->details)) {
        return;
    }
    struct transaction_details_row *row = plan_add_details(&l->plan, l->arena);
    if (row == NULL) {
        l->out_of_memory = true;
        return;
    }
    row->transaction_id = posted->id;
    row->details = posted->posting->details;
}

/* The transaction with its entries, left open. The reader sees the balances of what it may use. */
static void write_transaction(struct json_out *json, const struct posted *posted,
                              const struct command *reader)
{
    const struct posting *p = posted->posting;
    const struct transaction_resource transaction = {
        .id = posted->id,
        .kind = str_of(p->kind),
        .currency = str_of(p->currency),
        .description = p->description,
        .reference = p->reference,
        .metadata = p->metadata,
        .amount = p->amount,
        .created_us = posted->created_us,
        .details = p->details,
    };
    transaction_open(json, &transaction);
    json_key(json, "entries");
    json_array_open(json);
    for (size_t i = 0; i < p->leg_count; i++) {
        const struct entry_row *row = &posted->entries[i];
        const struct entry_resource entry = {
            .account = row->account_id,
            .direction = row->is_debit ? STR_LIT("debit") : STR_LIT("credit"),
            .currency = str_of(row->currency),
            .amount = row->amount,
            .balance_after = row->balance_after,
            .may_read_balance = command_may_use(reader, p->legs[i].account),
        };
        entry_write(json, &entry);
    }
    json_array_close(json);
}

/* "balances":{"acct_..":{"posted","held","available"} or null} */
static void write_balances(struct json_out *json, const struct posting *p, const struct command *reader)
{
    json_key(json, "balances");
    json_object_open(json);
    for (size_t i = 0; i < p->leg_count; i++) {
        if (is_repeated(p, i)) {
            continue;
        }
        answer_write_balance(json, reader, p->legs[i].account);
    }
    json_object_close(json);
}

static struct str text_answer(struct ledger *l, const struct posted *posted, const struct command *reader)
{
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, posting_text_max(posted->posting)));
    write_transaction(&json, posted, reader);
    write_balances(&json, posted->posting, reader);
    json_object_close(&json);
    return ledger_keep(l);
}

bool posting_post(struct ledger *l, const struct command *c, const struct posting *p,
                  struct posted *ret_posted)
{
    assert(p->leg_count >= 2 && p->leg_count <= POSTING_LEGS_MAX && is_balanced(p));
    struct posted posted = {.posting = p, .created_us = time_of(l, p)};
    posted.id = id_next_at(&l->ids, posted.created_us);
    add_transaction(l, c, &posted);
    add_details(l, &posted);
    posted.entries = add_entries(l, p, &posted);
    if (l->out_of_memory) {
        return false;
    }
    const struct event_row fact = {
        .type = "transaction.posted", .resource = "transaction", .object_id = posted.id};
    event_add(l, c, &fact);
    *ret_posted = posted;
    return true;
}

void posting_apply(struct ledger *l, const struct command *c, const struct posting *p,
                   struct answer *ret_answer)
{
    struct posted posted;
    if (!posting_post(l, c, p, &posted)) {
        *ret_answer =
            (struct answer){.outcome = OUTCOME_internal_error}; /* nobody will see it: the batch is split */
        return;
    }
    answer_with(ret_answer, OUTCOME_created, text_answer(l, &posted, c));
}

void posting_apply_into(struct ledger *l, const struct command *c, const struct posting *p,
                        struct json_out *json)
{
    struct posted posted;
    if (posting_post(l, c, p, &posted)) {
        write_transaction(json, &posted, c);
        json_object_close(json);
    }
}
