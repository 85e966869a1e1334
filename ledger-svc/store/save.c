/* save.c - see save.h. An INSERT from arrays writes exactly as many rows as the arrays have or raises: no ON
   CONFLICT, and a shorter array would be padded with NULLs that the columns refuse. An UPDATE could miss
   rows, so it counts them. */
#include "ledger-svc/store/save.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_statements.h"
#include "shared/io/crash_point.h"

/* At most: accounts inserted and updated, transactions, events, keys, sources, COMMIT. */
#define SAVE_STEPS_MAX 7

/* One column of an array of rows. */
#define COLUMN(p, type, rows, count, row_type, append)                                                       \
    do {                                                                                                     \
        db_array_open(p, type);                                                                              \
        for (size_t row_i = 0; row_i < (count); row_i++) {                                                   \
            const struct row_type *row = &(rows)[row_i];                                                     \
            append;                                                                                          \
        }                                                                                                    \
        db_array_close(p);                                                                                   \
    } while (0)

static void add_str(struct db_params *p, struct str s)
{
    db_array_bytes(p, s.len > 0 ? s.data : NULL, s.len); /* empty is NULL */
}

static void add_cstr(struct db_params *p, const char *s)
{
    db_array_bytes(p, s, strlen(s));
}

/* The accounts of the batch that are (or are not) new and have something to store. */
static size_t select_accounts(const struct ledger *l, bool is_new, const struct account **ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; i < l->account_count; i++) {
        const struct account *a = l->accounts[i];
        if (a->is_new == is_new && (a->is_new || a->is_changed))
            ret_rows[n++] = a;
    }
    return n;
}

#define ACCOUNT_COLUMN(type, append)                                                                         \
    do {                                                                                                     \
        db_array_open(p, type);                                                                              \
        for (size_t row_i = 0; row_i < count; row_i++) {                                                     \
            const struct account *a = rows[row_i];                                                           \
            append;                                                                                          \
        }                                                                                                    \
        db_array_close(p);                                                                                   \
    } while (0)

static void add_last_entry(struct db_params *p, const struct account *a)
{
    if (a->last_entry_us == 0)
        db_array_null(p);
    else
        db_array_time(p, a->last_entry_us);
}

static enum status send_new_accounts(struct store *st, const struct account *const *rows, size_t count)
{
    struct db_params *p = &st->params;
    db_params_reset(p);
    ACCOUNT_COLUMN(DB_UUID, db_array_uuid(p, &a->id));
    ACCOUNT_COLUMN(DB_TEXT, add_str(p, a->owner));
    ACCOUNT_COLUMN(DB_TEXT, add_cstr(p, account_type_name(a->type)));
    ACCOUNT_COLUMN(DB_TEXT, add_str(p, str_of(account_role_name(a->role))));
    ACCOUNT_COLUMN(DB_TEXT, add_cstr(p, a->currency));
    ACCOUNT_COLUMN(DB_TEXT, add_str(p, a->name));
    ACCOUNT_COLUMN(DB_TEXT, add_cstr(p, account_status_name(a->status)));
    ACCOUNT_COLUMN(DB_BOOL, db_array_bool(p, a->allow_negative));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->debits_posted));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->credits_posted));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->debits_pending));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->credits_pending));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->version));
    ACCOUNT_COLUMN(DB_TIME, add_last_entry(p, a));
    ACCOUNT_COLUMN(DB_JSON, add_str(p, a->metadata));
    ACCOUNT_COLUMN(DB_TIME, db_array_time(p, a->created_us));
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_ACCOUNTS, p);
}

static enum status send_changed_accounts(struct store *st, const struct account *const *rows, size_t count)
{
    struct db_params *p = &st->params;
    db_params_reset(p);
    ACCOUNT_COLUMN(DB_UUID, db_array_uuid(p, &a->id));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->loaded_version));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->debits_posted));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->credits_posted));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->debits_pending));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->credits_pending));
    ACCOUNT_COLUMN(DB_INT8, db_array_int(p, a->version));
    ACCOUNT_COLUMN(DB_TIME, add_last_entry(p, a));
    ACCOUNT_COLUMN(DB_TEXT, add_cstr(p, account_status_name(a->status)));
    db_param_int8(p, (int64_t)count);
    return db_pipeline_send(st->db, LEDGER_SQL_UPDATE_ACCOUNTS, p);
}

#define TRANSACTION_COLUMN(type, append)                                                                     \
    COLUMN(p, type, plan->transactions, plan->transaction_count, transaction_row, append)
#define ENTRY_COLUMN(type, append)  COLUMN(p, type, plan->entries, plan->entry_count, entry_row, append)
#define EVENT_COLUMN(type, append)  COLUMN(p, type, plan->events, plan->event_count, event_row, append)
#define KEY_COLUMN(type, append)    COLUMN(p, type, plan->keys, plan->key_count, key_row, append)
#define SOURCE_COLUMN(type, append) COLUMN(p, type, plan->sources, plan->source_count, source_row, append)

static enum status send_transactions(struct store *st, const struct plan *plan)
{
    struct db_params *p = &st->params;
    db_params_reset(p);
    TRANSACTION_COLUMN(DB_UUID, db_array_uuid(p, &row->id));
    TRANSACTION_COLUMN(DB_TEXT, add_cstr(p, row->kind));
    TRANSACTION_COLUMN(DB_INT8, db_array_int(p, row->amount));
    TRANSACTION_COLUMN(DB_TEXT, add_cstr(p, row->currency));
    TRANSACTION_COLUMN(DB_INT2, db_array_int(p, row->entry_count));
    TRANSACTION_COLUMN(DB_TEXT, add_str(p, row->owner));
    TRANSACTION_COLUMN(DB_TEXT, add_str(p, row->actor));
    TRANSACTION_COLUMN(DB_TEXT, add_str(p, row->description));
    TRANSACTION_COLUMN(DB_TEXT, add_str(p, row->reference));
    TRANSACTION_COLUMN(DB_JSON, add_str(p, row->metadata));
    TRANSACTION_COLUMN(DB_TIME, db_array_time(p, row->created_us));
    ENTRY_COLUMN(DB_UUID, db_array_uuid(p, &row->transaction_id));
    ENTRY_COLUMN(DB_INT2, db_array_int(p, row->leg));
    ENTRY_COLUMN(DB_UUID, db_array_uuid(p, &row->account_id));
    ENTRY_COLUMN(DB_INT8, db_array_int(p, row->account_version));
    ENTRY_COLUMN(DB_BOOL, db_array_bool(p, row->is_debit));
    ENTRY_COLUMN(DB_INT8, db_array_int(p, row->amount));
    ENTRY_COLUMN(DB_TEXT, add_cstr(p, row->currency));
    ENTRY_COLUMN(DB_INT8, db_array_int(p, row->balance_after));
    ENTRY_COLUMN(DB_TIME, db_array_time(p, row->created_us));
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_TRANSACTIONS, p);
}

static enum status send_events(struct store *st, const struct plan *plan, int64_t now_us)
{
    struct db_params *p = &st->params;
    db_params_reset(p);
    EVENT_COLUMN(DB_UUID, db_array_uuid(p, &row->id));
    EVENT_COLUMN(DB_TEXT, add_cstr(p, row->type));
    EVENT_COLUMN(DB_TEXT, add_cstr(p, row->resource));
    EVENT_COLUMN(DB_UUID, db_array_uuid(p, &row->object_id));
    EVENT_COLUMN(DB_UUID, db_array_uuid(p, &row->command_id));
    EVENT_COLUMN(DB_TEXT, add_str(p, row->owner));
    EVENT_COLUMN(DB_TEXT, add_str(p, row->actor));
    EVENT_COLUMN(DB_TEXT, add_str(p, row->source));
    EVENT_COLUMN(DB_TEXT, add_str(p, row->traceparent));
    EVENT_COLUMN(DB_JSON, add_str(p, row->before));
    EVENT_COLUMN(DB_JSON, add_str(p, row->after));
    db_param_time(p, now_us);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_EVENTS, p);
}

static int compare_keys(const void *a, const void *b)
{
    return uuid_compare(&((const struct key_row *)a)->digest, &((const struct key_row *)b)->digest);
}

static enum status send_keys(struct store *st, struct plan *plan, int64_t db_now_us)
{
    struct db_params *p = &st->params;
    qsort(plan->keys, plan->key_count, sizeof *plan->keys, compare_keys);
    db_params_reset(p);
    KEY_COLUMN(DB_UUID, db_array_uuid(p, &row->digest));
    KEY_COLUMN(DB_TEXT, add_str(p, row->owner));
    KEY_COLUMN(DB_TEXT, add_str(p, row->key));
    KEY_COLUMN(DB_BYTEA, db_array_bytes(p, row->fingerprint.bytes, DIGEST_SIZE));
    KEY_COLUMN(DB_UUID, db_array_uuid(p, &row->command_id));
    KEY_COLUMN(DB_INT2, db_array_int(p, row->status));
    KEY_COLUMN(DB_TEXT, db_array_bytes(p, row->body.data, row->body.len));
    db_param_time(p, db_now_us);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_KEYS, p);
}

static int compare_sources(const void *a, const void *b)
{
    return uuid_compare(&((const struct source_row *)a)->digest, &((const struct source_row *)b)->digest);
}

static enum status send_sources(struct store *st, struct plan *plan, int64_t db_now_us)
{
    struct db_params *p = &st->params;
    qsort(plan->sources, plan->source_count, sizeof *plan->sources, compare_sources);
    db_params_reset(p);
    SOURCE_COLUMN(DB_UUID, db_array_uuid(p, &row->digest));
    SOURCE_COLUMN(DB_TEXT, add_str(p, row->source));
    SOURCE_COLUMN(DB_UUID, db_array_uuid(p, &row->command_id));
    SOURCE_COLUMN(DB_INT2, db_array_int(p, row->status));
    SOURCE_COLUMN(DB_TEXT, db_array_bytes(p, row->body.data, row->body.len));
    db_param_time(p, db_now_us);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_SOURCES, p);
}

static enum status send_accounts(struct store *st, struct ledger *l, int *steps)
{
    const struct account **rows = arena_alloc_array(l->arena, l->account_count + 1, sizeof *rows);
    if (rows == NULL)
        return STATUS_FULL;
    enum status s = STATUS_OK;
    size_t count = select_accounts(l, true, rows);
    if (count > 0) {
        s = send_new_accounts(st, rows, count);
        ++*steps;
    }
    count = select_accounts(l, false, rows);
    if (s == STATUS_OK && count > 0) {
        s = send_changed_accounts(st, rows, count);
        ++*steps;
    }
    return s;
}

/* Sends what the plan has, then COMMIT; *ret_steps is the number of statements sent. */
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
    PGTransactionStatusType tx = PQtransactionStatus(db_raw(st->db));
    if (tx == PQTRANS_INERROR || tx == PQTRANS_INTRANS)
        return db_exec(st->db, "rollback") == STATUS_OK;
    return tx == PQTRANS_IDLE;
}
