/* dead_letters.c - see dead_letters.h. */
#include "webhook-svc/store/dead_letters.h"

#include "webhook_statements.h"

static const struct uuid *or_null(const struct uuid *id)
{
    return uuid_is_zero(id) ? NULL : id;
}

static void add_text(struct db_params *p, struct str text)
{
    db_array_bytes(p, text.data, text.len);
}

/* Every column that is text or bytes, in the order of insert_dead_letters. */
static void add_texts(struct db_params *p, const struct dead_letter *letters, size_t count)
{
    db_array_open(p, DB_TEXT);
    for (size_t i = 0; i < count; i++)
        add_text(p, letters[i].event_type);
    db_array_close(p);
    db_array_open(p, DB_TEXT);
    for (size_t i = 0; i < count; i++)
        add_text(p, str_of(letters[i].subject));
    db_array_close(p);
    db_array_open(p, DB_BYTEA);
    for (size_t i = 0; i < count; i++)
        db_array_bytes(p, letters[i].payload.len > 0 ? letters[i].payload.data : "", letters[i].payload.len);
    db_array_close(p);
    db_array_open(p, DB_TEXT);
    for (size_t i = 0; i < count; i++)
        add_text(p, str_of(letters[i].error));
    db_array_close(p);
}

static void fill_params(struct db_params *p, enum work_kind kind, const struct dead_letter *letters,
                        size_t count)
{
    db_params_reset(p);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, &letters[i].id);
    db_array_close(p);
    db_param_text(p, str_of(work_kind_name(kind)));
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, or_null(&letters[i].work_id));
    db_array_close(p);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, or_null(&letters[i].object_id));
    db_array_close(p);
    add_texts(p, letters, count);
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, letters[i].attempts);
    db_array_close(p);
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, letters[i].cut_from);
    db_array_close(p);
}

enum status store_send_insert_dead_letters(struct db *db, struct db_params *p, enum work_kind kind,
                                           const struct dead_letter *letters, size_t count)
{
    fill_params(p, kind, letters, count);
    return db_pipeline_send(db, WEBHOOK_SQL_INSERT_DEAD_LETTERS, p);
}

enum status store_insert_dead_letter(struct db *db, struct db_params *p, const struct dead_letter *letter)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    fill_params(p, letter->kind, letter, 1);
    return db_query(db, WEBHOOK_SQL_INSERT_DEAD_LETTERS, p, &r);
}

enum status store_send_resolve_dead_letters(struct db *db, struct db_params *p, const struct uuid *work,
                                            size_t count, const char *by)
{
    db_params_reset(p);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, &work[i]);
    db_array_close(p);
    db_param_text(p, str_of(by));
    return db_pipeline_send(db, WEBHOOK_SQL_RESOLVE_DEAD_LETTERS_OF_WORK, p);
}

enum status store_mark_dead_letters_published(struct db *db, struct db_params *p,
                                              const struct publication_row *rows, size_t count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(p);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, &rows[i].id);
    db_array_close(p);
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, rows[i].publication);
    db_array_close(p);
    db_array_open(p, DB_INT8);
    for (size_t i = 0; i < count; i++)
        db_array_int(p, rows[i].stream_seq);
    db_array_close(p);
    return db_query(db, WEBHOOK_SQL_MARK_DEAD_LETTERS_PUBLISHED, p, &r);
}

enum status store_measure_dead_letters(struct db *db, struct dead_letters_size *ret_size)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, WEBHOOK_SQL_MEASURE_DEAD_LETTERS, NULL, &r);
    if (s != STATUS_OK)
        return s;
    *ret_size = (struct dead_letters_size){.open = db_get_int(r, 0, 0),
                                           .published = db_get_int(r, 0, 1),
                                           .oldest_us = db_is_null(r, 0, 2) ? 0 : db_get_time(r, 0, 2)};
    return STATUS_OK;
}
