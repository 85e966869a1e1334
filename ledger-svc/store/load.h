/* load.h - the first half of a batch's transaction: BEGIN, locks in the one global order, and what they
   protect, in one pipeline and so one round trip. A batch with holds or originals needs a second: they tell
   which accounts are to be locked and loaded. */
#ifndef LEDGER_STORE_LOAD_H
#define LEDGER_STORE_LOAD_H

#include "ledger-svc/domain/batch.h"
#include "shared/io/db.h"

struct store {
    struct db *db;
    int64_t key_window_days; /* how many days back a key is looked for */
    struct db_params params; /* scratch of every statement */
};

/* The commands' digests and needs; digests need not be sorted. */
struct load_request {
    const struct command *commands;
    size_t command_count;
    struct needs *needs; /* objects add their accounts */
};
struct loaded {
    struct stored_key *keys; /* sorted, in the arena */
    size_t key_count;
    struct stored_source *sources;
    size_t source_count;
    int64_t db_now_us;
    int64_t locks_took_us; /* until it had them all */
};

/* On success the transaction is open, l has the accounts. On failure the transaction may be open:
 * store_rollback. */
NODISCARD enum status store_load(struct store *st, const struct load_request *req, struct ledger *l,
                                 struct loaded *ret_loaded);

#endif
