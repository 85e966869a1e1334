/* attempt.h - one try of a batch's whole database transaction: connect, load, decide, store, COMMIT. No bus.
 */
#ifndef LEDGER_EDGE_ATTEMPT_H
#define LEDGER_EDGE_ATTEMPT_H

#include <stdatomic.h>

#include "ledger-svc/store/load.h"

struct attempt {
    struct db_options options;
    struct store store; /* store.db is NULL while there is no connection */
    struct arena arena; /* of the try in hand */
    uint64_t random_state;
    uint32_t sequence;              /* of ids, goes on from try to try */
    bool connect_failed;            /* the last try to connect failed, and was logged */
    atomic_bool database_ready;     /* read by /readyz */
    int64_t look_until_us;          /* monotonic: until then each try looks for locked rows first */
    const struct command *commands; /* of the last try; its answers are in the arena */
    size_t count;
    struct answer *answers;
    struct id_list locked; /* what it met locked, in the arena */
    int64_t locked_logged_us;
};

/* database_url is borrowed for life. Connects later. */
NODISCARD enum status attempt_open(struct attempt *at, const char *database_url, int64_t key_retention_hours);
void attempt_close(struct attempt *at);
/* Connects if there is no connection and checks that the server keeps what it commits. */
NODISCARD enum status attempt_connect(struct attempt *at);
/* Gives the connection up: the next try connects anew. */
void attempt_disconnect(struct attempt *at);
/* With nothing to do: connects, or finds out that the connection is gone before a command has to; ends
   sessions that stalled, before a command has to wait for them. */
void attempt_idle(struct attempt *at);

/* Runs the transaction. STATUS_OK: committed, also on a synchronous standby; ret_answers has a row per
   command, valid until the next try. STATUS_UNKNOWN: COMMIT was sent and its answer lost, or not true of the
   standby; run it again. STATUS_RETRY, STATUS_TIMEOUT, STATUS_UNAVAILABLE: not committed, repeating can help.
   STATUS_FULL, STATUS_FAILED: not committed, a smaller batch may do; the commands for which
   attempt_is_locked_out would not let even that happen now. Leaves no transaction open. After a wait that
   took too long, sessions that stalled are ended. */
NODISCARD enum status attempt_run(struct attempt *at, const struct command *commands, size_t count,
                                  const struct answer **ret_answers);
/* After a try that was not committed, of one of its commands: does somebody outside ledger-svc have a row
   locked that it would change? Not so for one that was done before: it changes nothing. Which accounts a
   command means that names a hold or a transaction is only known when it was tried alone. */
bool attempt_is_locked_out(struct attempt *at, size_t index);
/* For jitter. */
uint64_t attempt_random(struct attempt *at);

#endif
