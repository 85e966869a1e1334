/* transaction_check.c - see transaction_check.h. What several checks would say about one fault, the first
   that explains it says. */
#include "recon-svc/domain/transaction_check.h"

#include <stdio.h>
#include <string.h>

static void add(const struct transaction_facts *t, enum check check, const char *currency,
                const int64_t amounts[2], struct anomalies *found)
{
    struct anomaly a = anomaly_amount(check, OBJECT_transaction, &t->id, currency, amounts);
    anomalies_add(found, &a);
}

static bool kind_is(const struct transaction_facts *t, const char *kind)
{
    return str_eq_c(t->kind, kind);
}

/* All other kinds move one currency between accounts. */
static bool may_mix_currencies(const struct transaction_facts *t)
{
    return kind_is(t, "exchange") || kind_is(t, "journal") || kind_is(t, "reversal");
}

/* What the legs leave over in a currency; "" for all of them together. */
static int64_t net_of(const struct transaction_facts *t, const char *currency)
{
    int64_t net = 0;
    for (size_t i = 0; i < t->leg_count; i++) {
        const struct transaction_leg *leg = &t->legs[i];
        if (currency[0] == '\0' || strcmp(leg->currency, currency) == 0) {
            net += leg->is_debit ? -leg->amount : leg->amount;
        }
    }
    return net;
}

/* Numbers run from 0 without gaps. */
static bool check_count(const struct transaction_facts *t, struct anomalies *found)
{
    bool is_whole = t->entry_count == (int64_t)t->leg_count;
    for (size_t i = 0; i < t->leg_count && is_whole; i++) {
        is_whole = t->legs[i].number == (int64_t)i;
    }
    if (!is_whole) {
        add(t, t->leg_count == 0 ? CHECK_transaction_without_entries : CHECK_wrong_entry_count, "",
            (const int64_t[]){t->entry_count, (int64_t)t->leg_count}, found);
    }
    return is_whole;
}

/* False when it says so. */
static bool check_currency(const struct transaction_facts *t, struct anomalies *found)
{
    for (size_t i = 0; i < t->leg_count && !may_mix_currencies(t); i++) {
        if (strcmp(t->legs[i].currency, t->currency) != 0) {
            struct anomaly a = {.check = CHECK_currency_mismatch, .type = OBJECT_transaction, .id = t->id};
            (void)snprintf(a.detail, sizeof a.detail, "A transaction in %s has an entry in %s.", t->currency,
                           t->legs[i].currency);
            anomalies_add(found, &a);
            return false;
        }
    }
    return true;
}

/* False when it says so. Each currency once: at the first leg that has it. */
static bool check_balance(const struct transaction_facts *t, struct anomalies *found)
{
    if (!may_mix_currencies(t)) {
        int64_t net = net_of(t, "");
        if (net != 0) {
            add(t, CHECK_unbalanced_transaction, t->currency, (const int64_t[]){0, net}, found);
        }
        return net == 0;
    }
    for (size_t i = 0; i < t->leg_count; i++) {
        int64_t net = net_of(t, t->legs[i].currency);
        if (net != 0) {
            add(t, CHECK_unbalanced_transaction, t->legs[i].currency, (const int64_t[]){0, net}, found);
            return false;
        }
    }
    return true;
}

static void check_amount(const struct transaction_facts *t, struct anomalies *found)
{
    bool is_simple = t->leg_count == 2 && !kind_is(t, "journal");
    if ((is_simple || kind_is(t, "exchange")) && t->leg_count > 0 && t->legs[0].amount != t->amount) {
        add(t, CHECK_amount_mismatch, t->currency, (const int64_t[]){t->legs[0].amount, t->amount}, found);
    }
}

static void check_rate(const struct transaction_facts *t, struct anomalies *found)
{
    if (!kind_is(t, "exchange") || t->leg_count != 4 || t->rate_denominator == 0) {
        return;
    }
    __int128 product = (__int128)t->legs[0].amount * t->rate_numerator;
    __int128 whole = product / t->rate_denominator, twice_rest = 2 * (product % t->rate_denominator);
    bool is_up = twice_rest > t->rate_denominator || (twice_rest == t->rate_denominator && whole % 2 == 1);
    __int128 bought = t->rounds_half_even && is_up ? whole + 1 : whole;
    if (bought != t->legs[3].amount) {
        add(t, CHECK_exchange_off_rate, t->legs[3].currency,
            (const int64_t[]){(int64_t)bought, t->legs[3].amount}, found);
    }
}

static void check_notes(const struct transaction_facts *t, struct anomalies *found)
{
    for (size_t i = 0; i < t->leg_count; i++) {
        const struct transaction_leg *leg = &t->legs[i];
        bool is_kind = leg->kind.len == 0 || str_eq(leg->kind, t->kind);
        bool is_other = !leg->has_counterparty ||
                        (t->leg_count == 2 && uuid_compare(&leg->counterparty, &t->legs[1 - i].account) == 0);
        if (!is_kind || !is_other) {
            struct anomaly a = {.check = CHECK_entry_note_mismatch, .type = OBJECT_transaction, .id = t->id};
            anomalies_add(found, &a);
            return;
        }
    }
}

int64_t transaction_latest_us(const struct transaction_facts *t)
{
    int64_t latest_us = t->created_us;
    for (size_t i = 0; i < t->leg_count; i++) {
        latest_us = t->legs[i].created_us > latest_us ? t->legs[i].created_us : latest_us;
    }
    return latest_us;
}

static void check_times(const struct transaction_facts *t, int64_t now_us, struct anomalies *found)
{
    if (transaction_latest_us(t) > now_us) {
        struct anomaly a = {.check = CHECK_time_in_future, .type = OBJECT_transaction, .id = t->id};
        anomalies_add(found, &a);
    }
}

void transaction_check(const struct transaction_facts *t, int64_t now_us, struct anomalies *found)
{
    check_times(t, now_us, found);
    if (kind_is(t, "reversal") && uuid_is_zero(&t->reverses)) {
        struct anomaly a = {
            .check = CHECK_reversal_without_original, .type = OBJECT_transaction, .id = t->id};
        anomalies_add(found, &a);
    }
    if (!check_count(t, found)) {
        return;
    }
    bool is_one_currency = check_currency(t, found);
    if (!check_balance(t, found) || !is_one_currency) {
        return;
    }
    check_amount(t, found);
    check_rate(t, found);
    check_notes(t, found);
}
