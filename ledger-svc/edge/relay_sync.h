/* relay_sync.h - where the relay has to go on: what PostgreSQL remembers against what the stream has. */
#ifndef LEDGER_EDGE_RELAY_SYNC_H
#define LEDGER_EDGE_RELAY_SYNC_H

#include "ledger-svc/store/relay_cursor.h"
#include "shared/io/stream.h"

#define RELAY_SEQ_HEADER "Paybus-Seq" /* an event's number, by which it is found again */

/* Makes or mends the stream, loads the cursor and rewinds it where the stream has lost messages, is another
   one, the cursor is another cluster's, or somebody asks for it; saves it then. *ret_last_seq: the stream's
   last sequence. STATUS_UNAVAILABLE: no JetStream; otherwise as the database. */
NODISCARD enum status relay_sync(struct bus *bus, struct db *db, const struct stream_spec *spec,
                                 struct relay_cursor *ret_cursor, int64_t *ret_last_seq);

#endif
