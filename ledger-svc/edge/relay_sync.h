/* relay_sync.h - where the relay has to go on: what PostgreSQL remembers against what the stream has. */
#ifndef LEDGER_EDGE_RELAY_SYNC_H
#define LEDGER_EDGE_RELAY_SYNC_H

#include "ledger-svc/edge/relay_source.h"

/* Makes or mends the stream, loads the cursor and rewinds it where the stream has lost messages, is another
   one, the cursor is another cluster's, or somebody asks for it; saves it then. *ret_last_seq: the stream's
   last sequence. STATUS_UNAVAILABLE: no JetStream; otherwise as the database. */
struct relay_place {
    const struct relay_source *source;
    const struct stream_spec *stream;
};
NODISCARD enum status relay_sync(struct bus *bus, struct db *db, const struct relay_place *place,
                                 struct relay_cursor *ret_cursor, int64_t *ret_last_seq);

#endif
