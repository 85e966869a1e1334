/* blocks.h - the table of blocks, and what may go into the next one. */
#ifndef LEDGER_STORE_BLOCKS_H
#define LEDGER_STORE_BLOCKS_H

#include "shared/chain/chain.h"

/* number, last_seq and hash of the newest block; all zero while there is none. */
NODISCARD enum status blocks_last(struct db *db, struct block *ret_block);

/* How far events have come. Once all transactions below `above` have ended, no event up to newest_seq is
   still to come: a transaction has its number before it draws an event's. */
struct blocks_mark {
    int64_t newest_seq; /* 0: there is nothing to seal */
    int64_t above;
    int64_t oldest_us; /* time of the first event that is not sealed */
};
NODISCARD enum status blocks_mark(struct db *db, int64_t after_seq, struct blocks_mark *ret_mark);

/* Within a transaction: false while another one seals or the mark is not settled. *ret_now_us is PostgreSQL's
   clock. */
NODISCARD enum status blocks_take(struct db *db, const struct blocks_mark *mark, bool *ret_may_seal,
                                  int64_t *ret_now_us);
NODISCARD enum status blocks_insert(struct db *db, const struct block *block, struct str marks);

/* For reading what blocks cover. */
struct chain_reader blocks_reader(struct db *db);

#endif
