/* chain.c - see chain.h. Values are hashed as PostgreSQL sends them. */
#include "shared/chain/chain.h"

#include <assert.h>
#include <string.h>

#define PARAMS_MAX  (32 << 10)
#define COLUMNS_MAX 32
/* Places in the statements. */
#define EVENT_TYPE        3
#define EVENT_OBJECT      5
#define TRANSACTION_PLACE 17
#define ENTRY_PLACE       11

void chain_rows_free(struct chain_rows *rows)
{
    PQclear(rows->events);
    PQclear(rows->transactions);
    PQclear(rows->entries);
    *rows = (struct chain_rows){0};
}

static bool posts_transaction(const struct chain_rows *rows, int event)
{
    return str_eq_c(db_get_str(rows->events, event, EVENT_TYPE), "transaction.posted");
}

static enum status read_transactions(const struct chain_reader *c, const struct db_params *ids,
                                     struct chain_rows *rows)
{
    enum status s = db_query(c->db, c->list_transactions, ids, &rows->transactions);
    return s == STATUS_OK ? db_query(c->db, c->list_entries, ids, &rows->entries) : s;
}

static enum status read_posted(const struct chain_reader *c, struct chain_rows *rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (int i = 0; i < PQntuples(rows->events); i++) {
        if (posts_transaction(rows, i)) {
            struct uuid id = db_get_uuid(rows->events, i, EVENT_OBJECT);
            db_array_uuid(&p, &id);
        }
    }
    db_array_close(&p);
    return read_transactions(c, &p, rows);
}

enum status chain_read_transactions(const struct chain_reader *c, const struct uuid *ids, size_t count,
                                    struct chain_rows *ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    struct chain_rows rows = {0};
    db_params_init(&p, PARAMS_MAX);
    db_array_open(&p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&p, &ids[i]);
    db_array_close(&p);
    enum status s = read_transactions(c, &p, &rows);
    if (s != STATUS_OK) {
        chain_rows_free(&rows);
        return s;
    }
    *ret_rows = rows;
    return STATUS_OK;
}

enum status chain_read_events(const struct chain_reader *c, int statement, const struct db_params *params,
                              struct chain_rows *ret_rows)
{
    struct chain_rows rows = {0};
    enum status s = db_query(c->db, statement, params, &rows.events);
    if (s == STATUS_OK)
        s = read_posted(c, &rows);
    if (s != STATUS_OK) {
        chain_rows_free(&rows);
        return s;
    }
    *ret_rows = rows;
    return STATUS_OK;
}

enum status chain_read(const struct chain_reader *c, int64_t after_seq, int64_t up_to_seq, int64_t limit,
                       struct chain_rows *ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, after_seq);
    db_param_int8(&p, up_to_seq);
    db_param_int8(&p, limit < CHAIN_READ_MAX ? limit : CHAIN_READ_MAX);
    return chain_read_events(c, c->list_events, &p, ret_rows);
}

bool chain_next_transaction(struct chain_rows *rows, struct chain_item *ret_item)
{
    if (rows->transaction >= PQntuples(rows->transactions))
        return false;
    struct chain_item item = {.event = -1, .transaction = -1, .first_entry = rows->entry};
    int64_t place = db_get_int(rows->transactions, rows->transaction, TRANSACTION_PLACE);
    if (!db_is_null(rows->transactions, rows->transaction, 0))
        item.transaction = rows->transaction;
    rows->transaction++;
    while (rows->entry < PQntuples(rows->entries) &&
           db_get_int(rows->entries, rows->entry, ENTRY_PLACE) == place)
        rows->entry++;
    item.entry_count = rows->entry - item.first_entry;
    *ret_item = item;
    return true;
}

bool chain_next(struct chain_rows *rows, struct chain_item *ret_item)
{
    if (rows->event >= PQntuples(rows->events))
        return false;
    struct chain_item item = {.transaction = -1, .first_entry = rows->entry};
    int event = rows->event++;
    if (posts_transaction(rows, event))
        (void)chain_next_transaction(rows, &item);
    item.event = event;
    item.seq = db_get_int(rows->events, event, 0);
    *ret_item = item;
    return true;
}

static void write_row(enum block_table table, const PGresult *r, int row, struct buf *out)
{
    struct str columns[COLUMNS_MAX];
    int count = PQnfields(r) - (table == BLOCK_EVENT ? 0 : 1); /* without place */
    assert(count <= COLUMNS_MAX);
    for (int i = 0; i < count; i++)
        columns[i] = PQgetisnull(r, row, i)
                         ? (struct str){NULL, 0}
                         : (struct str){PQgetvalue(r, row, i), (size_t)PQgetlength(r, row, i)};
    buf_reset(out);
    block_write_row(table, columns, (size_t)count, out);
}

void chain_write_event(const struct chain_rows *rows, int row, struct buf *out)
{
    write_row(BLOCK_EVENT, rows->events, row, out);
}

void chain_write_transaction(const struct chain_rows *rows, int row, struct buf *out)
{
    write_row(BLOCK_TRANSACTION, rows->transactions, row, out);
}

void chain_write_entry(const struct chain_rows *rows, int row, struct buf *out)
{
    write_row(BLOCK_ENTRY, rows->entries, row, out);
}

/* A digest of another length was not written by us: it stays zero and fits nothing. */
struct digest chain_digest(const PGresult *r, int row, int column)
{
    struct digest digest = {{0}};
    struct str bytes = db_get_str(r, row, column);
    if (bytes.len == sizeof digest.bytes)
        memcpy(digest.bytes, bytes.data, sizeof digest.bytes);
    return digest;
}

enum status chain_list_blocks(const struct chain_reader *c, int64_t from_number, int64_t limit,
                              PGresult **ret_result)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, from_number);
    db_param_int8(&p, limit);
    return db_query(c->db, c->list_blocks, &p, ret_result);
}

void chain_block(const PGresult *r, int row, struct block *ret_block, struct str *ret_marks)
{
    *ret_block = (struct block){.number = db_get_int(r, row, 0),
                                .first_seq = db_get_int(r, row, 1),
                                .last_seq = db_get_int(r, row, 2),
                                .event_count = db_get_int(r, row, 3),
                                .transaction_count = db_get_int(r, row, 4),
                                .entry_count = db_get_int(r, row, 5),
                                .previous = chain_digest(r, row, 6),
                                .hash = chain_digest(r, row, 7),
                                .sealed_us = db_get_time(r, row, 8)};
    *ret_marks = db_get_str(r, row, 9);
}
