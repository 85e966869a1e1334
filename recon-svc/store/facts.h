/* facts.h - a transaction as the chain's rows have it, for the rules. */
#ifndef RECON_STORE_FACTS_H
#define RECON_STORE_FACTS_H

#include "recon-svc/domain/transaction_check.h"
#include "shared/chain/chain.h"

/* Of an event that posts a transaction which is there (item->transaction >= 0); borrows text from rows. */
void facts_of_transaction(const struct chain_rows *rows, const struct chain_item *item,
                          struct transaction_facts *ret);
struct uuid facts_object(const struct chain_rows *rows, const struct chain_item *item);
bool facts_posts(const struct chain_rows *rows, const struct chain_item *item);
struct str facts_type(const struct chain_rows *rows, const struct chain_item *item);
struct str facts_source(const struct chain_rows *rows, const struct chain_item *item); /* data NULL: none */

#endif
