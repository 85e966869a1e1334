/* pull.h - messages of a JetStream stream by a durable pull consumer that makes and mends itself. Not by
   nats.c's own fetch: that of 3.4.1 writes beyond its array and waits for what has arrived. */
#ifndef SHARED_IO_PULL_H
#define SHARED_IO_PULL_H

#include "shared/io/bell.h"
#include "shared/io/bus.h"

/* How a consumer must be. It never gives a message up by itself, and delays only what is sent back with a
   delay. */
struct pull_spec {
    const char *stream, *name, *filter, *description;
    int64_t ack_wait_ms;     /* without a sign of life a message is delivered again */
    int64_t ack_pending_max; /* delivered and not acknowledged, delayed ones too */
    int64_t start_us; /* a new consumer begins with messages of this time; 0: with the first of the stream */
};
struct pull;

/* Listens; asks for nothing yet. The bell is its owner's, who waits on it: rung when pull_take may have
   something new. spec and bell are borrowed until pull_close. */
NODISCARD enum status pull_open(struct bus *bus, const struct pull_spec *spec, struct bell *bell,
                                struct pull **ret_pull);
/* NULL-safe; before bus_close: nothing is asked for any more; what was not taken and what still arrives goes
   to others. */
void pull_stop(struct pull *p);
/* NULL-safe. After bus_close: nats.c must not lose a subscription while messages come for it. */
void pull_close(struct pull *p);

/* What has arrived, at most room messages, the caller's (bus_discard); and asks for as many as there is still
   room for, after it saw to the consumer if that may be gone: at start, after a reconnect, when the server
   says so, when an answer got lost. Does not wait for messages. One thread. *ret_age is theirs: a consumer
   that was made anew begins another. */
int pull_take(struct pull *p, int room, natsMsg **ret_messages, int64_t *ret_age);
/* When to call pull_take at the latest, though nothing arrived (clock_monotonic_us). */
int64_t pull_look_again_us(struct pull *p);
/* The last time it asked the consumer was there. */
bool pull_is_ready(const struct pull *p);
int64_t
pull_pending(const struct pull *p); /* messages behind the last one that arrived, as the server said */

/* What is said about a message of an age. They leave with the next flush. Of a stream that is no more, or may
   be, nothing is said: its sequences are those of other messages by now. */
void pull_acknowledge(struct pull *p, natsMsg *message, int64_t age);
void pull_send_back(struct pull *p, natsMsg *message, int64_t age,
                    int64_t delay_ms);                              /* delivered again then */
void pull_give_back(struct pull *p, natsMsg *message, int64_t age); /* by who stops */
void pull_terminate(struct pull *p, natsMsg *message, int64_t age); /* never again */
void pull_go_on(struct pull *p, natsMsg *message, int64_t age);     /* a sign of life */
/* Where it is from. */
struct pull_place {
    int64_t deliveries; /* this one included */
    int64_t stream_seq, consumer_seq;
    int64_t stored_us; /* when the stream took it */
    int64_t pending;   /* messages behind it */
};
/* STATUS_INVALID: not a message of a consumer. */
NODISCARD enum status pull_place(natsMsg *message, struct pull_place *ret_place);

#endif
