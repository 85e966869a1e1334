/* blocks.c - see blocks.h. */
#include "ledger-svc/store/blocks.h"

#include "ledger_statements.h"

#define PARAMS_MAX (16 << 20) /* the marks of the largest block that is allowed */

struct chain_reader blocks_reader(struct db *db)
{
    return (struct chain_reader){.db = db,
                                 .list_events = LEDGER_SQL_LIST_SEALED_EVENTS,
                                 .list_transactions = LEDGER_SQL_LIST_SEALED_TRANSACTIONS,
                                 .list_entries = LEDGER_SQL_LIST_SEALED_ENTRIES,
                                 .list_transactions_between = LEDGER_SQL_LIST_SEALED_TRANSACTIONS_BETWEEN,
                                 .list_entries_between = LEDGER_SQL_LIST_SEALED_ENTRIES_BETWEEN,
                                 .list_blocks = LEDGER_SQL_LIST_BLOCKS};
}

enum status blocks_last(struct db *db, struct block *ret_block)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, LEDGER_SQL_FIND_LAST_BLOCK, NULL, &r);
    if (s != STATUS_OK)
        return s;
    *ret_block = (struct block){0};
    if (PQntuples(r) > 0)
        *ret_block = (struct block){
            .number = db_get_int(r, 0, 0), .last_seq = db_get_int(r, 0, 1), .hash = chain_digest(r, 0, 2)};
    return STATUS_OK;
}

enum status blocks_mark(struct db *db, int64_t after_seq, struct blocks_mark *ret_mark)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, after_seq);
    enum status s = db_query(db, LEDGER_SQL_MARK_EVENTS, &p, &r);
    if (s != STATUS_OK)
        return s;
    *ret_mark = (struct blocks_mark){0};
    if (PQntuples(r) > 0)
        *ret_mark = (struct blocks_mark){.newest_seq = db_get_int(r, 0, 0),
                                         .above = db_get_int(r, 0, 1),
                                         .oldest_us = db_get_time(r, 0, 2)};
    return STATUS_OK;
}

enum status blocks_take(struct db *db, const struct blocks_mark *mark, bool *ret_may_seal,
                        int64_t *ret_now_us)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, mark->above);
    enum status s = db_query(db, LEDGER_SQL_TAKE_SEAL, &p, &r);
    if (s != STATUS_OK)
        return s;
    *ret_may_seal = db_get_bool(r, 0, 0) && db_get_bool(r, 0, 1);
    *ret_now_us = db_get_time(r, 0, 2);
    return STATUS_OK;
}

enum status blocks_insert(struct db *db, const struct block *block, struct str marks)
{
    const int64_t numbers[] = {block->number,      block->first_seq,         block->last_seq,
                               block->event_count, block->transaction_count, block->entry_count};
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        db_param_int8(&p, numbers[i]);
    db_param_bytea(&p, block->previous.bytes, sizeof block->previous.bytes);
    db_param_bytea(&p, block->hash.bytes, sizeof block->hash.bytes);
    db_param_time(&p, block->sealed_us);
    db_param_bytea(&p, marks.data, marks.len);
    return db_query(db, LEDGER_SQL_INSERT_BLOCK, &p, &r);
}
