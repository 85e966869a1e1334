/* work.c - see work.h. */
#include "webhook-svc/store/work.h"

#include <assert.h>
#include <stdio.h>

#include "webhook_statements.h"

static void add_ids(struct db_params *p, const struct uuid *ids, size_t count)
{
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, &ids[i]);
    db_array_close(p);
}

/* Three arrays: ids, generations, attempts. size is that of what each attempt stands at the beginning of. */
static void add_attempts(struct db_params *p, const void *rows, size_t count, size_t size)
{
    const char *at = rows;
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, &((const struct attempt_row *)(at + i * size))->id);
    db_array_close(p);
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, ((const struct attempt_row *)(at + i * size))->generation);
    db_array_close(p);
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, ((const struct attempt_row *)(at + i * size))->attempts);
    db_array_close(p);
}

enum status store_send_ids(struct db *db, struct db_params *p, int statement, const struct uuid *ids,
                           size_t count)
{
    db_params_reset(p);
    add_ids(p, ids, count);
    return db_pipeline_send(db, statement, p);
}

enum status store_send_load_work(struct db *db, struct db_params *p, enum work_kind kind,
                                 const struct uuid *ids, size_t count)
{
    db_params_reset(p);
    add_ids(p, ids, count);
    db_param_text(p, str_of(work_kind_name(kind)));
    return db_pipeline_send(db, WEBHOOK_SQL_LOAD_WORK, p);
}

enum status store_query_ids(struct db *db, struct db_params *p, int statement, const struct work_ids *ids,
                            PGresult **ret_rows)
{
    db_params_reset(p);
    add_ids(p, ids->ids, ids->count);
    return db_query(db, statement, p, ret_rows);
}

enum status store_look_at_work(struct db *db, struct db_params *p, enum work_kind kind,
                               const struct work_ids *ids, PGresult **ret_rows)
{
    db_params_reset(p);
    add_ids(p, ids->ids, ids->count);
    db_param_text(p, str_of(work_kind_name(kind)));
    return db_query(db, WEBHOOK_SQL_LOOK_AT_WORK, p, ret_rows);
}

static int64_t time_or_zero(const PGresult *r, int row, int column)
{
    return db_is_null(r, row, column) ? 0 : db_get_time(r, row, column);
}

void store_read_work(const PGresult *r, int row, enum work_kind kind, struct work *ret_work,
                     int64_t *ret_now_us)
{
    struct str trace = db_get_str(r, row, 8);
    struct work w = {.id = db_get_uuid(r, row, 0),
                     .object_id = db_get_uuid(r, row, 1),
                     .kind = kind,
                     .generation = (int)db_get_int(r, row, 3),
                     .attempts = (int)db_get_int(r, row, 4),
                     .next_attempt_us = time_or_zero(r, row, 5),
                     .lease_until_us = time_or_zero(r, row, 6),
                     .enqueued_us = db_get_time(r, row, 7),
                     .updated_us = db_get_time(r, row, 10),
                     .lapses = (int)db_get_int(r, row, 11),
                     .is_alone = db_get_bool(r, row, 12),
                     .is_parked = db_get_bool(r, row, 13)};
    enum status s = work_state_parse(db_get_str(r, row, 2), &w.state);
    assert(s == STATUS_OK);
    (void)s;
    (void)snprintf(w.traceparent, sizeof w.traceparent, "%.*s", (int)trace.len,
                   trace.data != NULL ? trace.data : "");
    *ret_work = w;
    *ret_now_us = db_get_time(r, row, 9);
}

enum status store_send_claim_work(struct db *db, struct db_params *p, const struct claim_row *rows,
                                  size_t count, int64_t lease_ms)
{
    db_params_reset(p);
    add_attempts(p, rows, count, sizeof *rows);
    db_param_int8(p, lease_ms);
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, rows[i].lapses);
    db_array_close(p);
    db_array_open(p, DB_BOOL);
    for (size_t i = 0; i < count; i++)
        db_array_bool(p, rows[i].is_alone);
    db_array_close(p);
    return db_pipeline_send(db, WEBHOOK_SQL_CLAIM_WORK, p);
}

static void add_states(struct db_params *p, const struct end_row *rows, size_t count)
{
    db_array_open(p, DB_TEXT);
    for (size_t i = 0; i < count; i++) {
        struct str state = str_of(work_state_name(rows[i].state));
        db_array_bytes(p, state.data, state.len);
    }
    db_array_close(p);
}

static void add_begun(struct db_params *p, const struct end_row *rows, size_t count)
{
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, rows[i].begun);
    db_array_close(p);
}

static void add_unclaimed(struct db_params *p, const struct end_row *rows, size_t count)
{
    db_array_open(p, DB_BOOL);
    for (size_t i = 0; i < count; i++)
        db_array_bool(p, rows[i].is_unclaimed);
    db_array_close(p);
}

enum status store_find_unended_work(struct db *db, struct db_params *p, const struct end_row *rows,
                                    size_t count, PGresult **ret_rows)
{
    db_params_reset(p);
    add_attempts(p, rows, count, sizeof *rows);
    add_unclaimed(p, rows, count);
    return db_query(db, WEBHOOK_SQL_FIND_UNENDED_WORK, p, ret_rows);
}

enum status store_find_ended_work(struct db *db, struct db_params *p, const struct end_row *rows,
                                  size_t count, PGresult **ret_rows)
{
    db_params_reset(p);
    add_attempts(p, rows, count, sizeof *rows);
    add_states(p, rows, count);
    add_begun(p, rows, count);
    return db_query(db, WEBHOOK_SQL_FIND_ENDED_WORK, p, ret_rows);
}

enum status store_send_finish_work(struct db *db, struct db_params *p, const struct end_row *rows,
                                   size_t count)
{
    db_params_reset(p);
    add_attempts(p, rows, count, sizeof *rows);
    add_states(p, rows, count);
    db_array_open(p, DB_INT8);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, rows[i].delay_ms);
    db_array_close(p);
    db_array_open(p, DB_TEXT);
    for (size_t i = 0; i < count; i++) {
        struct str error = str_of(rows[i].error);
        db_array_bytes(p, rows[i].error != NULL ? error.data : NULL, error.len);
    }
    db_array_close(p);
    add_begun(p, rows, count);
    db_array_open(p, DB_BOOL);
    for (size_t i = 0; i < count; i++)
        db_array_bool(p, rows[i].is_parked);
    db_array_close(p);
    add_unclaimed(p, rows, count);
    return db_pipeline_send(db, WEBHOOK_SQL_FINISH_WORK, p);
}

enum status store_claim_begun_work(struct db *db, struct db_params *p, const struct begun_attempts *attempts,
                                   PGresult **ret_rows)
{
    db_params_reset(p);
    add_attempts(p, attempts->rows, attempts->count, sizeof *attempts->rows);
    db_param_int8(p, attempts->lease_ms);
    return db_query(db, WEBHOOK_SQL_CLAIM_BEGUN_WORK, p, ret_rows);
}

enum status store_renew_leases(struct db *db, struct db_params *p, const struct attempt_row *rows,
                               size_t count, int64_t lease_ms)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(p);
    add_attempts(p, rows, count, sizeof *rows);
    db_param_int8(p, lease_ms);
    return db_query(db, WEBHOOK_SQL_RENEW_LEASES, p, &r);
}
