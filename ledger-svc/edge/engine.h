/* engine.h - the batch engine of one worker: load, decide, store, COMMIT, answer; and what happens when that
   fails. A batch that fails unexpectedly is halved until the culprit stands alone; conflicts and lost
   connections repeat the whole; a COMMIT whose answer was lost is resolved by repeating too, since the repeat
   finds its own keys. */
#ifndef LEDGER_EDGE_ENGINE_H
#define LEDGER_EDGE_ENGINE_H

#include <stdatomic.h>

#include "ledger-svc/edge/inbox.h"
#include "ledger-svc/store/load.h"

#define ENGINE_POISONED_MAX 64

/* A command that failed alone, and until when it runs alone. */
struct poisoned {
    struct uuid key_digest;
    int64_t until_us; /* monotonic */
};
struct engine {
    struct db_options options;
    struct store store; /* store.db is NULL while there is no connection */
    struct arena arena; /* one attempt */
    uint64_t random_state;
    uint32_t sequence;
    struct poisoned poisoned[ENGINE_POISONED_MAX];
    size_t poisoned_next;
    struct answer *answers;     /* of the attempt, in the arena */
    bool connect_failed;        /* the last try to connect failed, and was logged */
    atomic_bool database_ready; /* read by /readyz */
};

NODISCARD enum status engine_open(struct engine *e, const char *database_url, int64_t key_retention_hours);
void engine_close(struct engine *e);
/* Connects if there is no connection and checks that the server keeps what it commits. */
NODISCARD enum status engine_connect(struct engine *e);
/* With nothing to do: connects, or finds out that the connection is gone before a command has to. */
void engine_idle(struct engine *e);
/* Decides, stores and answers everything that the inbox has in hand. */
void engine_run(struct engine *e, struct inbox *in);

#endif
