/* dead_letters.c - see dead_letters.h. */
#include "webhook-svc/store/dead_letters.h"

#include "webhook_statements.h"

enum status store_measure_dead_letters(struct db *db, struct dead_letters_size *ret_size)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, WEBHOOK_SQL_MEASURE_DEAD_LETTERS, NULL, &r);
    if (s != STATUS_OK)
        return s;
    *ret_size = (struct dead_letters_size){.open = db_get_int(r, 0, 0),
                                           .oldest_us = db_is_null(r, 0, 1) ? 0 : db_get_time(r, 0, 1)};
    return STATUS_OK;
}
