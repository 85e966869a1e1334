/* finding.h - what a walk along the chain finds to be other than it was sealed: by table and id, in words. */
#ifndef SHARED_CHAIN_FINDING_H
#define SHARED_CHAIN_FINDING_H

#include "shared/chain/block.h"
#include "shared/core/arena.h"

#define FINDINGS_MAX 64 /* of one block; there may be more */

enum finding_what { FINDING_ALTERED, FINDING_MISSING, FINDING_INSERTED, FINDING_SWAPPED };

struct finding {
    enum finding_what what;
    enum block_table table;
    int64_t seq; /* of the event that it belongs to */
    struct uuid id;
    int leg;      /* of entries */
    size_t other; /* FINDING_SWAPPED: with this one */
    uint8_t mark[BLOCK_MARK_SIZE];
    struct str row; /* canonical; empty when it is not known */
    size_t key_len; /* how much of it says which row it is */
};
struct findings {
    size_t count;
    struct finding all[FINDINGS_MAX];
    struct arena *arena; /* of their rows */
};
/* Adds one; what is beyond FINDINGS_MAX is forgotten: the first ones are what is wanted. row is copied. */
void finding_add(struct findings *f, const struct finding *finding);
/* Two rows that were altered, each of which has what belongs to the other, were swapped. */
void findings_pair(struct findings *f, struct buf *scratch);
/* "transaction txn_...: altered" */
void finding_write(const struct findings *f, const struct finding *finding, struct buf *out);

#endif
