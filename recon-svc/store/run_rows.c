/* run_rows.c - see run_rows.h. */
#include "recon-svc/store/run_rows.h"

#include "recon_statements.h"

/* Places in read_run.sql. */
enum {
    RUN_ID,
    RUN_MODE,
    RUN_TRIGGER,
    RUN_ACTOR,
    RUN_STATE,
    RUN_ERROR,
    RUN_SUMMARY,
    RUN_EVENTS,
    RUN_ENTRIES,
    RUN_ACCOUNTS,
    RUN_STARTED,
    RUN_FINISHED,
    RUN_IS_COMPLETE,
    RUN_COVERED,
    RUN_NEWEST
};

static struct db_params *fresh(struct store *s)
{
    db_params_reset(&s->params);
    return &s->params;
}

enum status run_take(struct store *s, bool *ret_is_mine)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)fresh(s);
    enum status status = store_query(s, RECON_SQL_TAKE_RUN, &r);
    if (status == STATUS_OK)
        *ret_is_mine = db_get_bool(r, 0, 0);
    return status;
}

enum status run_find_running(struct store *s, struct uuid *ret_id)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)fresh(s);
    enum status status = store_query(s, RECON_SQL_FIND_RUNNING_RUN, &r);
    if (status == STATUS_OK)
        *ret_id = PQntuples(r) > 0 ? db_get_uuid(r, 0, 0) : (struct uuid){0};
    return status;
}

enum status run_abort_left(struct store *s, int64_t *ret_aborted)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)fresh(s);
    enum status status = store_write(s, RECON_SQL_ABORT_RUNS, &r);
    if (status == STATUS_OK)
        *ret_aborted = PQntuples(r);
    return status;
}

enum status run_last_place(struct store *s, struct run_place *ret_place)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)fresh(s);
    enum status status = store_query(s, RECON_SQL_FIND_LAST_RUN, &r);
    if (status != STATUS_OK)
        return status;
    *ret_place = (struct run_place){0};
    if (PQntuples(r) > 0)
        *ret_place = (struct run_place){.pairing_seq = db_get_int(r, 0, 0),
                                        .transaction = db_get_uuid(r, 0, 1),
                                        .block_number = db_get_int(r, 0, 2),
                                        .block_hash = chain_digest(r, 0, 3),
                                        .seq = db_get_int(r, 0, 4)};
    return STATUS_OK;
}

static void add_text(struct store *s, const char *text)
{
    db_param_text(&s->params, str_of(text));
}

enum status run_insert(struct store *s, const struct run_request *run, int64_t from_seq, int64_t *ret_mark,
                       int64_t *ret_above)
{
    CLEANUP(db_result_ptr) PGresult *newest = NULL, *r = NULL;
    (void)fresh(s);
    enum status status = store_query(s, RECON_SQL_FIND_NEWEST_EVENT, &newest);
    if (status != STATUS_OK)
        return status;
    db_param_uuid(fresh(s), &run->id);
    add_text(s, run->mode);
    add_text(s, run->trigger);
    add_text(s, run->actor);
    add_text(s, run->instance);
    db_param_int8(&s->params, from_seq);
    db_param_int8(&s->params, db_get_int(newest, 0, 0));
    status = store_write(s, RECON_SQL_INSERT_RUN, &r);
    if (status != STATUS_OK)
        return status;
    *ret_mark = db_get_int(newest, 0, 0);
    *ret_above = db_get_int(r, 0, 0);
    return STATUS_OK;
}

enum status run_is_settled(struct store *s, int64_t above, bool *ret_is_settled)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_int8(fresh(s), above);
    enum status status = store_query(s, RECON_SQL_IS_SETTLED, &r);
    if (status == STATUS_OK)
        *ret_is_settled = db_get_bool(r, 0, 0);
    return status;
}

static void add_counts(struct store *s, const struct run_counts *c)
{
    const int64_t counts[] = {c->events, c->entries, c->accounts, c->found};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        db_param_int8(&s->params, counts[i]);
}

enum status run_progress(struct store *s, const struct uuid *id, const struct run_counts *counts)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), id);
    add_counts(s, counts);
    return store_write(s, RECON_SQL_UPDATE_PROGRESS, &r);
}

enum status run_complete(struct store *s, const struct uuid *id, const struct run_end_row *end)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    const struct run_place *place = &end->place;
    db_param_uuid(fresh(s), id);
    db_param_int8(&s->params, place->pairing_seq);
    db_param_uuid(&s->params, &place->transaction);
    db_param_int8(&s->params, place->block_number);
    db_param_bytea(&s->params, place->block_hash.bytes, sizeof place->block_hash.bytes);
    add_counts(s, &end->counts);
    db_param_bool(&s->params, end->is_truncated);
    db_param_int8(&s->params, place->seq);
    db_param_text(&s->params, end->summary);
    db_param_bool(&s->params, end->is_partial);
    enum status status = store_write(s, RECON_SQL_COMPLETE_RUN, &r);
    return status == STATUS_OK && PQntuples(r) != 1 ? STATUS_FAILED : status;
}

enum status run_fail(struct store *s, const struct uuid *id, const char *error)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_param_uuid(fresh(s), id);
    add_text(s, error);
    return store_write(s, RECON_SQL_FAIL_RUN, &r);
}

static void read_row(const PGresult *r, struct recon_run_resource *ret_run)
{
    *ret_run = (struct recon_run_resource){
        .id = db_get_uuid(r, 0, RUN_ID),
        .mode = db_get_str(r, 0, RUN_MODE),
        .trigger = db_get_str(r, 0, RUN_TRIGGER),
        .actor = db_get_str(r, 0, RUN_ACTOR),
        .state = db_get_str(r, 0, RUN_STATE),
        .error = db_get_str(r, 0, RUN_ERROR),
        .summary = db_get_str(r, 0, RUN_SUMMARY),
        .events = db_get_int(r, 0, RUN_EVENTS),
        .entries = db_get_int(r, 0, RUN_ENTRIES),
        .accounts = db_get_int(r, 0, RUN_ACCOUNTS),
        .started_us = db_get_time(r, 0, RUN_STARTED),
        .finished_us = db_is_null(r, 0, RUN_FINISHED) ? 0 : db_get_time(r, 0, RUN_FINISHED),
        .has_coverage = !db_is_null(r, 0, RUN_IS_COMPLETE) && !db_is_null(r, 0, RUN_NEWEST),
    };
    if (ret_run->has_coverage) {
        ret_run->is_complete = db_get_bool(r, 0, RUN_IS_COMPLETE);
        ret_run->covered_seq = db_get_int(r, 0, RUN_COVERED);
        ret_run->newest_seq = db_get_int(r, 0, RUN_NEWEST);
    }
}

enum status run_read(struct store *s, const struct uuid *id, PGresult **ret_row,
                     struct recon_run_resource *ret_run)
{
    db_param_uuid(fresh(s), id);
    enum status status = store_query(s, RECON_SQL_READ_RUN, ret_row);
    if (status != STATUS_OK || PQntuples(*ret_row) == 0)
        return status == STATUS_OK ? STATUS_NOT_FOUND : status;
    read_row(*ret_row, ret_run);
    return STATUS_OK;
}

enum status run_clock(struct store *s, int64_t *ret_now_us)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)fresh(s);
    enum status status = store_query(s, RECON_SQL_READ_CLOCK, &r);
    if (status == STATUS_OK)
        *ret_now_us = db_get_time(r, 0, 0);
    return status;
}

static int64_t seconds_since(const PGresult *r, int column, int64_t now_us)
{
    if (db_is_null(r, 0, column))
        return -1;
    int64_t seconds = (now_us - db_get_time(r, 0, column)) / 1000000;
    return seconds > 0 ? seconds : 0;
}

static int64_t time_or_0(const PGresult *r, int column)
{
    return db_is_null(r, 0, column) ? 0 : db_get_time(r, 0, column);
}

enum status run_last_ends(struct store *s, struct run_ages *ret_ages)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    int64_t now_us = 0;
    enum status status = run_clock(s, &now_us);
    (void)fresh(s);
    if (status == STATUS_OK)
        status = store_query(s, RECON_SQL_FIND_LAST_ENDS, &r);
    if (status != STATUS_OK)
        return status;
    *ret_ages = (struct run_ages){.any_us = time_or_0(r, 0),
                                  .full_us = time_or_0(r, 1),
                                  .any_s = seconds_since(r, 0, now_us),
                                  .full_s = seconds_since(r, 1, now_us),
                                  .behind_s = seconds_since(r, 2, now_us)};
    return STATUS_OK;
}
