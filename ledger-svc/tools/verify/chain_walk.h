/* chain_walk.h - the whole chain, block by block, each held against the one before and against its rows. */
#ifndef TOOLS_VERIFY_CHAIN_WALK_H
#define TOOLS_VERIFY_CHAIN_WALK_H

#include "shared/chain/block.h"

struct chain_head {
    int64_t number; /* 0: none */
    struct digest hash;
};
struct chain_walk_options {
    const char *conninfo;
    int64_t from;
    struct chain_head head; /* kept elsewhere */
};
enum chain_verdict { CHAIN_WHOLE = 0, CHAIN_DAMAGED = 1, CHAIN_UNKNOWN = 2 }; /* exit codes */

/* Prints findings and the end of the chain on standard output, what keeps it from going on on standard error.
 */
enum chain_verdict chain_walk(const struct chain_walk_options *options);

#endif
