/* work_rows.c - see work_rows.h. Columns are those of list_work_window. */
#include "ledger-svc/store/work_rows.h"

bool work_row_next(struct chain_rows *rows, struct read_work *ret_work)
{
    const PGresult *r = rows->events;
    if (rows->event >= PQntuples(r))
        return false;
    int row = rows->event++;
    *ret_work = (struct read_work){.seq = db_get_int(r, row, 0),
                                   .generation = db_get_int(r, row, 3),
                                   .event = {.id = db_get_uuid(r, row, 1),
                                             .kind = db_get_str(r, row, 2),
                                             .object = db_get_uuid(r, row, 4),
                                             .traceparent = db_get_str(r, row, 5),
                                             .enqueued_us = db_get_time(r, row, 6)}};
    if (db_is_null(r, row, 7))
        return true;
    ret_work->event.provider = db_get_str(r, row, 7);
    ret_work->event.event_id = db_get_str(r, row, 8);
    ret_work->event.event_type = db_get_str(r, row, 9);
    if (!db_is_null(r, row, 10))
        ret_work->event.occurred_us = db_get_time(r, row, 10);
    ret_work->event.payload = db_get_str(r, row, 11);
    return true;
}
