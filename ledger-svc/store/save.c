/* save.c - see save.h. An INSERT from arrays writes exactly as many rows as the arrays have or raises: no ON
   CONFLICT, and a shorter array would be padded with NULLs that the columns refuse. An UPDATE could miss
   rows, so it counts them. */
#include "ledger-svc/store/save.h"

#include <stdlib.h>

#include "ledger-svc/store/accepted_webhooks.h"
#include "ledger-svc/store/columns.h"
#include "ledger-svc/store/save_objects.h"
#include "ledger_statements.h"
#include "shared/core/planted_bug.h"
#include "shared/io/crash_point.h"

/* At most: accounts inserted and updated, transactions, details, holds inserted and updated, reversals
   inserted and updated, webhook endpoints inserted and updated, events, keys, sources, webhook events, a
   planted bug, COMMIT. */
#define SAVE_STEPS_MAX 16

/* An account and its words. */
struct account_row {
    struct account account;
    const char *type, *role, *status;
};

/* The tables below are in the order of their statements' parameters. */
/* clang-format off */
#define ACCOUNT(type, use, field, member) COLUMN(type, use, field, account_row, member)
static const struct column new_account_columns[] = {
    ACCOUNT(UUID, EACH, UUID, account.id),
    ACCOUNT(TEXT, EACH, STR, account.owner),
    ACCOUNT(TEXT, EACH, NAME, type),
    ACCOUNT(TEXT, EACH, NAME, role),
    ACCOUNT(TEXT, EACH, CODE, account.currency),
    ACCOUNT(TEXT, EACH, STR, account.name),
    ACCOUNT(TEXT, EACH, NAME, status),
    ACCOUNT(BOOL, EACH, BOOL, account.allow_negative),
    ACCOUNT(INT8, EACH, INT64, account.debits_posted),
    ACCOUNT(INT8, EACH, INT64, account.credits_posted),
    ACCOUNT(INT8, EACH, INT64, account.debits_pending),
    ACCOUNT(INT8, EACH, INT64, account.credits_pending),
    ACCOUNT(INT8, EACH, INT64, account.version),
    ACCOUNT(TIME, EACH, TIME, account.last_entry_us),
    ACCOUNT(JSON, EACH, STR, account.metadata),
    ACCOUNT(TIME, EACH, TIME, account.created_us),
};
static const struct column changed_account_columns[] = {
    ACCOUNT(UUID, EACH, UUID, account.id),
    ACCOUNT(PLACE, EACH, PLACE, account.place),
    ACCOUNT(INT8, EACH, INT64, account.loaded_version),
    ACCOUNT(INT8, EACH, INT64, account.debits_posted),
    ACCOUNT(INT8, EACH, INT64, account.credits_posted),
    ACCOUNT(INT8, SHARED, INT64, account.debits_pending),
    ACCOUNT(INT8, SHARED, INT64, account.credits_pending),
    ACCOUNT(INT8, EACH, INT64, account.version),
    ACCOUNT(TIME, SHARED, TIME, account.last_entry_us),
    ACCOUNT(TEXT, SHARED, NAME, status),
};
#define TRANSACTION(type, use, field, member) COLUMN(type, use, field, transaction_row, member)
static const struct column transaction_columns[] = {
    TRANSACTION(UUID, EACH, UUID, id),
    TRANSACTION(TEXT, SHARED, NAME, kind),
    TRANSACTION(INT8, EACH, INT64, amount),
    TRANSACTION(TEXT, SHARED, CODE, currency),
    TRANSACTION(INT2, SHARED, INT, entry_count),
    TRANSACTION(TEXT, SHARED, STR, owner),
    TRANSACTION(TEXT, SHARED, STR, actor),
    TRANSACTION(TEXT, OPTIONAL, STR, description),
    TRANSACTION(TEXT, OPTIONAL, STR, reference),
    TRANSACTION(JSON, OPTIONAL, STR, metadata),
    TRANSACTION(TIME, SHARED, TIME, created_us),
};
#define ENTRY(type, use, field, member) COLUMN(type, use, field, entry_row, member)
static const struct column entry_columns[] = {
    ENTRY(UUID, EACH, UUID, transaction_id),
    ENTRY(INT2, EACH, INT, leg),
    ENTRY(UUID, EACH, UUID, account_id),
    ENTRY(INT8, EACH, INT64, account_version),
    ENTRY(BOOL, EACH, BOOL, is_debit),
    ENTRY(INT8, EACH, INT64, amount),
    ENTRY(TEXT, SHARED, CODE, currency),
    ENTRY(INT8, EACH, INT64, balance_after),
    ENTRY(TIME, SHARED, TIME, created_us),
    ENTRY(UUID, EACH, UUID, counterparty_id),
    ENTRY(TEXT, SHARED, NAME, kind),
};
#define EVENT(type, use, field, member) COLUMN(type, use, field, event_row, member)
static const struct column event_columns[] = {
    EVENT(UUID, EACH, UUID, id),
    EVENT(TEXT, SHARED, NAME, type),
    EVENT(TEXT, SHARED, NAME, resource),
    EVENT(UUID, EACH, UUID, object_id),
    EVENT(UUID, EACH, UUID, command_id),
    EVENT(TEXT, SHARED, STR, owner),
    EVENT(TEXT, SHARED, STR, actor),
    EVENT(TEXT, OPTIONAL, STR, source),
    EVENT(TEXT, OPTIONAL, STR, traceparent),
    EVENT(JSON, OPTIONAL, STR, before),
    EVENT(JSON, OPTIONAL, STR, after),
};
#define KEY(type, use, field, member) COLUMN(type, use, field, key_row, member)
static const struct column key_columns[] = {
    KEY(UUID, EACH, UUID, digest),
    KEY(TEXT, SHARED, STR, owner),
    KEY(TEXT, EACH, STR, key),
    KEY(BYTEA, EACH, DIGEST, fingerprint),
    KEY(UUID, EACH, UUID, command_id),
    KEY(INT2, SHARED, INT, status),
    KEY(TEXT, EACH, STR, body),
};
#define SOURCE(type, use, field, member) COLUMN(type, use, field, source_row, member)
static const struct column source_columns[] = {
    SOURCE(UUID, EACH, UUID, digest),
    SOURCE(TEXT, EACH, STR, source),
    SOURCE(UUID, EACH, UUID, command_id),
    SOURCE(INT2, EACH, INT, status),
    SOURCE(TEXT, EACH, STR, body),
};
/* clang-format on */

/* The accounts of the batch that are (or are not) new and have something to store. */
static size_t select_accounts(const struct ledger *l, bool is_new, struct account_row *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; i < l->account_count; i++) {
        const struct account *a = l->accounts[i];
        if (a->is_new == is_new && (a->is_new || a->is_changed))
            ret_rows[n++] = (struct account_row){.account = *a,
                                                 .type = account_type_name(a->type),
                                                 .role = account_role_name(a->role),
                                                 .status = account_status_name(a->status)};
    }
    return n;
}

static enum status send_accounts(struct store *st, struct ledger *l, int *steps)
{
    struct account_row *rows = arena_alloc_array(l->arena, l->account_count + 1, sizeof *rows);
    if (rows == NULL)
        return STATUS_FULL;
    enum status s = STATUS_OK;
    size_t count = select_accounts(l, true, rows);
    if (count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, new_account_columns, rows, count);
        s = db_pipeline_send(st->db, LEDGER_SQL_INSERT_ACCOUNTS, &st->params);
        ++*steps;
    }
    count = select_accounts(l, false, rows);
    if (s == STATUS_OK && count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, changed_account_columns, rows, count);
        db_param_int8(&st->params, (int64_t)count);
        s = db_pipeline_send(st->db, LEDGER_SQL_UPDATE_ACCOUNTS, &st->params);
        ++*steps;
    }
    return s;
}

static enum status send_transactions(struct store *st, const struct plan *plan)
{
    db_params_reset(&st->params);
    COLUMNS_ADD(&st->params, transaction_columns, plan->transactions, plan->transaction_count);
    COLUMNS_ADD(&st->params, entry_columns, plan->entries, plan->entry_count);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_TRANSACTIONS, &st->params);
}

static enum status send_events(struct store *st, const struct plan *plan, int64_t now_us)
{
    db_params_reset(&st->params);
    COLUMNS_ADD(&st->params, event_columns, plan->events, plan->event_count);
    db_param_time(&st->params, now_us);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_EVENTS, &st->params);
}

static int compare_keys(const void *a, const void *b)
{
    return uuid_compare(&((const struct key_row *)a)->digest, &((const struct key_row *)b)->digest);
}

static enum status send_keys(struct store *st, struct plan *plan, int64_t db_now_us)
{
    qsort(plan->keys, plan->key_count, sizeof *plan->keys, compare_keys);
    db_params_reset(&st->params);
    COLUMNS_ADD(&st->params, key_columns, plan->keys, plan->key_count);
    db_param_time(&st->params, db_now_us);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_KEYS, &st->params);
}

static int compare_sources(const void *a, const void *b)
{
    return uuid_compare(&((const struct source_row *)a)->digest, &((const struct source_row *)b)->digest);
}

static enum status send_sources(struct store *st, struct plan *plan, int64_t db_now_us)
{
    qsort(plan->sources, plan->source_count, sizeof *plan->sources, compare_sources);
    db_params_reset(&st->params);
    COLUMNS_ADD(&st->params, source_columns, plan->sources, plan->source_count);
    db_param_time(&st->params, db_now_us);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_SOURCES, &st->params);
}

/* Sends what the plan has, or what makes COMMIT wait for a standby as if it had something, then COMMIT.
   Gives the number of statements sent in *ret_steps. */
static enum status send_all(struct store *st, struct ledger *l, int64_t db_now_us, int *ret_steps)
{
    struct plan *plan = &l->plan;
    int steps = 0;
    enum status s = db_pipeline_begin(st->db);
    if (s == STATUS_OK)
        s = send_accounts(st, l, &steps);
    if (s == STATUS_OK && plan->transaction_count > 0) {
        s = send_transactions(st, plan);
        steps++;
    }
    if (s == STATUS_OK)
        s = save_objects(st, l, &steps);
    if (s == STATUS_OK && plan->event_count > 0) {
        s = send_events(st, plan, l->now_us);
        steps++;
    }
    if (s == STATUS_OK && plan->key_count > 0) {
        s = send_keys(st, plan, db_now_us);
        steps++;
    }
    if (s == STATUS_OK && plan->source_count > 0) {
        s = send_sources(st, plan, db_now_us);
        steps++;
    }
    if (s == STATUS_OK && plan->webhook_count > 0) {
        s = webhook_events_save(st, plan, l->now_us);
        steps++;
    }
    if (s == STATUS_OK && steps == 0) {
        s = db_pipeline_send(st->db, LEDGER_SQL_FORCE_SYNCHRONOUS_COMMIT, NULL);
        steps++;
    }
    if (s == STATUS_OK && PLANTED_BUG(ack_before_commit)) {
        s = db_pipeline_send_sql(st->db, "set local synchronous_commit = off");
        steps++;
    }
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(st->db, "commit");
    *ret_steps = steps + 1;
    return s;
}

enum status store_save(struct store *st, struct ledger *l, int64_t db_now_us)
{
    PGresult *results[SAVE_STEPS_MAX] = {NULL};
    int steps = 0;
    crash_point("ledger.before_commit");
    enum status s = send_all(st, l, db_now_us, &steps);
    if (s != STATUS_OK)
        return s; /* COMMIT is the last message, and a failed send means that it did not leave whole */
    s = db_pipeline_finish(st->db, results, steps);
    bool committed = s == STATUS_OK && db_committed(results[steps - 1]);
    for (int i = 0; i < steps; i++)
        db_result_ptr(&results[i]);
    if (committed && db_commit_is_local(st->db))
        return STATUS_UNKNOWN; /* done here, but a failover would lose it: the repeat waits for the standby */
    if (committed) {
        crash_point("ledger.after_commit");
        return STATUS_OK;
    }
    if (s == STATUS_OK)
        return STATUS_FAILED; /* COMMIT that reports ROLLBACK */
    /* A session that answers and is outside a working transaction has refused. One that was ended, or that is
       silent, proves nothing. */
    PGTransactionStatusType tx = PQtransactionStatus(db_raw(st->db));
    return tx == PQTRANS_INERROR || tx == PQTRANS_IDLE ? s : STATUS_UNKNOWN;
}

bool store_rollback(struct store *st)
{
    if (PQpipelineStatus(db_raw(st->db)) != PQ_PIPELINE_OFF)
        return false; /* it was given up half sent, for want of memory */
    PGTransactionStatusType tx = PQtransactionStatus(db_raw(st->db));
    if (tx == PQTRANS_INERROR || tx == PQTRANS_INTRANS)
        return db_exec(st->db, "rollback") == STATUS_OK;
    return tx == PQTRANS_IDLE;
}
