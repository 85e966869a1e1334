/* account_walk.c - see account_walk.h. */
#include "recon-svc/domain/account_walk.h"

#include <stdio.h>
#include <string.h>

void account_walk_begin(struct account_walk *w, const struct account_place *from)
{
    w->place = w->clean = *from;
    w->is_clean = true;
    w->balance_lost = w->is_rewritten = false;
}

static void add(const struct account_walk *w, enum check check, const char *currency, int64_t expected,
                int64_t actual)
{
    struct anomaly a = anomaly_amount(check, OBJECT_account, &w->place.account, currency,
                                      (const int64_t[]){expected, actual});
    anomalies_add(w->found, &a);
}

/* With the words of the entry that it shows at. */
static void add_at(struct account_walk *w, enum check check, const struct account_entry *e,
                   const int64_t amounts[2])
{
    struct anomaly a = anomaly_amount(check, OBJECT_account, &w->place.account,
                                      check == CHECK_version_gap ? "" : e->currency, amounts);
    (void)snprintf(a.detail, sizeof a.detail, "%s Version %lld.", check_row(check)->sentence,
                   (long long)e->version);
    anomalies_add(w->found, &a);
    w->is_clean = false;
}

static void compare_balance(struct account_walk *w, const struct account_entry *e, int64_t balance_before)
{
    int64_t balance = balance_before + (e->is_debit ? -e->amount : e->amount);
    if (balance == e->balance_after || w->balance_lost) {
        return;
    }
    w->balance_lost = true;
    add_at(w, CHECK_running_balance_mismatch, e, (const int64_t[]){balance, e->balance_after});
}

static void compare_currency(struct account_walk *w, const struct account_row *row,
                             const struct account_entry *e)
{
    if (row == NULL || !row->is_known || strcmp(row->currency, e->currency) == 0) {
        return;
    }
    struct anomaly a = {.check = CHECK_currency_mismatch, .type = OBJECT_transaction, .id = e->transaction};
    (void)snprintf(a.detail, sizeof a.detail, "An entry in %s is on an account in %s.", e->currency,
                   row->currency);
    anomalies_add(w->found, &a);
    w->is_clean = false;
}

/* Entries that are right by themselves and were others when they were proved. */
static void compare_checkpoint(struct account_walk *w, const struct account_entry *e)
{
    const struct account_place *c = &w->checkpoint;
    if (c->version != w->place.version || c->version == 0 || !w->is_clean) {
        return;
    }
    if (c->debits != w->place.debits || c->credits != w->place.credits) {
        w->is_rewritten = true;
        add(w, CHECK_checkpoint_mismatch, e->currency, c->credits - c->debits,
            w->place.credits - w->place.debits);
    }
}

void account_walk_entry(struct account_walk *w, const struct account_row *row, const struct account_entry *e)
{
    struct account_place *p = &w->place;
    int64_t balance_before = p->credits - p->debits;
    bool is_next = e->version == p->version + 1;
    if (!is_next) {
        add_at(w, CHECK_version_gap, e, (const int64_t[]){p->version + 1, e->version});
    } else {
        compare_balance(w, e, balance_before);
    }
    if (e->created_us < p->last_us) {
        add_at(w, CHECK_entries_out_of_order, e, (const int64_t[]){p->last_us, e->created_us});
    }
    compare_currency(w, row, e);
    *(e->is_debit ? &p->debits : &p->credits) += e->amount;
    w->balance_lost = w->balance_lost || !is_next; /* what is missing shows in the sums */
    p->version = e->version;
    p->last_us = e->created_us;
    if (w->is_clean) {
        w->clean = *p;
    }
    compare_checkpoint(w, e);
}

static void compare_held(const struct account_walk *w, const struct account_row *row)
{
    if (row->debits_pending != row->open_holds) {
        add(w, CHECK_held_mismatch, row->currency, row->open_holds, row->debits_pending);
    } else if (row->held != row->open_holds) {
        add(w, CHECK_held_mismatch, row->currency, row->open_holds, row->held);
    }
    if (row->credits_pending != 0) {
        add(w, CHECK_pending_credits, row->currency, 0, row->credits_pending);
    }
}

static void compare_state(const struct account_walk *w, const struct account_row *row)
{
    int64_t posted = row->credits_posted - row->debits_posted, available = posted - row->debits_pending;
    if (available < 0 && !row->may_be_negative) {
        add(w, CHECK_negative_available, row->currency, 0, available);
    }
    if (row->is_closed && (posted != 0 || (row->closed_us != 0 && w->place.last_us > row->closed_us))) {
        add(w, CHECK_closed_account_moved, row->currency, 0, posted);
    }
    if (row->is_clearing && posted != 0 && w->place.last_us < w->now_us - w->clearing_us) {
        add(w, CHECK_clearing_not_zero, row->currency, 0, posted);
    }
}

/* What the account must be: what its entries make of it, or, when it went back behind what an earlier run
   proved, that: what is gone cannot be read any more. */
static const struct account_place *find_wanted(const struct account_walk *w, const struct account_row *row)
{
    bool is_behind = row->version < w->checkpoint.version && w->place.version < w->checkpoint.version;
    return is_behind ? &w->checkpoint : &w->place;
}

void account_walk_end(struct account_walk *w, const struct account_row *row)
{
    const struct account_place *p = find_wanted(w, row);
    w->is_rewritten = w->is_rewritten || p == &w->checkpoint;
    if (!row->is_known) {
        if (p->version > 0) {
            add(w, CHECK_entries_without_account, "", 0, p->version);
        }
        return;
    }
    if (row->debits_posted != p->debits) {
        add(w, CHECK_debits_mismatch, row->currency, p->debits, row->debits_posted);
    }
    if (row->credits_posted != p->credits) {
        add(w, CHECK_credits_mismatch, row->currency, p->credits, row->credits_posted);
    }
    if (row->version != p->version) {
        add(w, CHECK_version_mismatch, "", p->version, row->version);
    }
    compare_held(w, row);
    compare_state(w, row);
}
