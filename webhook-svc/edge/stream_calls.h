/* stream_calls.h - small calls to streams over requests: acknowledgements, what a subject's last message is,
   the end of a message. */
#ifndef WEBHOOK_EDGE_STREAM_CALLS_H
#define WEBHOOK_EDGE_STREAM_CALLS_H

#include "shared/io/requests.h"

/* What the reply to a published message says. STATUS_FAILED: refused, logged. */
NODISCARD enum status stream_ack_read(natsMsg *reply, int64_t *ret_seq);
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
