/* receivers.h - the endpoints that something was sent to of late, or is to be, with what is known of them; of
   the dispatcher's thread. */
#ifndef WEBHOOK_EDGE_RECEIVERS_H
#define WEBHOOK_EDGE_RECEIVERS_H

#include "webhook-svc/domain/circuit.h"
#include "webhook-svc/domain/turns.h"
#include "webhook-svc/edge/dispatcher.h"

struct queue {
    struct sending *first, *last;
    int count;
};
void queue_push(struct queue *q, struct sending *s);
struct sending *queue_pop(struct queue *q); /* NULL: it is empty */

struct receiver {
    struct uuid endpoint;
    int url_version; /* which of its urls the circuit and the turns are about */
    struct delivery_budget budget;
    struct circuit circuit;
    struct turns turns;
    struct queue waiting; /* looked up, for room */
    int in_hand;
    struct receiver *next;        /* in its bucket */
    struct receiver *next_listed; /* among those with something that waits */
    bool is_listed;
};

struct receivers;
/* NULL: out of memory. */
struct receivers *receivers_new(void);
void receivers_free(struct receivers *all); /* NULL-safe */
/* That of the endpoint that it is for, made if there is none. What was learned of an older url is forgotten.
   NULL: out of memory. */
struct receiver *receivers_find(struct receivers *all, const struct sending *s);
/* How a try ended, or why there was none: what an older url did says nothing about the new one. */
void receivers_note_answer(const struct sending *s, bool was_answered, int64_t now_us);
/* The same of a try whose answer was none, or had no end. */
void receivers_doubt(const struct sending *s);
/* What an owner has in hand, to be changed. */
struct owner_share {
    int in_hand, probes;
};
struct owner_share *receivers_of_owner(struct receivers *all, const char *owner);
/* Something waits for it. */
void receivers_list(struct receivers *all, struct receiver *r);
/* All that were listed, linked by next_listed, and listed no more. */
struct receiver *receivers_take_listed(struct receivers *all);
/* Forgets those of which nothing must be remembered. */
void receivers_forget_idle(struct receivers *all, int64_t now_us);

#endif
