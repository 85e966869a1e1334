/* chain.h - the rows that a block covers, in its order: for sealing them and for finding out later whether
   they are still the same. */
#ifndef LEDGER_STORE_CHAIN_H
#define LEDGER_STORE_CHAIN_H

#include "ledger-svc/domain/block.h"
#include "shared/io/db.h"

#define CHAIN_READ_MAX 200 /* events: with all the metadata and entries that fit, some 20 MB */

/* A part of the events, with the transactions that they post and the entries of these. */
struct chain_rows {
    PGresult *events, *transactions, *entries;
    int event, transaction, entry; /* the next ones */
};
void chain_rows_free(struct chain_rows *rows); /* for CLEANUP */
/* Events after one number up to another, at most limit (and CHAIN_READ_MAX). */
NODISCARD enum status chain_read(struct db *db, int64_t after_seq, int64_t up_to_seq, int64_t limit,
                                 struct chain_rows *ret_rows);

/* The same of another statement that gives at most CHAIN_READ_MAX events in the columns of
   list_sealed_events. */
NODISCARD enum status chain_read_events(struct db *db, int statement, const struct db_params *params,
                                        struct chain_rows *ret_rows);

/* One event with what it posts. */
struct chain_item {
    int64_t seq;
    int event;       /* rows of the results */
    int transaction; /* -1: it posts none, or one that is not there */
    int first_entry, entry_count;
};
/* False at the end of this part. */
bool chain_next(struct chain_rows *rows, struct chain_item *ret_item);

/* The canonical form of a row of the results, replacing what is in out. */
void chain_write_event(const struct chain_rows *rows, int row, struct buf *out);
void chain_write_transaction(const struct chain_rows *rows, int row, struct buf *out);
void chain_write_entry(const struct chain_rows *rows, int row, struct buf *out);

#endif
