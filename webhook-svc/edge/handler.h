/* handler.h - how a kind of work is done. The engine claims work and begins a job for each; the handler ends
   it when it is done, at once or later, from any thread: nobody waits for a slow one. */
#ifndef WEBHOOK_EDGE_HANDLER_H
#define WEBHOOK_EDGE_HANDLER_H

#include <nats/nats.h>

#include "shared/io/db.h"
#include "webhook-svc/domain/retry.h"

#define JOB_ERROR_SIZE      480
#define JOB_EVENT_TYPE_SIZE (4 * 100 + 1) /* so many characters at most, of four bytes at most */
#define JOB_SUBJECT_SIZE    256

struct engine;
/* One attempt. */
struct job {
    struct work work;                     /* as claimed */
    void *object;                         /* the handler's, from read to release */
    char event_type[JOB_EVENT_TYPE_SIZE]; /* set by read; "": none */
    int64_t asked_ms; /* the other side asked to be left alone for so long; 0: it did not */
    /* What follows is the engine's. */
    struct engine *engine;
    natsMsg *message;
    int64_t age;                               /* of the consumer that brought it */
    int64_t deliveries, stored_us, stream_seq; /* of the message */
    int64_t begun_us, sign_us;                 /* monotonic: claimed, last sign of life */
    struct work_verdict verdict;
    enum work_result result;
    char error[JOB_ERROR_SIZE];
    char subject[JOB_SUBJECT_SIZE]; /* of its dead letter */
    bool is_troublesome;            /* its dead letter could not be stored: the least is tried */
    bool is_deferred;               /* a suspect whose turn has not come */
    bool is_nameless;               /* its message names no work */
    bool is_fresh;                  /* it may be begun unclaimed: its message comes for the first time */
    bool is_unclaimed;              /* it was, and its row says nothing about it yet */
    int64_t claim_us;               /* monotonic: when it is claimed, if it is under way by then */
    bool is_unread;                 /* there was no memory for its object */
    bool has_ended;                 /* in the database, by us */
    bool is_in_doubt;               /* the answer to a COMMIT may have been lost: it may have ended before */
    bool ended_before;              /* and it has */
    bool is_locked; /* somebody else has its row: what was to be noted of it was, but no end */
    bool is_running;
    struct uuid dead_letter;
};
/* Text of others as ASCII in one line: what is cut in the middle of a character, or is none, would be no text
   for PostgreSQL. */
void job_copy_plain(const char *text, char *ret_text, size_t size);
/* Once for each job that was started, also from within start. error may be NULL; what does not fit is cut. */
void job_end(struct job *job, enum work_result result, const char *error);

struct handler {
    enum work_kind kind;
    bool knows_sources; /* an effect is there once, however often it is begun: a first try need not be claimed
                         */
    /* A statement that gets the ids of objects in $1 and is run in the transaction that claims their work;
       the first column of its rows is the object's id. */
    int load_statement;
    /* Keeps what it needs of a row; false: out of memory. */
    bool (*read)(struct job *job, const PGresult *r, int row);
    void (*start)(void *context, struct job *job); /* must not block */
    void (*flush)(void *context, int count);       /* after so many were started; may be NULL */
    void (*look)(void *context);                   /* at every turn of the engine's thread; may be NULL */
    int64_t (*look_again_us)(void *context);       /* when to look at the latest; may be NULL */
    void (*release)(struct job *job);              /* of what read kept */
    /* Sends what it stores of jobs that ended into the pipeline of the transaction that ends their work, and
       counts its statements; may be NULL. */
    enum status (*send_ended)(void *context, struct db *db, struct job *const *jobs, size_t count,
                              int *ret_statements);
};

#endif
