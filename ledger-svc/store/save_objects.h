/* save_objects.h - what only some batches store: details of transactions, holds, what was given back, webhook
 * endpoints. */
#ifndef LEDGER_STORE_SAVE_OBJECTS_H
#define LEDGER_STORE_SAVE_OBJECTS_H

#include "ledger-svc/store/load.h"

/* Sends a statement for each kind of which the batch has some into the open pipeline, and counts them in
 * *steps. */
NODISCARD enum status save_objects(struct store *st, struct ledger *l, int *steps);

#endif
