/* command_metrics.c - paybus_ledger_commands_total{command,code}. What a command is known to answer is there
   with 0 from the start; any other code gets its series when it first comes: all there could be are 1,500. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "ledger-svc/edge/ledger_metrics.h"

#define COMMAND_TYPES_MAX 64
#define CODES_MAX         10
#define PREFIXES_MAX      12
#define MONEY             "deposit.", "withdrawal.", "transfer.", "hold.", "transaction.", "exchange."

/* Codes of the commands whose names begin so; "": of all. */
static const struct code_row {
    const char *prefixes[PREFIXES_MAX];
    enum outcome codes[CODES_MAX];
    size_t code_count;
} code_rows[] = {
    {{""},
     {OUTCOME_ok, OUTCOME_idempotency_key_reused, OUTCOME_internal_error, OUTCOME_busy, OUTCOME_unavailable,
      OUTCOME_deadline_exceeded, OUTCOME_outcome_unknown},
     7},
    {{"account.create", "webhook_endpoint.create", "webhook_endpoint.rotate_secret", "dead_letter.",
      "deposit.", "withdrawal.", "transfer.", "hold.authorize", "hold.capture", "transaction.", "exchange."},
     {OUTCOME_created},
     1},
    {{MONEY},
     {OUTCOME_account_not_found, OUTCOME_account_frozen, OUTCOME_account_closed, OUTCOME_insufficient_funds,
      OUTCOME_balance_overflow},
     5},
    {{"deposit.", "withdrawal.", "transfer.", "hold.authorize", "transaction.create"},
     {OUTCOME_currency_mismatch, OUTCOME_same_account},
     2},
    {{"account.", "hold.", "transaction.", "webhook_endpoint."}, {OUTCOME_forbidden, OUTCOME_not_found}, 2},
    {{"account.close"}, {OUTCOME_account_not_empty}, 1},
    {{"transfer.batch"}, {OUTCOME_batch_refused, OUTCOME_batch_unfinished}, 2},
    {{"transaction.create"}, {OUTCOME_condition_not_met, OUTCOME_unbalanced, OUTCOME_amount_out_of_range}, 3},
    {{"exchange."}, {OUTCOME_same_account, OUTCOME_same_currency, OUTCOME_amount_out_of_range}, 3},
    {{"hold."}, {OUTCOME_hold_expired, OUTCOME_invalid_hold_state, OUTCOME_amount_exceeds_hold}, 3},
    {{"transaction.reverse"},
     {OUTCOME_already_reversed, OUTCOME_amount_exceeds_original, OUTCOME_not_reversible, OUTCOME_whole_only},
     4},
    {{"webhook.accept"}, {OUTCOME_accepted, OUTCOME_webhook_event_id_reused}, 2},
    {{"webhook_endpoint."}, {OUTCOME_missing_field, OUTCOME_invalid_value}, 2},
    {{"webhook_endpoint.create"},
     {OUTCOME_too_many_webhook_endpoints, OUTCOME_too_many_new_webhook_endpoints},
     2},
};
#define CODE_ROWS (sizeof code_rows / sizeof code_rows[0])

static _Atomic(struct metric *) counters[COMMAND_TYPES_MAX][OUTCOME_COUNT];

/* Two workers that meet a new pair at once are given the same series. */
static struct metric *counter_of(const struct command_type *types, size_t t, enum outcome o)
{
    struct metric *m = atomic_load_explicit(&counters[t][o], memory_order_relaxed);
    if (m != NULL)
        return m;
    char labels[160];
    (void)snprintf(labels, sizeof labels, "command=\"%s\",code=\"%s\"", types[t].name, outcome_code(o));
    m = metrics_counter("paybus_ledger_commands_total", "Commands answered, by code.", labels);
    atomic_store_explicit(&counters[t][o], m, memory_order_relaxed);
    return m;
}

static bool is_meant(const struct code_row *row, const char *name)
{
    for (size_t i = 0; i < PREFIXES_MAX && row->prefixes[i] != NULL; i++)
        if (strncmp(name, row->prefixes[i], strlen(row->prefixes[i])) == 0)
            return true;
    return false;
}

void command_metrics_init(void)
{
    size_t count;
    const struct command_type *types = command_type_list(&count);
    for (size_t t = 0; t < count && t < COMMAND_TYPES_MAX; t++)
        for (size_t r = 0; r < CODE_ROWS; r++)
            for (size_t c = 0; is_meant(&code_rows[r], types[t].name) && c < code_rows[r].code_count; c++)
                (void)counter_of(types, t, code_rows[r].codes[c]);
}

void ledger_metrics_count(const struct command_type *type, enum outcome o)
{
    size_t count;
    const struct command_type *types = command_type_list(&count);
    for (size_t t = 0; t < count && t < COMMAND_TYPES_MAX; t++)
        if (&types[t] == type)
            metric_add(counter_of(types, t, o), 1);
}
