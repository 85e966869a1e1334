/* chain.c - see chain.h. Values are hashed as PostgreSQL sends them. */
#include "shared/chain/chain.h"

#include <assert.h>
#include <string.h>

#define PARAMS_MAX   (32 << 10)
#define COLUMNS_MAX  32
#define RANGE_FACTOR 2  /* a range may have as many strangers as rows that are wanted, */
#define RANGE_SPARE  64 /* and so many more */
/* Places in the statements; ids lead those of transactions and entries. */
#define EVENT_TYPE        3
#define EVENT_OBJECT      5
#define TRANSACTION_COUNT 4

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

static enum status read_each(const struct chain_reader *c, const struct db_params *ids,
                             struct chain_rows *rows)
{
    enum status s = db_query(c->db, c->list_transactions, ids, &rows->transactions);
    return s == STATUS_OK ? db_query(c->db, c->list_entries, ids, &rows->entries) : s;
}

static enum status read_each_posted(const struct chain_reader *c, struct chain_rows *rows)
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
    return read_each(c, &p, rows);
}

/* Ids of transactions from the lowest to the highest that the events post. */
struct range {
    struct uuid first, last;
    int64_t count;
};

static struct range find_range(const struct chain_rows *rows)
{
    struct range range = {.count = 0};
    for (int i = 0; i < PQntuples(rows->events); i++) {
        if (!posts_transaction(rows, i))
            continue;
        struct uuid id = db_get_uuid(rows->events, i, EVENT_OBJECT);
        if (range.count == 0 || uuid_compare(&id, &range.first) < 0)
            range.first = id;
        if (range.count == 0 || uuid_compare(&id, &range.last) > 0)
            range.last = id;
        range.count++;
    }
    return range;
}

/* NULL when there are too many. */
static enum status read_between(const struct chain_reader *c, int statement, const struct range *range,
                                int64_t wanted, PGresult **ret_result)
{
    CLEANUP(db_params_free) struct db_params p;
    int64_t limit = RANGE_FACTOR * wanted + RANGE_SPARE;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &range->first);
    db_param_uuid(&p, &range->last);
    db_param_int8(&p, limit);
    enum status s = db_query(c->db, statement, &p, ret_result);
    if (s == STATUS_OK && PQntuples(*ret_result) == limit)
        db_result_ptr(ret_result);
    return s;
}

static int64_t count_entries(const PGresult *transactions)
{
    int64_t count = 0;
    for (int i = 0; i < PQntuples(transactions); i++)
        count += db_get_int(transactions, i, TRANSACTION_COUNT);
    return count;
}

/* Ids rise with time, as numbers of events do: what neighbouring events post lies in a narrow range. Where it
   does not, each is looked up. */
static enum status read_posted(const struct chain_reader *c, struct chain_rows *rows)
{
    const struct range range = find_range(rows);
    if (range.count == 0)
        return STATUS_OK;
    enum status s = read_between(c, c->list_transactions_between, &range, range.count, &rows->transactions);
    if (s == STATUS_OK && rows->transactions != NULL)
        s = read_between(c, c->list_entries_between, &range, count_entries(rows->transactions),
                         &rows->entries);
    if (s != STATUS_OK || rows->entries != NULL)
        return s;
    db_result_ptr(&rows->transactions);
    return read_each_posted(c, rows);
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
    enum status s = read_each(c, &p, &rows);
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
    db_param_int8(&p, limit < CHAIN_WALK_MAX ? limit : CHAIN_WALK_MAX);
    return chain_read_events(c, c->list_events, &p, ret_rows);
}

/* How row of r, whose first column is an id, stands to that one. */
static int compare_row(const PGresult *r, int row, const struct uuid *id)
{
    struct uuid found = db_get_uuid(r, row, 0);
    return uuid_compare(&found, id);
}

/* The first row of r, by id, that is not below it. Most often that is the one behind the last that was asked
 * for. */
static int find_row(const PGresult *r, const struct uuid *id, int likely)
{
    int low = 0, high = PQntuples(r);
    if (likely < high && compare_row(r, likely, id) == 0 &&
        (likely == 0 || compare_row(r, likely - 1, id) < 0))
        return likely;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (compare_row(r, middle, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void take_entries(struct chain_rows *rows, const struct uuid *id, struct chain_item *item)
{
    int count = PQntuples(rows->entries), next = find_row(rows->entries, id, rows->entry);
    item->first_entry = next;
    while (next < count && compare_row(rows->entries, next, id) == 0)
        next++;
    item->entry_count = next - item->first_entry;
    rows->entry = next;
}

bool chain_next_transaction(struct chain_rows *rows, struct chain_item *ret_item)
{
    if (rows->transaction >= PQntuples(rows->transactions))
        return false;
    struct chain_item item = {.event = -1, .transaction = rows->transaction++};
    struct uuid id = db_get_uuid(rows->transactions, item.transaction, 0);
    take_entries(rows, &id, &item);
    *ret_item = item;
    return true;
}

static void take_posted(struct chain_rows *rows, struct chain_item *item)
{
    struct uuid id = db_get_uuid(rows->events, item->event, EVENT_OBJECT);
    int row = find_row(rows->transactions, &id, rows->transaction);
    if (row < PQntuples(rows->transactions) && compare_row(rows->transactions, row, &id) == 0) {
        item->transaction = row;
        rows->transaction = row + 1;
    }
    take_entries(rows, &id, item);
}

bool chain_next(struct chain_rows *rows, struct chain_item *ret_item)
{
    if (rows->event >= PQntuples(rows->events))
        return false;
    struct chain_item item = {.event = rows->event++, .transaction = -1};
    item.seq = db_get_int(rows->events, item.event, 0);
    if (posts_transaction(rows, item.event))
        take_posted(rows, &item);
    *ret_item = item;
    return true;
}

/* Asked for millions of times: only what is empty may be NULL. */
static struct str column_of(const PGresult *r, int row, int column)
{
    int len = PQgetlength(r, row, column);
    if (len == 0 && PQgetisnull(r, row, column))
        return (struct str){NULL, 0};
    return (struct str){PQgetvalue(r, row, column), (size_t)len};
}

static void write_row(enum block_table table, const PGresult *r, int row, struct buf *out)
{
    struct str columns[COLUMNS_MAX];
    int count = PQnfields(r);
    assert(count <= COLUMNS_MAX);
    for (int i = 0; i < count; i++)
        columns[i] = column_of(r, row, i);
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
