/* save_objects.c - see save_objects.h. */
#include "ledger-svc/store/save_objects.h"

#include "ledger-svc/store/columns.h"
#include "ledger-svc/store/endpoints.h"
#include "ledger_statements.h"

/* A hold and its word. */
struct hold_row {
    struct hold hold;
    const char *status;
};

/* The tables below are in the order of their statements' parameters. */
/* clang-format off */
#define DETAILS(type, use, field, member) COLUMN(type, use, field, transaction_details_row, member)
static const struct column details_columns[] = {
    DETAILS(UUID, EACH, UUID, transaction_id),
    DETAILS(UUID, OPTIONAL, UUID, details.reverses),
    DETAILS(UUID, OPTIONAL, UUID, details.hold),
    DETAILS(TEXT, OPTIONAL, STR, details.reason),
    DETAILS(INT8, OPTIONAL, POSITIVE, details.rate_numerator),
    DETAILS(INT8, OPTIONAL, POSITIVE, details.rate_denominator),
    DETAILS(TEXT, OPTIONAL, STR, details.rounding),
};
#define HOLD(type, use, field, member) COLUMN(type, use, field, hold_row, member)
static const struct column new_hold_columns[] = {
    HOLD(UUID, EACH, UUID, hold.id),
    HOLD(UUID, EACH, UUID, hold.account_id),
    HOLD(UUID, EACH, UUID, hold.destination_id),
    HOLD(TEXT, SHARED, STR, hold.owner),
    HOLD(TEXT, SHARED, CODE, hold.currency),
    HOLD(INT8, EACH, INT64, hold.amount),
    HOLD(TEXT, OPTIONAL, STR, hold.description),
    HOLD(TEXT, OPTIONAL, STR, hold.reference),
    HOLD(JSON, OPTIONAL, STR, hold.metadata),
    HOLD(TIME, EACH, TIME, hold.expires_us),
    HOLD(TIME, SHARED, TIME, hold.created_us),
};
static const struct column changed_hold_columns[] = {
    HOLD(UUID, EACH, UUID, hold.id),
    HOLD(INT8, EACH, INT64, hold.loaded_captured),
    HOLD(INT8, EACH, INT64, hold.captured),
    HOLD(TEXT, EACH, NAME, status),
    HOLD(UUID, OPTIONAL, UUID, hold.capture_id),
    HOLD(TIME, SHARED, TIME, hold.updated_us),
};
#define REVERSAL(type, use, field, member) COLUMN(type, use, field, original, member)
static const struct column new_reversal_columns[] = {
    REVERSAL(UUID, EACH, UUID, id),
    REVERSAL(INT8, EACH, INT64, amount),
    REVERSAL(INT8, EACH, INT64, reversed),
    REVERSAL(TIME, SHARED, TIME, updated_us),
};
static const struct column changed_reversal_columns[] = {
    REVERSAL(UUID, EACH, UUID, id),
    REVERSAL(INT8, EACH, INT64, loaded_reversed),
    REVERSAL(INT8, EACH, INT64, reversed),
    REVERSAL(TIME, SHARED, TIME, updated_us),
};
/* clang-format on */

static enum status send_details(struct store *st, const struct plan *plan, int *steps)
{
    if (plan->details_count == 0)
        return STATUS_OK;
    ++*steps;
    db_params_reset(&st->params);
    COLUMNS_ADD(&st->params, details_columns, plan->details, plan->details_count);
    return db_pipeline_send(st->db, LEDGER_SQL_INSERT_TRANSACTION_DETAILS, &st->params);
}

/* The holds of the batch that are (or are not) new and have something to store. */
static size_t select_holds(const struct ledger *l, bool is_new, struct hold_row *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; i < l->hold_count; i++) {
        const struct hold *h = l->holds[i];
        if (h->is_new == is_new && (h->is_new || h->is_changed))
            ret_rows[n++] = (struct hold_row){.hold = *h, .status = hold_status_name(h->status)};
    }
    return n;
}

static enum status send_holds(struct store *st, struct ledger *l, int *steps)
{
    struct hold_row *rows = arena_alloc_array(l->arena, l->hold_count + 1, sizeof *rows);
    if (rows == NULL)
        return STATUS_FULL;
    enum status s = STATUS_OK;
    size_t count = select_holds(l, true, rows);
    if (count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, new_hold_columns, rows, count);
        s = db_pipeline_send(st->db, LEDGER_SQL_INSERT_HOLDS, &st->params);
        ++*steps;
    }
    count = select_holds(l, false, rows);
    if (s == STATUS_OK && count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, changed_hold_columns, rows, count);
        db_param_int8(&st->params, (int64_t)count);
        s = db_pipeline_send(st->db, LEDGER_SQL_UPDATE_HOLDS, &st->params);
        ++*steps;
    }
    return s;
}

/* The originals of which something was given back for the first time, or again. */
static size_t select_originals(const struct ledger *l, bool is_first, struct original *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; i < l->original_count; i++) {
        const struct original *o = l->originals[i];
        if (o->is_changed && (o->loaded_reversed == 0) == is_first)
            ret_rows[n++] = *o;
    }
    return n;
}

static enum status send_reversals(struct store *st, struct ledger *l, int *steps)
{
    struct original *rows = arena_alloc_array(l->arena, l->original_count + 1, sizeof *rows);
    if (rows == NULL)
        return STATUS_FULL;
    enum status s = STATUS_OK;
    size_t count = select_originals(l, true, rows);
    if (count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, new_reversal_columns, rows, count);
        s = db_pipeline_send(st->db, LEDGER_SQL_INSERT_REVERSALS, &st->params);
        ++*steps;
    }
    count = select_originals(l, false, rows);
    if (s == STATUS_OK && count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, changed_reversal_columns, rows, count);
        db_param_int8(&st->params, (int64_t)count);
        s = db_pipeline_send(st->db, LEDGER_SQL_UPDATE_REVERSALS, &st->params);
        ++*steps;
    }
    return s;
}

enum status save_objects(struct store *st, struct ledger *l, int *steps)
{
    enum status s = send_details(st, &l->plan, steps);
    if (s == STATUS_OK && l->hold_count > 0)
        s = send_holds(st, l, steps);
    if (s == STATUS_OK && l->original_count > 0)
        s = send_reversals(st, l, steps);
    if (s == STATUS_OK && l->endpoint_count > 0)
        s = endpoints_save(st, l, steps);
    return s;
}
