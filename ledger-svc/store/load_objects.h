/* load_objects.h - rows of holds and originals as the ledger has them: what store_load reads beside accounts.
 */
#ifndef LEDGER_STORE_LOAD_OBJECTS_H
#define LEDGER_STORE_LOAD_OBJECTS_H

#include "ledger-svc/domain/ledger.h"
#include "shared/io/db.h"

/* A copy that outlives the PGresult; a failure is the ledger's. */
struct str load_keep(struct ledger *l, struct str s);

/* A row of load_holds.sql, load_originals.sql, load_original_entries.sql: the last of an original that was
 * read before. */
void load_hold(struct ledger *l, const PGresult *r, int row);
void load_original(struct ledger *l, const PGresult *r, int row);
void load_original_entry(struct ledger *l, const PGresult *r, int row);

#endif
