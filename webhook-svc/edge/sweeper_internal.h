/* sweeper_internal.h - what the sweeper's files share; nobody else includes it. */
#ifndef WEBHOOK_EDGE_SWEEPER_INTERNAL_H
#define WEBHOOK_EDGE_SWEEPER_INTERNAL_H

#include <jansson.h>
#include <pthread.h>

#include "shared/io/requests.h"
#include "webhook-svc/edge/ids.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/edge/sweeper.h"
#include "webhook-svc/store/sweep.h"

#define SWEEP_MAX 256 /* of a run */

/* How far the unfinished work of a kind was looked through, and when to begin anew. */
struct lying_look {
    struct lying_work behind;
    int64_t next_ms;
};

struct sweeper {
    const struct webhook_config *config;
    pthread_t thread;
    bool started;
    struct bus *bus;
    struct delivery_queue *queue;
    struct link link;
    struct requests *requests;
    struct ids ids;
    struct stream_acks work_acks, letter_acks;
    struct dead_letters_size letters; /* as last measured */
    int64_t dlq_created_us;           /* of PAY_DLQ, as last seen; 0: never */
    int64_t next_check_ms;
    bool is_checking; /* whether PAY_DLQ has them all, behind: */
    struct uuid checked_to;
    struct lying_look lying[WORK_KIND_COUNT];
    bool is_due_fairly; /* more was due than one part, and goes on behind: */
    struct uuid due_lane;
    int64_t orphan_seq; /* how far PAY_WORK was looked through for orphans */
    bool is_straying;   /* PAY_DLQ is looked through for strays, behind: */
    int64_t stray_seq, next_stray_ms;
};

/* Each does a bounded part of its work. A failure is the database's. *ret_more: there is more to do at once.
 */
typedef enum status sweep(struct sweeper *s, bool *ret_more);
sweep sweep_unpublished, sweep_leftovers, sweep_lost_letters; /* sweeper_letters.c */
sweep sweep_facts;                                            /* sweeper_facts.c */
sweep sweep_work;                                             /* sweeper_work.c */
sweep sweep_due;                                              /* sweeper_due.c */
sweep sweep_endpoints, measure_owners;                        /* sweeper_endpoints.c */
sweep sweep_orphans, sweep_strays;                            /* sweeper_orphans.c */

/* sweeper_consumers.c. False: not now. *ret_info is the caller's. */
bool sweeper_ask_stream(struct sweeper *s, const char *stream, json_t **ret_info);
/* A kind's consumer of PAY_WORK; zero if there is none. */
struct consumer_state {
    int64_t delivered_seq, floor_seq; /* the newest that was delivered; all up to here are acknowledged */
    int64_t to_come;                  /* messages that were not delivered yet */
    int64_t waiting;                  /* these, or delivered and not acknowledged */
};
/* False: not now. */
bool sweeper_ask_consumer(struct sweeper *s, enum work_kind kind, struct consumer_state *ret_state);
void sweeper_ask_consumers(struct sweeper *s, struct consumer_state ret_states[WORK_KIND_COUNT]);
/* How far PAY_WORK has delivered a kind. */
struct work_front {
    int64_t created_us; /* the stream */
    int64_t floor_seq;  /* all messages up to here are acknowledged */
    int64_t stored_us;  /* the first one that was not delivered yet; 0: there is none */
};
/* False: not now. */
bool sweeper_find_front(struct sweeper *s, enum work_kind kind, struct work_front *ret_front);
/* A part of the work that lies. */
struct lying_part {
    size_t count;
    struct lying_work work[SWEEP_MAX];
    struct work_front front;
};

#endif
