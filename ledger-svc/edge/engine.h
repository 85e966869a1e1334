/* engine.h - one worker's batches: each is tried until it is stored, and every command gets its answer.
   A batch that fails unexpectedly is halved until the culprit stands alone; conflicts and lost connections
   repeat the whole; a COMMIT whose answer was lost is resolved by repeating too, since the repeat finds its
   own keys. */
#ifndef LEDGER_EDGE_ENGINE_H
#define LEDGER_EDGE_ENGINE_H

#include "ledger-svc/edge/attempt.h"
#include "ledger-svc/edge/inbox.h"
#include "shared/io/heartbeat.h"

#define ENGINE_POISONED_MAX 64

/* A command that failed alone, and until when it runs alone. */
struct poisoned {
    struct uuid key_digest;
    int64_t until_us; /* monotonic */
};
struct engine {
    struct heartbeat *heartbeat; /* of its worker: what came is answered */
    struct attempt attempt;      /* opened and closed by the owner */
    struct poisoned poisoned[ENGINE_POISONED_MAX];
    size_t poisoned_next;
    struct command commands[INBOX_COMMANDS_MAX]; /* scratch: the group on its way */
};

/* Decides, stores and answers everything that the inbox has in hand. */
void engine_run(struct engine *e, struct inbox *in);
/* The same for some of it. Of an item with slices it is the slice in hand; the answer is sent after the last.
 */
void engine_run_some(struct engine *e, struct inbox *in, struct inbox_item *const *items, size_t count);

#endif
