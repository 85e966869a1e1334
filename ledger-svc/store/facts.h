/* facts.h - events as rows of PostgreSQL become facts for the bus. */
#ifndef LEDGER_STORE_FACTS_H
#define LEDGER_STORE_FACTS_H

#include "ledger-svc/domain/cloud_event.h"
#include "shared/chain/chain.h"

#define FACT_ENTRIES_MAX 100 /* of a transaction */

/* A fact with what it points to; its texts are borrowed from the rows it was read from. */
struct read_fact {
    struct fact fact;
    struct transaction_resource transaction;
    struct fact_entry entries[FACT_ENTRIES_MAX];
};
void fact_read(const struct chain_rows *rows, const struct chain_item *item, struct read_fact *ret_fact);

#endif
