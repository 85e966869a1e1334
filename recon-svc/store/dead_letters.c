/* dead_letters.c - see dead_letters.h. */
#include "recon-svc/store/dead_letters.h"

#include <stdio.h>

#include "recon-svc/store/objects.h"
#include "recon_statements.h"

enum { COL_ID, COL_WORK, COL_KIND, COL_SEQ, COL_CREATED };

static void add_messages(struct db_params *p, const struct letter_message *messages, size_t count)
{
    db_array_open(p, DB_INT8);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, messages[i].seq);
    db_array_close(p);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, uuid_is_zero(&messages[i].letter) ? NULL : &messages[i].letter);
    db_array_close(p);
}

/* Those that are old enough to be held against rows. */
static size_t select_settled(const struct letter_message *messages, size_t count, int64_t deadline_us,
                             struct letter_message ret_settled[LETTERS_PAGE])
{
    size_t settled = 0;
    for (size_t i = 0; i < count; i++)
        if (messages[i].stored_us < deadline_us)
            ret_settled[settled++] = messages[i];
    return settled;
}

enum status dead_letters_check_messages(struct store *s, const struct letter_message *messages, size_t count,
                                        int64_t deadline_us, struct anomalies *found)
{
    struct letter_message settled[LETTERS_PAGE];
    size_t settled_count = select_settled(messages, count, deadline_us, settled);
    if (settled_count == 0)
        return STATUS_OK;
    db_params_reset(&s->params);
    add_messages(&s->params, settled, settled_count);
    db_param_time(&s->params, deadline_us);
    return objects_query_found(s, RECON_SQL_CHECK_LETTER_MESSAGES, found);
}

static struct letter_row read_row(const PGresult *r, int row)
{
    struct str kind = db_get_str(r, row, COL_KIND);
    struct letter_row letter = {.id = db_get_uuid(r, row, COL_ID),
                                .seq = db_get_int(r, row, COL_SEQ),
                                .created_us = db_get_time(r, row, COL_CREATED)};
    if (!db_is_null(r, row, COL_WORK))
        letter.work = db_get_uuid(r, row, COL_WORK);
    (void)snprintf(letter.kind, sizeof letter.kind, "%.*s", (int)kind.len, kind.data);
    return letter;
}

enum status dead_letters_list_placed(struct store *s, struct letter_range *range, int64_t deadline_us,
                                     struct letter_row *ret_rows, size_t *ret_count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    db_param_int8(&s->params, range->after.seq);
    db_param_uuid(&s->params, &range->after.id);
    db_param_int8(&s->params, range->up_to_seq);
    db_param_time(&s->params, deadline_us);
    db_param_int8(&s->params, LETTERS_PAGE);
    enum status status = store_query(s, RECON_SQL_LIST_PLACED_DEAD_LETTERS, &r);
    if (status != STATUS_OK)
        return status;
    *ret_count = (size_t)PQntuples(r);
    for (int i = 0; i < PQntuples(r); i++)
        ret_rows[i] = read_row(r, i);
    if (*ret_count > 0)
        range->after = ret_rows[*ret_count - 1];
    return STATUS_OK;
}
