/* chain.h - the rows that a block covers, in its order: for sealing them and for finding out later whether
   they are still the same. */
#ifndef SHARED_CHAIN_CHAIN_H
#define SHARED_CHAIN_CHAIN_H

#include "shared/chain/block.h"
#include "shared/io/db.h"

#define CHAIN_READ_MAX 200 /* events: with all the metadata and entries that fit, some 20 MB */
#define CHAIN_WALK_MAX                                                                                       \
    500 /* for who reads all of them: 50 MB at worst, and as few statements as that allows */

/* A connection and the numbers that shared/chain/sql/ has among its statements. */
struct chain_reader {
    struct db *db;
    int list_events, list_transactions, list_entries, list_blocks;
    int list_transactions_between, list_entries_between;
};

/* A part of the events, with the transactions that they post and the entries of these, both by id and
   possibly with others between them; NULL when they post none. */
struct chain_rows {
    PGresult *events, *transactions, *entries;
    int event, transaction, entry; /* the next ones, most likely */
};
void chain_rows_free(struct chain_rows *rows); /* for CLEANUP */
/* Events after one number up to another, at most limit (and CHAIN_WALK_MAX). */
NODISCARD enum status chain_read(const struct chain_reader *c, int64_t after_seq, int64_t up_to_seq,
                                 int64_t limit, struct chain_rows *ret_rows);

/* The same of another statement that gives at most CHAIN_READ_MAX events in the columns of
   list_sealed_events. */
NODISCARD enum status chain_read_events(const struct chain_reader *c, int statement,
                                        const struct db_params *params, struct chain_rows *ret_rows);

/* Those of the transactions that are there, at most CHAIN_READ_MAX, by id and without events. */
NODISCARD enum status chain_read_transactions(const struct chain_reader *c, const struct uuid *ids,
                                              size_t count, struct chain_rows *ret_rows);

/* One event with what it posts. */
struct chain_item {
    int64_t seq;
    int event;                    /* rows of the results; -1: without */
    int transaction;              /* -1: it posts none, or one that is not there */
    int first_entry, entry_count; /* of what it posts, also if that is not there */
};
/* False at the end of this part. */
bool chain_next(struct chain_rows *rows, struct chain_item *ret_item);

/* The same of rows that were read without events. */
bool chain_next_transaction(struct chain_rows *rows, struct chain_item *ret_item);

/* The canonical form of a row of the results, replacing what is in out. */
void chain_write_event(const struct chain_rows *rows, int row, struct buf *out);
void chain_write_transaction(const struct chain_rows *rows, int row, struct buf *out);
void chain_write_entry(const struct chain_rows *rows, int row, struct buf *out);

/* Blocks from a number on, in order. */
NODISCARD enum status chain_list_blocks(const struct chain_reader *c, int64_t from_number, int64_t limit,
                                        PGresult **ret_result);
/* Marks are borrowed from r. */
void chain_block(const PGresult *r, int row, struct block *ret_block, struct str *ret_marks);
struct digest chain_digest(const PGresult *r, int row, int column);

#endif
