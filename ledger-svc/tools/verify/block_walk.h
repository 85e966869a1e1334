/* block_walk.h - one block against its rows: reads them a part at a time, computes the hash, names what
 * differs. */
#ifndef TOOLS_VERIFY_BLOCK_WALK_H
#define TOOLS_VERIFY_BLOCK_WALK_H

#include "ledger-svc/store/chain.h"
#include "ledger-svc/tools/verify/finding.h"

struct block_walk {
    struct db *db;
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
