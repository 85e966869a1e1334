/* transfer_batch.h - a batch of transfers, whole or a slice of it. In mode "each" nothing binds the transfers
   together but their order, so such a batch is worked off in slices: each is a command of its own with a
   stored answer of its own, and between two of them others get at the accounts. Pure.

   The first slice is stored under the batch's own key: whoever sends another request with that key finds it.
   Its answer says where the next slice begins and gives the batch an id, from which the keys of the other
   slices follow:
     {"batch":"batch_..","next":100,"results":[..]}   {"next":200,"results":[..]}   {"results":[..]}
   So what is stored says how it was cut, whatever the size of slices is today, and a key that is used again
   after its time finds no slice of its first use. The last form is also that of a batch in one piece. */
#ifndef LEDGER_DOMAIN_TRANSFER_BATCH_H
#define LEDGER_DOMAIN_TRANSFER_BATCH_H

#include "ledger-svc/domain/transfer.h"

/* The data of the command "transfer.batch". */
struct transfer_batch {
    bool all_or_none;
    size_t count;
    const struct transfer *transfers;
    size_t first;     /* the index in the batch of the first of these */
    size_t next;      /* the index of the first after these; 0: they are the last */
    int64_t until_us; /* of a later slice: from then on its own stored answer might be out of sight */
};
/* Where a batch is to be cut. */
struct slice_rules {
    size_t transfers_max;    /* in a slice */
    int64_t key_window_days; /* how many days back a key is looked for, at least 1 */
};
/* How far a batch has come. */
struct slice_place {
    size_t first;      /* item that is next */
    struct uuid batch; /* its id, once the first slice is stored */
};
/* The slice of the whole batch that begins there, as a command. A batch that has to stay in one piece
   (all_or_none, or one with a source) is its own only slice. ret_part is its data. */
void slice_make(const struct command *whole, const struct slice_place *place, const struct slice_rules *rules,
                struct transfer_batch *ret_part, struct command *ret_slice);

/* Reads the stored answer of a slice: moves the place behind it, to first == 0 after the last one, and gives
   the text between the brackets of its results. False if it is none of that batch. */
NODISCARD bool slice_read(const struct command *whole, struct str body, struct slice_place *place,
                          struct str *ret_results);

#endif
