/* sweep.c - see sweep.h. */
#include "webhook-svc/store/sweep.h"

#include <assert.h>
#include <stdio.h>

#include "webhook_statements.h"

#define PARAMS_MAX (1 << 17)

static enum work_kind kind_of(const PGresult *rows, int row, int column)
{
    enum work_kind kind = WORK_KIND_COUNT;
    enum status s = work_kind_parse(db_get_str(rows, row, column), &kind);
    assert(s == STATUS_OK); /* the domain's CHECK has the same words */
    (void)s;
    return kind;
}

static struct uuid id_or_zero(const PGresult *rows, int row, int column)
{
    struct uuid id = {{0}};
    if (!db_is_null(rows, row, column))
        id = db_get_uuid(rows, row, column);
    return id;
}

static enum status query_limit(struct db *db, int statement, int64_t limit, PGresult **ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_int4(&p, (int32_t)limit);
    return db_query(db, statement, &p, ret_rows);
}

static enum status query_ids(struct db *db, int statement, const struct uuid *ids, size_t count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&p, &ids[i]);
    db_array_close(&p);
    return db_query(db, statement, &p, &r);
}

enum status store_list_unpublished(struct db *db, int64_t limit, PGresult **ret_rows)
{
    return query_limit(db, WEBHOOK_SQL_LIST_UNPUBLISHED_DEAD_LETTERS, limit, ret_rows);
}

static void copy_text(struct str text, char ret_text[SWEEP_TEXT_SIZE])
{
    (void)snprintf(ret_text, SWEEP_TEXT_SIZE, "%.*s", (int)text.len, text.data);
}

struct dead_letter store_read_unpublished(const PGresult *rows, int row, char ret_subject[SWEEP_TEXT_SIZE],
                                          char ret_error[SWEEP_TEXT_SIZE])
{
    copy_text(db_get_str(rows, row, 5), ret_subject);
    copy_text(db_get_str(rows, row, 7), ret_error);
    return (struct dead_letter){.id = db_get_uuid(rows, row, 0),
                                .work_id = id_or_zero(rows, row, 1),
                                .kind = kind_of(rows, row, 2),
                                .object_id = id_or_zero(rows, row, 3),
                                .event_type = db_get_str(rows, row, 4),
                                .subject = ret_subject,
                                .payload = db_get_str(rows, row, 6),
                                .error = ret_error,
                                .attempts = (int)db_get_int(rows, row, 8),
                                .publication = (int)db_get_int(rows, row, 9),
                                .orig_us = db_get_time(rows, row, 10),
                                .cut_from = (int)db_get_int(rows, row, 11)};
}

static size_t read_places(const PGresult *rows, struct letter_place *ret_places)
{
    for (int row = 0; row < PQntuples(rows); row++)
        ret_places[row] = (struct letter_place){.id = db_get_uuid(rows, row, 0),
                                                .work_id = id_or_zero(rows, row, 1),
                                                .kind = kind_of(rows, row, 2)};
    return (size_t)PQntuples(rows);
}

enum status store_list_leftovers(struct db *db, int64_t limit, struct letter_place *ret_places,
                                 size_t *ret_count)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    enum status s = query_limit(db, WEBHOOK_SQL_LIST_LEFTOVER_DEAD_LETTERS, limit, &rows);
    if (s == STATUS_OK)
        *ret_count = read_places(rows, ret_places);
    return s;
}

enum status store_forget_leftovers(struct db *db, const struct uuid *ids, size_t count)
{
    return query_ids(db, WEBHOOK_SQL_FORGET_LEFTOVER_DEAD_LETTERS, ids, count);
}

enum status store_list_published(struct db *db, const struct uuid *after, int64_t limit,
                                 struct letter_place *ret_places, size_t *ret_count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, after);
    db_param_int4(&p, (int32_t)limit);
    enum status s = db_query(db, WEBHOOK_SQL_LIST_PUBLISHED_DEAD_LETTERS, &p, &rows);
    if (s == STATUS_OK)
        *ret_count = read_places(rows, ret_places);
    return s;
}

enum status store_publish_again(struct db *db, const struct uuid *ids, size_t count)
{
    return query_ids(db, WEBHOOK_SQL_PUBLISH_DEAD_LETTERS_AGAIN, ids, count);
}

enum status store_list_without_facts(struct db *db, int64_t limit, PGresult **ret_rows)
{
    return query_limit(db, WEBHOOK_SQL_LIST_DEAD_LETTERS_WITHOUT_FACTS, limit, ret_rows);
}

enum status store_mark_facts(struct db *db, const struct fact_mark *marks, size_t count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&p, &marks[i].id);
    db_array_close(&p);
    db_array_open(&p, DB_TEXT);
    for (size_t i = 0; i < count; i++) {
        struct str word = marks[i].is_resolved ? STR_LIT("resolved") : STR_LIT("created");
        db_array_bytes(&p, word.data, word.len);
    }
    db_array_close(&p);
    return db_query(db, WEBHOOK_SQL_MARK_FACTS, &p, &r);
}

static size_t read_ids(const PGresult *rows, int column, struct uuid *ret_ids)
{
    for (int row = 0; row < PQntuples(rows); row++)
        ret_ids[row] = db_get_uuid(rows, row, column);
    return (size_t)PQntuples(rows);
}

enum status store_list_lying_work(struct db *db, const struct lying_query *query, struct lying_work *ret_work,
                                  size_t *ret_count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(work_kind_name(query->kind)));
    db_param_int8(&p, query->seconds);
    db_param_time(&p, query->behind.enqueued_us);
    db_param_uuid(&p, &query->behind.id);
    db_param_int4(&p, (int32_t)query->max);
    enum status s = db_query(db, WEBHOOK_SQL_LIST_LYING_WORK, &p, &rows);
    if (s != STATUS_OK)
        return s;
    for (int row = 0; row < PQntuples(rows); row++)
        ret_work[row] = (struct lying_work){db_get_uuid(rows, row, 0), db_get_time(rows, row, 1)};
    *ret_count = (size_t)PQntuples(rows);
    return STATUS_OK;
}

enum status store_take_lying_work(struct db *db, const struct lying_work *work, size_t count,
                                  struct uuid *ret_ids, size_t *ret_count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&p, &work[i].id);
    db_array_close(&p);
    db_array_open(&p, DB_TIME);
    for (size_t i = 0; i < count; i++)
        db_array_time(&p, work[i].enqueued_us);
    db_array_close(&p);
    enum status s = db_query(db, WEBHOOK_SQL_TAKE_LYING_WORK, &p, &rows);
    if (s == STATUS_OK)
        *ret_count = read_ids(rows, 0, ret_ids);
    return s;
}

enum status store_take_due_work(struct db *db, size_t max, struct due_work *ret_due)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    enum status s = query_limit(db, WEBHOOK_SQL_TAKE_DUE_WORK, (int64_t)max, &rows);
    if (s == STATUS_OK)
        ret_due->count = read_ids(rows, 1, ret_due->ids);
    return s;
}

enum status store_take_due_work_fairly(struct db *db, const struct fair_share *share,
                                       struct due_work *ret_due)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int4(&p, (int32_t)share->max);
    db_param_int4(&p, (int32_t)share->lane_max);
    db_param_uuid(&p, &share->from_lane);
    enum status s = db_query(db, WEBHOOK_SQL_TAKE_DUE_WORK_FAIRLY, &p, &rows);
    if (s != STATUS_OK)
        return s;
    ret_due->count = read_ids(rows, 1, ret_due->ids);
    for (int row = 0; row < PQntuples(rows); row++) {
        struct uuid lane = db_get_uuid(rows, row, 2);
        if (uuid_compare(&lane, &ret_due->last_lane) > 0)
            ret_due->last_lane = lane;
    }
    return s;
}

static void add_ids(struct db_params *p, const struct sweep_ids *ids)
{
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < ids->count; i++)
        db_array_uuid(p, &ids->ids[i]);
    db_array_close(p);
}

enum status store_list_finished(struct db *db, const struct sweep_ids *of, int64_t seconds,
                                struct sweep_ids *ret_finished)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    db_params_init(&p, PARAMS_MAX);
    add_ids(&p, of);
    db_param_int8(&p, seconds);
    enum status s = db_query(db, WEBHOOK_SQL_LIST_FINISHED_WORK, &p, &rows);
    if (s == STATUS_OK)
        ret_finished->count = read_ids(rows, 0, ret_finished->ids);
    return s;
}

enum status store_list_resolved(struct db *db, const struct sweep_ids *of, struct sweep_ids *ret_resolved)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    db_params_init(&p, PARAMS_MAX);
    add_ids(&p, of);
    enum status s = db_query(db, WEBHOOK_SQL_LIST_RESOLVED_DEAD_LETTERS, &p, &rows);
    if (s == STATUS_OK)
        ret_resolved->count = read_ids(rows, 0, ret_resolved->ids);
    return s;
}
