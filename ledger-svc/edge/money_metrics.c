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

/* Two workers that meet a new pair at once are given the same series. */
static struct metric *volume_of(size_t kind, const struct currency *currency)
{
    size_t count;
    _Atomic(struct metric *) *place = &volumes[kind][currency - currency_list(&count)];
    struct metric *m = atomic_load_explicit(place, memory_order_relaxed);
    if (m != NULL)
        return m;
    char labels[64];
    (void)snprintf(labels, sizeof labels, "kind=\"%s\",currency=\"%s\"", kinds[kind], currency->code);
    m = metrics_counter("paybus_ledger_volume_minor_units_total",
                        "Amounts of stored transactions, in minor units of their currency.", labels);
    atomic_store_explicit(place, m, memory_order_relaxed);
    return m;
}

void money_metrics_count(const struct plan *stored)
{
    metric_add(entries, (int64_t)stored->entry_count);
    for (size_t i = 0; i < stored->transaction_count; i++) {
        const struct transaction_row *row = &stored->transactions[i];
        const struct currency *currency = currency_find((struct str){row->currency, strlen(row->currency)});
        size_t kind = kind_index(row->kind);
        if (kind == KINDS || currency == NULL)
            continue;
        metric_add(transactions[kind], 1);
        metric_add(volume_of(kind, currency), row->amount);
    }
}
