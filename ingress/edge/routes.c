/* routes.c - a row is a route: what is not here is not served. */
#include "ingress/edge/routes.h"

#include "ingress/domain/ops_request.h"
#include "ingress/domain/webhook_event.h"
#include "ingress/edge/bank_statements.h"
#include "ingress/edge/commands.h"
#include "ingress/edge/demo.h"
#include "ingress/edge/docs.h"
#include "ingress/edge/metrics_summary.h"
#include "ingress/edge/operating.h"
#include "ingress/edge/ops_calls.h"
#include "ingress/edge/reads.h"
#include "ingress/edge/webhook_endpoints.h"
#include "ingress/edge/webhooks.h"

#define BODY_MAX         ((int64_t)256 * 1024)
#define BULK_BODY_MAX    ((int64_t)4 * 1024 * 1024)
#define RESET_TIMEOUT_MS 30000
#define RECON_TIMEOUT_MS                                                                                     \
    25000 /* recon-svc says after ten seconds which run to look for, between two of its steps */
#define BULK_TIMEOUT_MS 15000 /* some may be waiting before it */

/* A row reads better than a column. */
/* clang-format off */
static const char *const account_types[] = {"user", "merchant", "system", NULL};
static const char *const account_statuses[] = {"open", "frozen", "closed", NULL};
static const char *const batch_modes[] = {"each", "all_or_none", NULL};
static const char *const directions[] = {"debit", "credit", NULL};
static const char *const hold_statuses[] = {"authorized", "partially_captured", "captured", "released", "expired", NULL};
static const char *const endpoint_statuses[] = {"enabled", "disabled", NULL};
static const char *const delivery_statuses[] = {"pending", "failed", "delivered", "dead", "missed", NULL};
static const char *const work_kinds[] = {"webhook", "charge", "payout", "delivery", NULL};
static const char *const work_states[] = {"received", "processing", "processed", "failed", "dead", NULL};
static const char *const dead_letter_statuses[] = {"open", "replayed", "discarded", NULL};
static const char *const reconcile_modes[] = {"incremental", "full", NULL};
static const char *const reconcile_states[] = {"running", "completed", "failed", "aborted", NULL};
static const char *const anomaly_states[] = {"open", "acknowledged", "resolved", "written_off", NULL};
static const char *const severities[] = {"critical", "error", "warning", NULL};
static const char *const kinds[] = {"deposit",       "withdrawal", "transfer", "hold_capture", "journal",
                                    "exchange",      "reversal",   "payment",  "refund",       "payout",
                                    "payout_return", "fee",        NULL};

#define PAGE                                                                                                 \
    {.name = "limit", .type = PARAM_LIMIT, .help = "Rows of a page, 1 to 100; 25 if absent."},               \
    {                                                                                                        \
        .name = "cursor", .type = PARAM_CURSOR, .help = "next_cursor of the page before."                    \
    }
#define CREATED                                                                                              \
    {.name = "created_from", .type = PARAM_TIME, .help = "Made at or after this time."},                     \
    {                                                                                                        \
        .name = "created_to", .type = PARAM_TIME, .help = "Made before this time."                           \
    }

static const struct param_spec account_params[] = {
    {.name = "owner", .type = PARAM_NAME, .staff_only = true, .help = "Accounts of this owner; staff only."},
    {.name = "type", .type = PARAM_WORD, .words = account_types, .help = "user, merchant or system."},
    {.name = "currency", .type = PARAM_CURRENCY, .help = "ISO 4217 code."},
    {.name = "status", .type = PARAM_WORD, .words = account_statuses, .help = "open, frozen or closed."},
    {.name = "metadata", .type = PARAM_METADATA, .help = "metadata.KEY=VALUE: has this in its metadata; up to 8."},
    CREATED,
    PAGE,
};
static const struct param_spec balance_params[] = {
    {.name = "at", .type = PARAM_TIME, .help = "The posted balance at this moment; now if absent."},
};
static const char *const statement_formats[] = {"camt.053", NULL};
static const char *const statement_results[] = {"matched", "late", "missing_here", "missing_at_bank", "amount", "currency", "date",
                                                "duplicate_at_bank", "duplicate_here", "ambiguous", "seen_before", "quarantined", NULL};
static const struct param_spec statement_params[] = {
    {.name = "format", .type = PARAM_WORD, .words = statement_formats, .help = "camt.053: of one day, as XML; with date."},
    {.name = "date", .type = PARAM_DAY, .help = "With format: the day, which must be over."},
    {.name = "from", .type = PARAM_TIME, .help = "Entries at or after this time."},
    {.name = "to", .type = PARAM_TIME, .help = "Entries before this time."},
    PAGE,
};
static const struct param_spec transaction_params[] = {
    {.name = "account", .type = PARAM_ID, .prefix = "acct", .help = "With an entry of this account."},
    {.name = "kind", .type = PARAM_WORD, .words = kinds, .help = "Why money moved."},
    {.name = "reference", .type = PARAM_TEXT, .help = "Your own reference, exactly."},
    {.name = "metadata", .type = PARAM_METADATA, .help = "metadata.KEY=VALUE: has this in its metadata; up to 8."},
    CREATED,
    PAGE,
};
static const struct param_spec batch_params[] = {
    {.name = "mode", .type = PARAM_WORD, .words = batch_modes, .help = "With application/x-ndjson, which has no room for it."},
};
static const struct param_spec hold_params[] = {
    {.name = "account", .type = PARAM_ID, .prefix = "acct", .help = "Of this account's money."},
    {.name = "status", .type = PARAM_WORD, .words = hold_statuses,
     .help = "authorized, partially_captured, captured, released or expired."},
    CREATED,
    PAGE,
};
static const struct param_spec entry_params[] = {
    {.name = "account", .type = PARAM_ID, .prefix = "acct", .help = "Of this account."},
    {.name = "transaction", .type = PARAM_ID, .prefix = "txn", .help = "Of this transaction."},
    {.name = "direction", .type = PARAM_WORD, .words = directions, .help = "debit or credit."},
    PAGE,
};
static const struct param_spec endpoint_params[] = {
    {.name = "owner", .type = PARAM_NAME, .staff_only = true, .help = "Endpoints of this owner; staff only."},
    {.name = "status", .type = PARAM_WORD, .words = endpoint_statuses, .help = "enabled or disabled."},
    PAGE,
};
static const struct param_spec delivery_params[] = {
    {.name = "endpoint", .type = PARAM_ID, .prefix = "we", .help = "To this endpoint."},
    {.name = "status", .type = PARAM_WORD, .words = delivery_statuses,
     .help = "pending, failed (a retry is due), delivered, dead, or missed while the endpoint was disabled."},
    {.name = "event_type", .type = PARAM_NAME, .help = "Of this type: transaction.posted."},
    PAGE,
};

static const struct param_spec event_params[] = {
    {.name = "object", .type = PARAM_OBJECT, .help = "About this object: its id."},
    {.name = "resource", .type = PARAM_NAME, .help = "About objects of this kind: account, transaction, hold."},
    {.name = "type", .type = PARAM_NAME, .help = "What happened: account.frozen."},
    {.name = "actor", .type = PARAM_NAME, .help = "Done by this key or service."},
    {.name = "source", .type = PARAM_TEXT, .help = "Caused by this, when no client asked for it."},
    {.name = "owner", .type = PARAM_NAME, .help = "Whose command it was."},
    CREATED,
    PAGE,
};

static const struct param_spec webhook_event_params[] = {
    {.name = "provider", .type = PARAM_NAME, .help = "Sent by this provider."},
    {.name = "event_id", .type = PARAM_TEXT, .help = "The provider's own id, exactly."},
    {.name = "event_type", .type = PARAM_TEXT, .help = "Of this type."},
    {.name = "status", .type = PARAM_WORD, .words = work_states, .help = "received, processing, processed, failed or dead."},
    CREATED,
    PAGE,
};
static const struct param_spec dead_letter_params[] = {
    {.name = "status", .type = PARAM_WORD, .words = dead_letter_statuses, .help = "open, if absent; replayed or discarded."},
    {.name = "kind", .type = PARAM_WORD, .words = work_kinds, .help = "webhook, charge, payout or delivery."},
    {.name = "event_type", .type = PARAM_TEXT, .help = "Of this type."},
    {.name = "error_contains", .type = PARAM_TEXT, .help = "With this in the error."},
    {.name = "from", .type = PARAM_TIME, .help = "Given up at or after this time."},
    {.name = "to", .type = PARAM_TIME, .help = "Given up before this time."},
    PAGE,
};

static const struct param_spec reconcile_run_params[] = {
    {.name = "mode", .type = PARAM_WORD, .words = reconcile_modes, .help = "incremental or full."},
    {.name = "status", .type = PARAM_WORD, .words = reconcile_states, .help = "running, completed, failed or aborted."},
    CREATED,
    PAGE,
};
static const struct param_spec anomaly_params[] = {
    {.name = "state", .type = PARAM_WORD, .words = anomaly_states,
     .help = "open, acknowledged, resolved or written_off; the first two if absent."},
    {.name = "code", .type = PARAM_NAME, .help = "With this code: held_mismatch."},
    {.name = "check", .type = PARAM_NAME, .help = "Of this check: R04."},
    {.name = "severity", .type = PARAM_WORD, .words = severities, .help = "critical, error or warning."},
    {.name = "family", .type = PARAM_NAME, .help = "Counted under this in the summary: invalid_holds."},
    {.name = "object", .type = PARAM_TEXT, .help = "About this object: its id."},
    PAGE,
};
static const struct param_spec bank_upload_params[] = {
    {.name = "account", .type = PARAM_ID, .prefix = "acct", .help = "Which account it is about, if the file does not say so by our id."},
};
static const struct param_spec bank_statement_params[] = {
    {.name = "account", .type = PARAM_ID, .prefix = "acct", .help = "About this account."},
    PAGE,
};
static const struct param_spec bank_line_params[] = {
    {.name = "result", .type = PARAM_WORD, .words = statement_results, .help = "Of which this became: matched, missing_here, ..."},
    PAGE,
};

#define PARAMS(p) .params = (p), .param_count = sizeof(p) / sizeof((p)[0])
#define OPEN       .access = ACCESS_PUBLIC
#define SIGNED     .access = ACCESS_SIGNED
#define IN_DEMO    .access = ACCESS_DEMO
#define NEEDS(s)   .access = ACCESS_SCOPE, .scope = SCOPE_##s
#define STAFF_NEEDS(s) NEEDS(s), .is_for_staff = true
#define ENDPOINT   .prepare = webhook_endpoints_prepare, .show = webhook_endpoints_show
#define REPLAY(which) .handle = ops_replay_##which, .body = &ops_##which##_body, .body_limit = BODY_MAX, .body_optional = true, \
                      .answers_202 = true
#define DECISION(what, is) .id_prefix = "an", .handle = ops_##what##_anomaly, .body = &ops_##is##_body, .body_limit = BODY_MAX, \
                           .answer = "anomaly"
#define COMMAND(c) .handle = commands_handle, .command = (c), .body_limit = BODY_MAX

const struct route ingress_routes[] = {
    {.method = "GET", .pattern = "/v1/currencies", NEEDS(accounts_read), .handle = reads_currencies,
     .answer = "currency_list", .summary = "The currencies that Paybus knows"},

    {.method = "POST", .pattern = "/v1/accounts", COMMAND("account.create"), NEEDS(accounts_write),
     .key = KEY_REQUIRED, .answer = "account", .summary = "Open an account"},
    {.method = "GET", .pattern = "/v1/accounts", NEEDS(accounts_read), .handle = reads_accounts,
     PARAMS(account_params), .answer = "account_list", .summary = "Your accounts; everybody's for staff"},
    {.method = "GET", .pattern = "/v1/accounts/{id}", .id_prefix = "acct", NEEDS(accounts_read),
     .handle = reads_account, .answer = "account", .summary = "One account"},
    {.method = "GET", .pattern = "/v1/accounts/{id}/balance", .id_prefix = "acct", NEEDS(accounts_read),
     .handle = reads_balance, PARAMS(balance_params), .answer = "balance",
     .summary = "Its balance now, or at any past moment from the entries"},
    {.method = "GET", .pattern = "/v1/accounts/{id}/statement", .id_prefix = "acct", NEEDS(accounts_read),
     .handle = reads_statement, PARAMS(statement_params), .answer = "statement",
     .summary = "Opening and closing balance of a time and its entries; also as text/csv"},
    {.method = "POST", .pattern = "/v1/accounts/{id}/freeze", .id_prefix = "acct", COMMAND("account.freeze"),
     NEEDS(accounts_write), .key = KEY_OPTIONAL, .body_optional = true, .answer = "account",
     .summary = "Refuse further debits"},
    {.method = "POST", .pattern = "/v1/accounts/{id}/unfreeze", .id_prefix = "acct", COMMAND("account.unfreeze"),
     NEEDS(accounts_write), .key = KEY_OPTIONAL, .body_optional = true, .answer = "account",
     .summary = "Take debits again"},
    {.method = "POST", .pattern = "/v1/accounts/{id}/close", .id_prefix = "acct", COMMAND("account.close"),
     NEEDS(accounts_write), .key = KEY_OPTIONAL, .body_optional = true, .answer = "account",
     .summary = "Close an empty account for good"},

    {.method = "POST", .pattern = "/v1/deposits", COMMAND("deposit.create"), NEEDS(deposits_write),
     .key = KEY_REQUIRED, .answer = "transaction", .summary = "Bring money in from outside"},
    {.method = "POST", .pattern = "/v1/withdrawals", COMMAND("withdrawal.create"), NEEDS(withdrawals_write),
     .key = KEY_REQUIRED, .answer = "transaction", .summary = "Pay money out"},
    {.method = "POST", .pattern = "/v1/transactions", COMMAND("transaction.create"), NEEDS(transactions_write),
     .key = KEY_REQUIRED, .answer = "transaction", .summary = "Post any balanced set of debits and credits at once"},
    {.method = "POST", .pattern = "/v1/exchanges", COMMAND("exchange.create"), NEEDS(exchanges_write),
     .key = KEY_REQUIRED, .answer = "transaction", .summary = "Sell money of one currency for another"},
    {.method = "POST", .pattern = "/v1/transactions/{id}/reverse", .id_prefix = "txn", COMMAND("transaction.reverse"),
     NEEDS(transactions_write), .key = KEY_REQUIRED, .answer = "transaction",
     .summary = "Give a transaction back, whole or in part"},
    {.method = "POST", .pattern = "/v1/transfers", COMMAND("transfer.create"), NEEDS(transactions_write),
     .key = KEY_REQUIRED, .answer = "transaction", .summary = "Move money between two accounts"},
    {.method = "POST", .pattern = "/v1/transfers/batch", .handle = commands_handle, .command = "transfer.batch",
     .body_limit = BULK_BODY_MAX, .timeout_ms = BULK_TIMEOUT_MS, NEEDS(transactions_write), .key = KEY_REQUIRED,
     .lines_of = "transfers", PARAMS(batch_params), .answers_200 = true, .answer = "batch_results",
     .summary = "Up to 1,000 transfers at once, each by itself or all or none"},

    {.method = "GET", .pattern = "/v1/transactions", NEEDS(transactions_read), .handle = reads_transactions,
     PARAMS(transaction_params), .answer = "transaction_list",
     .summary = "Transactions in which your accounts take part; all for staff"},
    {.method = "GET", .pattern = "/v1/transactions/{id}", .id_prefix = "txn", NEEDS(transactions_read),
     .handle = reads_transaction, .answer = "transaction", .summary = "One transaction with its entries"},
    {.method = "GET", .pattern = "/v1/entries", NEEDS(transactions_read), .handle = reads_entries,
     PARAMS(entry_params), .answer = "entry_list", .summary = "The ledger itself, entry by entry"},

    {.method = "POST", .pattern = "/v1/holds", COMMAND("hold.authorize"), NEEDS(holds_write),
     .key = KEY_REQUIRED, .answer = "hold_authorized", .summary = "Hold money of an account for a time"},
    {.method = "GET", .pattern = "/v1/holds", NEEDS(holds_read), .handle = reads_holds, PARAMS(hold_params),
     .answer = "hold_list", .summary = "Holds that you authorized, or of an account of yours; all for staff"},
    {.method = "GET", .pattern = "/v1/holds/{id}", .id_prefix = "hold", NEEDS(holds_read), .handle = reads_hold,
     .answer = "hold", .summary = "One hold"},
    {.method = "POST", .pattern = "/v1/holds/{id}/capture", .id_prefix = "hold", COMMAND("hold.capture"),
     NEEDS(holds_write), .key = KEY_REQUIRED, .body_optional = true, .answer = "hold_captured",
     .summary = "Take held money, whole or in part"},
    {.method = "POST", .pattern = "/v1/holds/{id}/release", .id_prefix = "hold", COMMAND("hold.release"),
     NEEDS(holds_write), .key = KEY_REQUIRED, .body_optional = true, .answer = "hold_released",
     .summary = "Give what is still held free"},

    {.method = "POST", .pattern = "/v1/webhooks/{provider}", SIGNED, .handle = webhooks_receive,
     .command = "webhook.accept", .body = &webhook_event_body, .body_limit = BODY_MAX, .answers_202 = true,
     .answer = "webhook_accepted", .summary = "What a gateway or a bank has to tell: accepted once, for ever"},
    {.method = "POST", .pattern = "/v1/webhook-endpoints", COMMAND("webhook_endpoint.create"), NEEDS(webhooks_write),
     .key = KEY_REQUIRED, ENDPOINT, .answer = "webhook_endpoint_with_secret",
     .summary = "Have events sent to an address; shows the secret that signs them"},
    {.method = "GET", .pattern = "/v1/webhook-endpoints", NEEDS(webhooks_read), .handle = reads_webhook_endpoints,
     PARAMS(endpoint_params), .answer = "webhook_endpoint_list", .summary = "Your webhook endpoints; everybody's for staff"},
    {.method = "GET", .pattern = "/v1/webhook-endpoints/{id}", .id_prefix = "we", NEEDS(webhooks_read),
     .handle = reads_webhook_endpoint, .answer = "webhook_endpoint", .summary = "One webhook endpoint"},
    {.method = "PATCH", .pattern = "/v1/webhook-endpoints/{id}", .id_prefix = "we", COMMAND("webhook_endpoint.update"),
     NEEDS(webhooks_write), .key = KEY_OPTIONAL, ENDPOINT, .answer = "webhook_endpoint",
     .summary = "Change its address or events, switch it off or on"},
    {.method = "DELETE", .pattern = "/v1/webhook-endpoints/{id}", .id_prefix = "we", COMMAND("webhook_endpoint.delete"),
     NEEDS(webhooks_write), .key = KEY_OPTIONAL, .body_optional = true, .answer = "webhook_endpoint",
     .summary = "Send nothing there any more, for good"},
    {.method = "POST", .pattern = "/v1/webhook-endpoints/{id}/rotate-secret", .id_prefix = "we",
     COMMAND("webhook_endpoint.rotate_secret"), NEEDS(webhooks_write), .key = KEY_REQUIRED, .body_optional = true,
     ENDPOINT, .answer = "webhook_endpoint_with_secret",
     .summary = "Make a new secret; for a day the one before signs as well"},
    {.method = "POST", .pattern = "/v1/webhook-endpoints/{id}/test", .id_prefix = "we", NEEDS(webhooks_write),
     .handle = ops_test_endpoint, .body = &ops_one_body, .body_limit = BODY_MAX, .body_optional = true, .answers_202 = true,
     .answer = "webhook_test", .summary = "Send an example event there"},
    {.method = "POST", .pattern = "/v1/webhook-endpoints/{id}/recover", .id_prefix = "we", NEEDS(webhooks_write),
     .handle = ops_recover_endpoint, .body = &ops_recovery_body, .body_limit = BODY_MAX, .answers_202 = true,
     .answer = "webhook_recovery", .summary = "Send again what was missed or given up since a time"},
    {.method = "GET", .pattern = "/v1/webhook-deliveries", NEEDS(webhooks_read), .handle = reads_webhook_deliveries,
     PARAMS(delivery_params), .answer = "webhook_delivery_list",
     .summary = "What was sent to your webhook endpoints, or will be"},
    {.method = "GET", .pattern = "/v1/webhook-deliveries/{id}", .id_prefix = "dlv", NEEDS(webhooks_read),
     .handle = reads_webhook_delivery, .answer = "webhook_delivery_with_attempts",
     .summary = "One delivery with its body and every try"},
    {.method = "POST", .pattern = "/v1/webhook-deliveries/{id}/retry", .id_prefix = "dlv", NEEDS(webhooks_write),
     .handle = ops_retry_delivery, .body = &ops_one_body, .body_limit = BODY_MAX, .body_optional = true, .answers_202 = true,
     .answer = "webhook_recovery", .summary = "Send one again that failed, was missed or given up"},

    {.method = "GET", .pattern = "/v1/webhooks/events", NEEDS(ops), .handle = reads_webhook_events,
     PARAMS(webhook_event_params), .answer = "webhook_event_list", .summary = "What providers sent, and what became of it"},
    {.method = "GET", .pattern = "/v1/webhooks/events/{id}", .id_prefix = "whe", NEEDS(ops),
     .handle = reads_webhook_event, .answer = "webhook_event", .summary = "One inbound event with its payload"},
    {.method = "POST", .pattern = "/v1/webhooks/events/{id}/replay", .id_prefix = "whe", STAFF_NEEDS(dlq_write), REPLAY(one),
     .answer = "replayed", .summary = "Put a failed or dead event back to work"},
    {.method = "GET", .pattern = "/v1/dlq", NEEDS(ops), .handle = reads_dead_letters, PARAMS(dead_letter_params),
     .answer = "dead_letter_list", .summary = "Work that was given up"},
    {.method = "GET", .pattern = "/v1/dlq/{id}", .id_prefix = "dl", NEEDS(ops), .handle = reads_dead_letter,
     .answer = "dead_letter", .summary = "One dead letter with its message"},
    {.method = "POST", .pattern = "/v1/dlq/{id}/replay", .id_prefix = "dl", STAFF_NEEDS(dlq_write), REPLAY(one),
     .answer = "replayed", .summary = "Put a dead letter back to work"},
    {.method = "POST", .pattern = "/v1/dlq/{id}/discard", .id_prefix = "dl", STAFF_NEEDS(dlq_write), .handle = ops_discard_dead_letter,
     .body = &ops_note_body, .body_limit = BODY_MAX, .answer = "discarded",
     .summary = "Nobody wants a dead letter: it is resolved without an effect"},
    {.method = "POST", .pattern = "/v1/dlq/replay", STAFF_NEEDS(dlq_write), REPLAY(many), .answer = "replayed",
     .summary = "Put many dead letters back to work, or count them"},

    {.method = "POST", .pattern = "/v1/reconcile/run", STAFF_NEEDS(reconcile_write), .handle = ops_reconcile, .body = &ops_recon_body,
     .body_limit = BODY_MAX, .body_optional = true, .timeout_ms = RECON_TIMEOUT_MS, .answers_200 = true,
     .answers_202 = true, .answer = "reconcile_report",
     .summary = "Prove the books now: its report, or within ten seconds where it will be"},
    {.method = "GET", .pattern = "/v1/reconcile/latest", NEEDS(ops), .handle = reads_latest_reconcile_run,
     .answer = "reconcile_report", .summary = "The newest completed run, and what was open at its end"},
    {.method = "GET", .pattern = "/v1/reconcile/runs", NEEDS(ops), .handle = reads_reconcile_runs,
     PARAMS(reconcile_run_params), .answer = "reconcile_run_list", .summary = "Runs of reconciliation"},
    {.method = "GET", .pattern = "/v1/reconcile/runs/{id}", .id_prefix = "run", NEEDS(ops), .handle = reads_reconcile_run,
     .answer = "reconcile_report", .summary = "One run, and what was open at its end"},
    {.method = "GET", .pattern = "/v1/reconcile/anomalies", NEEDS(ops), .handle = reads_anomalies, PARAMS(anomaly_params),
     .answer = "anomaly_list", .summary = "What is wrong with what"},
    {.method = "GET", .pattern = "/v1/reconcile/anomalies/{id}", .id_prefix = "an", NEEDS(ops), .handle = reads_anomaly,
     .answer = "anomaly", .summary = "One anomaly, and what was decided about it"},
    {.method = "POST", .pattern = "/v1/reconcile/anomalies/{id}/acknowledge", STAFF_NEEDS(reconcile_write), DECISION(acknowledge, note),
     .summary = "Somebody looks into it"},
    {.method = "POST", .pattern = "/v1/reconcile/anomalies/{id}/resolve", STAFF_NEEDS(reconcile_write), DECISION(resolve, resolution),
     .summary = "It is put right, or it is to be written off"},
    {.method = "POST", .pattern = "/v1/reconcile/anomalies/{id}/approve", STAFF_NEEDS(reconcile_write), DECISION(approve, note),
     .summary = "Write it off, as another person asked"},
    {.method = "POST", .pattern = "/v1/reconcile/statements", NEEDS(reconcile_write), .handle = bank_statements_receive,
     PARAMS(bank_upload_params), .takes_files = bank_statement_types, .body_limit = BULK_BODY_MAX, .timeout_ms = BULK_TIMEOUT_MS,
     .answer = "bank_statement", .summary = "A bank's statement of an account, as CSV or camt.053: held against our entries"},
    {.method = "GET", .pattern = "/v1/reconcile/statements", NEEDS(ops), .handle = reads_bank_statements,
     PARAMS(bank_statement_params), .answer = "bank_statement_list", .summary = "Statements of banks that came"},
    {.method = "GET", .pattern = "/v1/reconcile/statements/{id}", .id_prefix = "stm", NEEDS(ops), .handle = reads_bank_statement,
     .answer = "bank_statement", .summary = "One statement of a bank with its balances and results"},
    {.method = "GET", .pattern = "/v1/reconcile/statements/{id}/lines", .id_prefix = "stm", NEEDS(ops),
     .handle = reads_bank_statement_lines, PARAMS(bank_line_params), .answer = "bank_statement_line_list",
     .summary = "What became of each of its lines, and of entries that it should have"},
    {.method = "POST", .pattern = "/v1/reconcile/statements/{id}/withdraw", .id_prefix = "stm", NEEDS(reconcile_write),
     .handle = ops_withdraw_statement, .body = &ops_note_body, .body_limit = BODY_MAX, .answer = "bank_statement",
     .summary = "It was sent by mistake: what it said is open no more, what it explained is open again"},

    {.method = "POST", .pattern = "/v1/demo/fund", COMMAND("deposit.create"), IN_DEMO, .key = KEY_OPTIONAL,
     .answer = "transaction", .summary = "Demonstrations: bring money in"},
    {.method = "POST", .pattern = "/v1/demo/inject-failure", IN_DEMO, .handle = ops_inject_failure,
     .body = &ops_injection_body, .body_limit = BODY_MAX, .answer = "injected_failure",
     .summary = "Demonstrations: let the work on an inbound event fail"},
    {.method = "POST", .pattern = "/v1/demo/reset", IN_DEMO, .handle = ops_reset, .body = &ops_one_body,
     .body_limit = BODY_MAX, .body_optional = true, .timeout_ms = RESET_TIMEOUT_MS, .answer = "demo_reset",
     .summary = "Demonstrations: everything as it was at first"},
    {.method = "GET", .pattern = "/v1/demo/stats", IN_DEMO, .handle = demo_stats, .answer = "demo_stats",
     .summary = "Demonstrations: the figures"},

    {.method = "GET", .pattern = "/v1/events", NEEDS(ops), .handle = reads_events, PARAMS(event_params),
     .answer = "event_list", .summary = "The fact log: every change of state"},
    {.method = "GET", .pattern = "/v1/audit", NEEDS(ops), .handle = reads_audit, PARAMS(event_params),
     .answer = "audit_list", .summary = "The audit trail: who did what to which object, why, before and after"},
    {.method = "GET", .pattern = "/v1/chain", NEEDS(ops), .handle = reads_chain, .answer = "chain",
     .summary = "The newest block of the hash chain over the ledger, to be kept elsewhere"},

    {.method = "GET", .pattern = "/livez", OPEN, .handle = operating_livez, .summary = "Is the process running?"},
    {.method = "GET", .pattern = "/readyz", OPEN, .handle = operating_readyz,
     .summary = "Can it serve? Its dependencies, and not stopping"},
    {.method = "GET", .pattern = "/health", OPEN, .handle = operating_health, .summary = "All well?"},
    {.method = "GET", .pattern = "/health/detailed", OPEN, .handle = operating_health_detailed,
     .summary = "Each dependency with its latency"},
    {.method = "GET", .pattern = "/metrics", OPEN, .handle = operating_metrics,
     .summary = "Prometheus text exposition"},
    {.method = "GET", .pattern = "/metrics/summary", OPEN, .handle = metrics_summary, .answer = "metrics_summary",
     .summary = "How requests went since the start, in a few figures"},
    {.method = "GET", .pattern = "/openapi.json", OPEN, .handle = operating_openapi, .summary = "This document"},
    {.method = "GET", .pattern = "/docs", OPEN, .handle = docs_page, .summary = "This document for people"},
    {.method = "GET", .pattern = "/docs/{file}", OPEN, .handle = docs_file, .summary = "Part of /docs"},
    {.method = "GET", .pattern = "/problems/{code}", OPEN, .handle = operating_problem,
     .summary = "What a problem's code means"},
};
/* clang-format on */
const size_t ingress_route_count = sizeof(ingress_routes) / sizeof(ingress_routes[0]);
