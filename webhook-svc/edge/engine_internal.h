/* engine_internal.h - what the engine's files share; nobody else includes it. */
#ifndef WEBHOOK_EDGE_ENGINE_INTERNAL_H
#define WEBHOOK_EDGE_ENGINE_INTERNAL_H

#include <pthread.h>

#include "shared/io/heartbeat.h"
#include "shared/io/pull.h"
#include "shared/io/requests.h"
#include "webhook-svc/edge/engine.h"
#include "webhook-svc/edge/ids.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/store/dead_letters.h"
#include "webhook-svc/store/work.h"

#define ENGINE_BATCH_MAX 256
#define SUSPECTS_MAX     64 /* that wait here */
/* All payloads of a batch of dead letters. */
#define ENGINE_BYTES_MAX ((size_t)4 << 20)

/* The arrived ones of one transaction, sorted by id. */
struct claim {
    struct job **jobs;
    size_t count;
    int64_t now_us; /* the database's */
    size_t claimed_count, replayed_count, nameless_count;
    struct claim_row claimed[ENGINE_BATCH_MAX];
    struct uuid objects[ENGINE_BATCH_MAX], replayed[ENGINE_BATCH_MAX];
    struct dead_letter nameless[ENGINE_BATCH_MAX];
};

/* The ended ones of one transaction, sorted by id. */
struct ending {
    size_t count, dead_count;
    struct job *jobs[ENGINE_BATCH_MAX];
    struct end_row rows[ENGINE_BATCH_MAX];
    bool leaves_letter[ENGINE_BATCH_MAX];
    struct dead_letter dead[ENGINE_BATCH_MAX];
};

struct engine {
    struct engine_options options;
    const struct handler *handler;
    struct bus *bus;
    struct link link;
    struct pull_spec spec;
    char filter[WORK_SUBJECT_SIZE];
    struct pull *pull;
    struct heartbeat *heartbeat;
    bool has_ended_some;      /* since the last beat */
    struct requests *burials; /* dead letters on their way to PAY_DLQ */
    struct stream_acks burial_acks;
    pthread_t thread;
    bool started;
    int64_t lease_ms, progress_us, database_retry_us;
    int64_t unclaimed_look_us; /* when those that are under way unclaimed are looked through */
    struct ids ids;
    struct db_params params;
    int capacity, free_count, arrived_count, locked_count;
    struct job *jobs, **free, **arrived; /* arrived: not claimed yet */
    struct job **locked;                 /* ended, but their rows are somebody else's for the moment */
    int64_t locked_look_us;              /* when it is tried again */
    /* What may have killed its worker is worked on one after the other: who dies then is to blame. */
    bool may_suspect;                             /* it is our turn among the engines of the process */
    struct job *suspect, *suspects[SUSPECTS_MAX]; /* in hand, or NULL; to come, not claimed yet */
    int suspect_count;
    struct monitor monitor; /* guards what follows */
    int ended_count;
    struct job **ended; /* not stored yet */
    struct claim claim; /* the batch in hand, of the engine's thread */
    struct ending ending;
};

/* engine_claim.c - what messages name becomes ours, or is settled. */
void engine_claim(struct engine *e);
bool engine_has_to_claim(const struct engine *e);
/* Those that may be begun unclaimed, or the others: at most ENGINE_BATCH_MAX, sorted by id; their number. */
size_t engine_take_arrived(struct engine *e, bool is_fresh, struct job **ret_jobs);
/* engine_first.c - what may be begun without that. */
void engine_begin_first(struct engine *e);
void engine_claim_begun(struct engine *e);
/* engine_begin.c - the handler begins; the jobs come out in another order. objects: what its statement has
   found, may be NULL. */
void engine_begin(struct engine *e, struct job **jobs, size_t count, const PGresult *objects);
/* engine_store.c - what became of it. */
void engine_store(struct engine *e);
/* Those whose rows were locked are to be stored once more, if it is time. */
void engine_store_again(struct engine *e);
/* Is the id in the first column? */
bool engine_has_row(const PGresult *r, const struct uuid *id);
/* engine_bury.c - dead letters go to PAY_DLQ, then their messages go. */
void engine_bury(struct engine *e, struct job *job, const struct dead_letter *letter);
/* The dead letter's row is committed: the sweeper publishes it. */
void engine_leave_to_sweeper(struct engine *e, struct job *job);
void engine_look_at_burials(struct engine *e);

/* It is in hand no more, if it was. */
void engine_forget_suspect(struct engine *e, const struct job *job);
/* Its message goes, the job is free. */
void engine_release(struct engine *e, struct job *job);
/* The database refuses it though it is alone: its message comes again later, and holds up nobody. */
void engine_set_aside(struct engine *e, struct job *job);
void engine_database_failed(struct engine *e, const char *what, enum status status);
/* What a job that ends dead leaves behind; strings are borrowed from the job. Of a troublesome one no more
   than what cannot fail. */
struct dead_letter engine_dead_letter(struct engine *e, struct job *job);
/* Of its payload, if it leaves one. */
size_t engine_letter_bytes(const struct job *job);

#endif
