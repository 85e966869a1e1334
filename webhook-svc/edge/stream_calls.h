/* stream_calls.h - small calls to streams over requests: acknowledgements, what a subject's last message is,
   the end of a message. */
#ifndef WEBHOOK_EDGE_STREAM_CALLS_H
#define WEBHOOK_EDGE_STREAM_CALLS_H

#include "shared/io/requests.h"

/* Publications into one stream, one after the other; zero before the first. A stream that refuses says so to
   each, and is told of once, until it takes one again. */
struct stream_acks {
    bool are_refused;
};
struct stream_ack {
    int64_t seq;
    bool is_duplicate; /* it had that message id before: nothing was stored */
};
/* What the reply to a published message says. STATUS_FAILED: refused. */
NODISCARD enum status stream_ack_read(struct stream_acks *acks, natsMsg *reply, struct stream_ack *ret_ack);
/* Asks for the last message of a subject; its reply is read by stream_message_seq. */
NODISCARD enum status stream_ask_last(struct requests *requests, const char *stream, const char *subject,
                                      void *context);
/* Asks for a message by its sequence. */
NODISCARD enum status stream_ask_seq(struct requests *requests, const char *stream, int64_t seq,
                                     void *context);
/* Asks for the first message of subjects from a sequence on. */
NODISCARD enum status stream_ask_next(struct requests *requests, const char *stream, int64_t seq,
                                      const char *subjects, void *context);
/* The sequence of the message that was asked for; STATUS_NOT_FOUND: there is none; STATUS_FAILED: who knows.
 */
NODISCARD enum status stream_message_seq(const struct request_end *ended, int64_t *ret_seq);
NODISCARD enum status stream_delete(struct requests *requests, const char *stream, int64_t seq,
                                    void *context);

#endif
