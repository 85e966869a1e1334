/* fanout.c - see fanout.h. */
#include "webhook-svc/store/fanout.h"

#include <stdlib.h>

#include "webhook_statements.h"

#define PARAMS_MAX (FANOUT_NUMBERS_MAX * 2 * 16 + 256)

enum place_column {
    PLACE_DONE_BLOCK,
    PLACE_DONE_SEQ,
    PLACE_NOTES,
    PLACE_WHOLE_BLOCK,
    PLACE_WHOLE_SEQ,
    PLACE_PASSED_SEQ,
    PLACE_SEALED_SEQ,
    PLACE_WAITING_AT
};
enum event_column {
    EVENT_SEQ,
    EVENT_ID,
    EVENT_TYPE,
    EVENT_RESOURCE,
    EVENT_OBJECT,
    EVENT_COMMAND,
    EVENT_OWNER,
    EVENT_ACTOR,
    EVENT_SOURCE,
    EVENT_TRACEPARENT,
    EVENT_BEFORE,
    EVENT_AFTER,
    EVENT_CREATED_AT
};

enum status store_advance_fanout(struct db *db, int64_t seq)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, seq);
    return db_query(db, WEBHOOK_SQL_ADVANCE_FANOUT, &p, &r);
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The first, or last, numbers of runs without a gap. */
static void add_ends(struct db_params *p, const int64_t *numbers, size_t count, bool is_last)
{
    db_array_open(p, DB_INT8);
    for (size_t i = 0; i < count; i++) {
        bool is_end = is_last ? i + 1 == count || numbers[i + 1] > numbers[i] + 1
                              : i == 0 || numbers[i] > numbers[i - 1] + 1;
        if (is_end)
            db_array_int(p, numbers[i]);
    }
    db_array_close(p);
}

enum status store_note_fanned(struct db *db, int64_t *numbers, size_t count, bool is_brought)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    if (count == 0)
        return STATUS_OK;
    qsort(numbers, count, sizeof *numbers, by_number);
    add_ends(&p, numbers, count, false);
    add_ends(&p, numbers, count, true);
    db_param_bool(&p, is_brought);
    return db_query(db, WEBHOOK_SQL_NOTE_FANNED_EVENTS, &p, &r);
}

static enum status settle(struct db *db, const PGresult *place)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, db_get_int(place, 0, PLACE_DONE_BLOCK));
    db_param_int8(&p, db_get_int(place, 0, PLACE_WHOLE_BLOCK));
    db_param_int8(&p, db_get_int(place, 0, PLACE_WHOLE_SEQ));
    return db_query(db, WEBHOOK_SQL_SETTLE_FANOUT, &p, &r);
}

enum status store_find_fanout_place(struct db *db, struct fanout_place *ret_place, int64_t *ret_waiting_us)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, WEBHOOK_SQL_FIND_FANOUT_PLACE, NULL, &r);
    if (s != STATUS_OK || PQntuples(r) == 0)
        return s != STATUS_OK ? s : STATUS_NOT_FOUND;
    if (db_get_int(r, 0, PLACE_WHOLE_BLOCK) > db_get_int(r, 0, PLACE_DONE_BLOCK))
        s = settle(db, r);
    if (s != STATUS_OK)
        return s;
    *ret_place = (struct fanout_place){.done_seq = db_get_int(r, 0, PLACE_WHOLE_SEQ),
                                       .passed_seq = db_get_int(r, 0, PLACE_PASSED_SEQ),
                                       .sealed_seq = db_get_int(r, 0, PLACE_SEALED_SEQ),
                                       .notes = db_get_int(r, 0, PLACE_NOTES)};
    *ret_waiting_us = db_is_null(r, 0, PLACE_WAITING_AT) ? 0 : db_get_time(r, 0, PLACE_WAITING_AT);
    return STATUS_OK;
}

enum status store_take_fanout(struct db *db, bool *ret_is_mine)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, WEBHOOK_SQL_TAKE_FANOUT, NULL, &r);
    if (s == STATUS_OK)
        *ret_is_mine = db_get_bool(r, 0, 0);
    return s;
}

enum status store_list_unfanned(struct db *db, int64_t after_seq, int64_t up_to_seq, int64_t limit,
                                PGresult **ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, after_seq);
    db_param_int8(&p, up_to_seq);
    db_param_int8(&p, limit);
    return db_query(db, WEBHOOK_SQL_LIST_UNFANNED_EVENTS, &p, ret_rows);
}

struct stored_event store_read_unfanned(const PGresult *rows, int row)
{
    return (struct stored_event){.seq = db_get_int(rows, row, EVENT_SEQ),
                                 .id = db_get_uuid(rows, row, EVENT_ID),
                                 .type = db_get_str(rows, row, EVENT_TYPE),
                                 .resource = db_get_str(rows, row, EVENT_RESOURCE),
                                 .object = db_get_uuid(rows, row, EVENT_OBJECT),
                                 .command = db_get_uuid(rows, row, EVENT_COMMAND),
                                 .owner = db_get_str(rows, row, EVENT_OWNER),
                                 .actor = db_get_str(rows, row, EVENT_ACTOR),
                                 .source = db_get_str(rows, row, EVENT_SOURCE),
                                 .traceparent = db_get_str(rows, row, EVENT_TRACEPARENT),
                                 .before = db_get_str(rows, row, EVENT_BEFORE),
                                 .after = db_get_str(rows, row, EVENT_AFTER),
                                 .created_us = db_get_time(rows, row, EVENT_CREATED_AT)};
}
