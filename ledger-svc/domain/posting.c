/* posting.c - one balanced set of entries: counters, rows, the event and the answer. */
#include "ledger-svc/domain/posting.h"

#include <assert.h>
#include <string.h>

#include "ledger-svc/domain/event.h"

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

static size_t text_max(const struct posting *p)
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

static void apply_leg(const struct posting_leg *leg, struct entry_row *row)
{
    struct account *account = leg->account;
    if (leg->is_held) {
        assert(leg->is_debit && account_check_capture(account, leg->amount) == OUTCOME_ok);
        account->debits_pending -= leg->amount;
        account->debits_posted += leg->amount;
    } else if (leg->is_debit) {
        assert(account_check_debit(account, leg->amount) == OUTCOME_ok);
        account->debits_posted += leg->amount;
    } else {
        assert(account_check_credit(account, leg->amount) == OUTCOME_ok);
        account->credits_posted += leg->amount;
    }
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
        apply_leg(&p->legs[i], row);
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
    json_out_init(&json, ledger_scratch(l, text_max(posted->posting)));
    write_transaction(&json, posted, reader);
    write_balances(&json, posted->posting, reader);
    json_object_close(&json);
    return ledger_keep(l);
}

bool posting_post(struct ledger *l, const struct command *c, const struct posting *p,
                  struct posted *ret_posted)
{
    assert(p->leg_count >= 2 && is_balanced(p));
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
