/* block_walk.h - one block against its rows: reads them a part at a time, computes the hash, names what
 * differs. */
#ifndef SHARED_CHAIN_BLOCK_WALK_H
#define SHARED_CHAIN_BLOCK_WALK_H

#include "shared/chain/chain.h"
#include "shared/chain/finding.h"

struct block_walk {
    struct chain_reader reader;
    /* Gets each part before it is compared; may be NULL. */
    void (*on_rows)(void *context, struct chain_rows *rows);
    void *context;
    struct buf row, scratch;
    struct findings findings; /* of the last block */
    int64_t rows;             /* read so far, of all blocks */
};

/* STATUS_OK with *ret_is_whole: the rows of the database have the block's hash. Otherwise findings say which
   do not fit its marks; none when all fit: then the block itself was altered. Other statuses: it could not be
   read. */
NODISCARD enum status block_walk(struct block_walk *w, const struct block *block, struct str marks,
                                 bool *ret_is_whole);

#endif
