/* money_metrics.c - see money_metrics.h. Shared by all workers. */
#include "ledger-svc/edge/money_metrics.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/currency.h"
#include "shared/io/metrics.h"

#define CURRENCIES_MAX 256

/* The database's transaction_kind. */
static const char *const kinds[] = {"deposit", "withdrawal", "transfer",      "hold_capture",
                                    "journal", "exchange",   "reversal",      "payment",
                                    "refund",  "payout",     "payout_return", "fee"};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct metric *transactions[KINDS], *entries;
static _Atomic(struct metric *) volumes[KINDS][CURRENCIES_MAX];

void money_metrics_init(void)
{
    size_t currencies;
    (void)currency_list(&currencies);
    assert(currencies <= CURRENCIES_MAX);
    entries = metrics_counter("paybus_ledger_entries_total", "Entries stored.", "");
    for (size_t k = 0; k < KINDS; k++) {
        char labels[48];
        (void)snprintf(labels, sizeof labels, "kind=\"%s\"", kinds[k]);
        transactions[k] =
            metrics_counter("paybus_ledger_transactions_total", "Transactions stored, by kind.", labels);
    }
}

static size_t kind_index(const char *kind)
{
    size_t k = 0;
    while (k < KINDS && strcmp(kinds[k], kind) != 0)
        k++;
    return k;
}

/* Two workers that meet a new currency at once are given the same series. */
static void see_currency(const struct currency *currency)
{
    size_t count, c = (size_t)(currency - currency_list(&count));
    if (atomic_load_explicit(&volumes[KINDS - 1][c], memory_order_acquire) != NULL)
        return;
    for (size_t k = 0; k < KINDS; k++) {
        char labels[64];
        (void)snprintf(labels, sizeof labels, "kind=\"%s\",currency=\"%s\"", kinds[k], currency->code);
        atomic_store_explicit(
            &volumes[k][c],
            metrics_counter("paybus_ledger_volume_minor_units_total",
                            "Amounts of stored transactions, in minor units of their currency.", labels),
            memory_order_release);
    }
}

/* NULL: not known any more. */
static const struct currency *seen_currency(const char *code)
{
    const struct currency *currency = currency_find((struct str){code, strlen(code)});
    if (currency != NULL)
        see_currency(currency);
    return currency;
}

static void add_volume(size_t kind, const struct currency *currency, int64_t amount)
{
    size_t count, c = (size_t)(currency - currency_list(&count));
    metric_add(atomic_load_explicit(&volumes[kind][c], memory_order_relaxed), amount);
}

void money_metrics_count(const struct ledger *stored)
{
    const struct plan *plan = &stored->plan;
    metric_add(entries, (int64_t)plan->entry_count);
    for (size_t i = 0; i < stored->account_count; i++)
        if (stored->accounts[i]->is_new)
            (void)seen_currency(stored->accounts[i]->currency);
    for (size_t i = 0; i < plan->transaction_count; i++) {
        const struct transaction_row *row = &plan->transactions[i];
        const struct currency *currency = seen_currency(row->currency);
        size_t kind = kind_index(row->kind);
        if (kind == KINDS || currency == NULL)
            continue;
        metric_add(transactions[kind], 1);
        add_volume(kind, currency, row->amount);
    }
}
