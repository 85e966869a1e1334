/* stream.h - JetStream streams: made or mended at start, looked at, published into in strict order. */
#ifndef SHARED_IO_STREAM_H
#define SHARED_IO_STREAM_H

#include "shared/core/buf.h"
#include "shared/io/bus.h"

/* How a stream must be; one row of a service's table. Ages in seconds, 0: without end. */
struct stream_spec {
    const char *name, *subject, *description;
    bool is_work_queue;           /* a message leaves with its acknowledgement; otherwise by age */
    int64_t max_age_s, max_bytes; /* a work queue that is full refuses, the others forget */
    int64_t duplicates_s;         /* within which the same Nats-Msg-Id is one message */
    int64_t replicas;             /* 1, or 3 in a cluster of nats-servers */
};
struct stream_state {
    int64_t created_ns; /* tells a stream from another one of the same name */
    int64_t first_seq, last_seq, messages, bytes;
    int64_t missing;   /* messages between the first and the last that are not there; and before the first */
    int64_t oldest_ns; /* when the first one was stored; 0: there is none */
};

/* Creates the stream, or brings the settings of one that is there in line; where the server refuses those, it
   is used as it is. STATUS_UNAVAILABLE: no JetStream. STATUS_FAILED: refused. All is logged, with the
   server's words. */
NODISCARD enum status stream_ensure(struct bus *bus, const struct stream_spec *spec,
                                    struct stream_state *ret_state);
#define STREAM_ID_SIZE 64
struct stream_message {
    char id[STREAM_ID_SIZE];    /* its Nats-Msg-Id */
    char value[STREAM_ID_SIZE]; /* of the header that was asked for; "" without */
};
/* A stored message. STATUS_INVALID: there is no such message. */
NODISCARD enum status stream_find(struct bus *bus, const char *stream, int64_t seq, const char *header,
                                  struct stream_message *ret_message);

/* A publisher sends many messages into one stream before it waits for their acknowledgements. In order: each
   message names the one before it (Nats-Expected-Last-Msg-Id), the first one the stream's last sequence
   (Nats-Expected-Last-Sequence), so that the server refuses what does not follow: the stream's order is the
   order of sending, and nobody else may publish into it. Otherwise each is for itself. One thread. */
struct publisher;
NODISCARD enum status publisher_open(struct bus *bus, const char *stream, bool in_order,
                                     struct publisher **ret_publisher);
/* Listens no more, so that closing the bus need not wait for what nobody reads. NULL-safe; before bus_close.
 */
void publisher_stop(struct publisher *p);
/* NULL-safe. After bus_close: nats.c must not lose a subscription while messages come for it. */
void publisher_close(struct publisher *p);
/* Before the first message, and after every failure: the stream ends with this sequence. */
void publisher_begin(struct publisher *p, int64_t last_seq);

#define PUBLISHER_MESSAGES_MAX 256
#define PUBLISHER_HEADERS_MAX  2
struct publisher_message {
    const char *subject, *id;
    struct {
        const char *name, *value;
    } headers[PUBLISHER_HEADERS_MAX]; /* more of them; NULL: no more */
    struct str body;
};
/* Hands a message to the bus. STATUS_INVALID: a failure came before, and no publisher_begin. */
NODISCARD enum status publisher_send(struct publisher *p, const struct publisher_message *m);
/* What a round was acknowledged. */
struct publisher_acks {
    size_t count; /* messages from the first on without a gap */
    size_t last;  /* which of them is the furthest in the stream: one that was there before keeps its place */
    int64_t last_seq; /* its sequence; 0: none */
};
/* Waits until all that was sent since the last wait is acknowledged. STATUS_OK: all. STATUS_TIMEOUT: not by
   then. STATUS_FAILED: the server refused one, logged. */
NODISCARD enum status publisher_wait(struct publisher *p, int64_t timeout_ms,
                                     struct publisher_acks *ret_acks);

#endif
