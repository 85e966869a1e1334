/* batch.h - decides a whole batch in order: replays first, then twins, sources, deadlines, then the commands.
   Pure; this is the function that the simulation drives and that ledger-svc stores the result of. */
#ifndef LEDGER_DOMAIN_BATCH_H
#define LEDGER_DOMAIN_BATCH_H

#include "ledger-svc/domain/command.h"

/* What the database already knows of a key or a source, as loaded after the locks. */
struct stored_key {
    struct uuid digest;
    struct digest fingerprint;
    struct uuid command_id;
    int status;
    struct str body;
};
struct stored_source {
    struct uuid digest;
    int status;
    struct str body;
};
struct batch_input {
    const struct command *commands;
    size_t command_count;
    const struct stored_key *keys; /* sorted by digest */
    size_t key_count;
    const struct stored_source *sources; /* sorted by digest */
    size_t source_count;
};

/* The accounts, objects, locks and entries of all commands; ids and locks are sorted and unique, the locks
   include those of all keys and sources. Without objects the accounts are complete and locks has theirs, too.
 */
void batch_needs(const struct command *commands, size_t count, struct needs *ret_needs, struct arena *a);
/* Has n objects, whose accounts are known only when they are loaded? */
bool batch_has_objects(const struct needs *n);
/* Adds the accounts of the holds and originals that l has loaded and of the currencies that it knows, and the
   locks of all accounts as account_locks. account_locks come after all of locks in the one order. */
void batch_needs_of_objects(const struct ledger *l, struct needs *n, struct arena *a);

/* l has the accounts loaded and was started; answers has a row per command. In order of precedence for each:
   0. its type has a key of its own: the type's decide(), which finds what it made before;
   1. its key is stored, or a twin earlier in the batch stored it:
      same fingerprint: the stored bytes, replayed, 201 as 200;
      same fingerprint and command id (a lost COMMIT's answer, a message sent twice): the stored bytes
      and status, not replayed;
      other fingerprint: 409 idempotency_key_reused, not stored;
   2. its source is stored: the first answer again, replayed, and the key stored beside it;
   3. its deadline is before db_now_us, PostgreSQL's clock: deadline_exceeded, not stored;
   4. the type's decide(); its answer is stored under the key unless the outcome is retryable, and under the
   source if it is an effect: a refusal of work may be tried again later. STATUS_FULL when the arena's cap was
   reached: nothing of the batch may be stored; split it. */
NODISCARD enum status batch_decide(struct ledger *l, const struct batch_input *in, int64_t db_now_us,
                                   struct answer *ret_answers);

#endif
