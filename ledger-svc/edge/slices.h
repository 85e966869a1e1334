/* slices.h - a batch of transfers on its way through the engine, a slice at a time: what is next, and the
   results of the slices before it, of which the answer to the whole is put together. */
#ifndef LEDGER_EDGE_SLICES_H
#define LEDGER_EDGE_SLICES_H

#include "ledger-svc/domain/transfer_batch.h"

struct slices {
    struct command whole;
    const struct slice_rules *rules; /* borrowed for life */
    struct slice_place place;
    struct transfer_batch part; /* data of the slice in hand */
    struct buf answer;          /* the whole's body so far; empty before the first of several slices */
    bool is_over;               /* answered, or given up: nobody waits for it any more */
};

/* whole is a command "transfer.batch"; what it points to outlives the slices. */
void slices_begin(struct slices *s, const struct command *whole, const struct slice_rules *rules);
void slices_free(struct slices *s);
/* The slice that is next, as a command. */
void slices_next(struct slices *s, struct command *ret_slice);
/* Takes the answer of the slice in hand. True: the batch is over, and that is the answer to the whole, valid
   until slices_free or as long as the slice's; an empty body stands for the problem of its outcome. It is a
   replay if another command has finished the batch. */
bool slices_take(struct slices *s, const struct answer *slice, struct answer *ret_whole);
/* Nothing more will be done of it for that reason: gives what its sender is to be told, for whom it matters
   whether a part of the batch was made. */
enum outcome slices_give_up(struct slices *s, enum outcome why);

#endif
