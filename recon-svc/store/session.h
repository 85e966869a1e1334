/* session.h - how recon-svc connects to PostgreSQL: it reads in short snapshots, and writes its own tables
   only in transactions that say so; its role is read only otherwise. */
#ifndef RECON_STORE_SESSION_H
#define RECON_STORE_SESSION_H

#include "shared/chain/chain.h"
#include "shared/io/db.h"

struct store {
    struct db_options options;
    struct db *db; /* NULL: not connected */
    struct db_params params;
};
struct db_options recon_session_options(const char *conninfo);
void store_init(struct store *s, const char *conninfo);
/* STATUS_OK also when it is connected already. */
NODISCARD enum status store_connect(struct store *s);
void store_disconnect(struct store *s); /* gives the lock back, too */
void store_close(struct store *s);
struct chain_reader store_chain(const struct store *s);

/* The statement with what is in params. */
NODISCARD enum status store_query(struct store *s, int statement, PGresult **ret_result);
/* The same in a transaction of its own that may write. */
NODISCARD enum status store_write(struct store *s, int statement, PGresult **ret_result);
/* Statements until store_snapshot_end see one moment. */
NODISCARD enum status store_snapshot_begin(struct store *s);
NODISCARD enum status store_snapshot_end(struct store *s);

#endif
