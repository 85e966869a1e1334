/* dead_letters.c - see dead_letters.h. */
#include "ingress/store/dead_letters.h"

#include "ingress/store/bounds.h"
#include "ingress_statements.h"

#define PARAMS_MAX 4096

enum column {
    COL_ID,
    COL_WORK,
    COL_KIND,
    COL_OBJECT,
    COL_TYPE,
    COL_SUBJECT,
    COL_ERROR,
    COL_ATTEMPTS,
    COL_STREAM_SEQ,
    COL_RESOLUTION,
    COL_RESOLVED_BY,
    COL_RESOLVED,
    COL_CREATED,
    COL_NOTE,
    COL_PAYLOAD,
    COL_IS_WANTED = COL_PAYLOAD,
    COL_IS_LAST
};

enum status dead_letters_find(struct db *db, const void *args, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, args);
    return db_query(db, INGRESS_SQL_FIND_DEAD_LETTER, &p, ret_result);
}

enum status dead_letters_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct dead_letter_list *l = args;
    struct uuid first = bounds_first_id(l->from_us), end = bounds_end_id(&l->before, l->until_us);
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &end);
    db_param_text(&p, l->kind);
    db_param_text(&p, l->event_type);
    db_param_text(&p, l->error_contains);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_uuid(&p, &first);
    db_param_int8(&p, l->limit);
    if (l->resolution.data == NULL) {
        return db_query(db, INGRESS_SQL_LIST_OPEN_DEAD_LETTERS, &p, ret_result);
    }
    db_param_text(&p, l->resolution);
    return db_query(db, INGRESS_SQL_LIST_RESOLVED_DEAD_LETTERS, &p, ret_result);
}

static bool get_id(const PGresult *r, int row, int column, struct uuid *ret_id)
{
    if (db_is_null(r, row, column)) {
        return false;
    }
    *ret_id = db_get_uuid(r, row, column);
    return true;
}

void dead_letter_row(const PGresult *r, int row, bool is_list, struct dead_letter_row *ret_letter)
{
    struct dead_letter_row d = {
        .id = db_get_uuid(r, row, COL_ID),
        .kind = db_get_str(r, row, COL_KIND),
        .event_type = db_get_str(r, row, COL_TYPE),
        .subject = db_get_str(r, row, COL_SUBJECT),
        .error = db_get_str(r, row, COL_ERROR),
        .attempts = db_get_int(r, row, COL_ATTEMPTS),
        .resolution = db_get_str(r, row, COL_RESOLUTION),
        .resolved_by = db_get_str(r, row, COL_RESOLVED_BY),
        .note = db_get_str(r, row, COL_NOTE),
        .created_us = db_get_time(r, row, COL_CREATED),
    };
    d.has_work = get_id(r, row, COL_WORK, &d.work);
    d.has_object = get_id(r, row, COL_OBJECT, &d.object);
    if (!db_is_null(r, row, COL_STREAM_SEQ)) {
        d.stream_seq = db_get_int(r, row, COL_STREAM_SEQ);
    }
    if (!db_is_null(r, row, COL_RESOLVED)) {
        d.resolved_us = db_get_time(r, row, COL_RESOLVED);
    }
    if (is_list) {
        d.is_wanted = db_get_bool(r, row, COL_IS_WANTED);
        d.is_last = db_get_bool(r, row, COL_IS_LAST);
    } else {
        d.payload = db_get_str(r, row, COL_PAYLOAD);
    }
    *ret_letter = d;
}
