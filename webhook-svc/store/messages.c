/* messages.c - see messages.h. */
#include "webhook-svc/store/messages.h"

#include "webhook_statements.h"

#define PARAMS_MAX (1 << 16)

enum status store_load_messages(struct db *db, const struct uuid *ids, size_t count, PGresult **ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&p, &ids[i]);
    db_array_close(&p);
    return db_query(db, WEBHOOK_SQL_LOAD_MESSAGES, &p, ret_rows);
}

struct work_event store_read_message(const PGresult *rows, int row, int *ret_generation)
{
    *ret_generation = (int)db_get_int(rows, row, 3);
    return (struct work_event){.id = db_get_uuid(rows, row, 0),
                               .object = db_get_uuid(rows, row, 2),
                               .kind = db_get_str(rows, row, 1),
                               .enqueued_us = db_get_time(rows, row, 4),
                               .traceparent = db_get_str(rows, row, 5),
                               .provider = db_get_str(rows, row, 6),
                               .event_id = db_get_str(rows, row, 7),
                               .event_type = db_get_str(rows, row, 8),
                               .occurred_us = db_is_null(rows, row, 9) ? 0 : db_get_time(rows, row, 9),
                               .payload = db_get_str(rows, row, 10)};
}
