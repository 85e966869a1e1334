/* counters.h - what is counted for good, though nothing is stored of it. */
#ifndef LEDGER_STORE_COUNTERS_H
#define LEDGER_STORE_COUNTERS_H

#include "shared/io/db.h"

NODISCARD enum status counters_add(struct db *db, int64_t replays, int64_t duplicates);

#endif
