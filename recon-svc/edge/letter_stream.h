/* letter_stream.h - what PAY_DLQ has: its messages in their order, without their bodies, a page at a time,
   and whether a dead letter's is there. */
#ifndef RECON_EDGE_LETTER_STREAM_H
#define RECON_EDGE_LETTER_STREAM_H

#include "recon-svc/store/dead_letters.h"
#include "shared/io/bus.h"

struct letter_stream;
struct letter_stream_state {
    int64_t first_seq, last_seq; /* last_seq 0: it never had a message, or there is no such stream */
    int64_t created_us;
    int64_t max_age_us; /* 0: without end */
    bool is_full;       /* it takes a new message for an old one */
};

/* Any failure of these: the stream cannot be read now. */
NODISCARD enum status letter_stream_open(struct bus *bus, struct letter_stream **ret_stream,
                                         struct letter_stream_state *ret_state);
/* The next messages, at most LETTERS_PAGE; fewer: there are no more. */
NODISCARD enum status letter_stream_page(struct letter_stream *s, struct letter_message *ret_messages,
                                         size_t *ret_count);
/* Whether the last message of the letter's subject is the letter's. */
NODISCARD enum status letter_stream_has(struct letter_stream *s, const struct letter_row *letter,
                                        bool *ret_has);
void letter_stream_close(struct letter_stream *s); /* NULL-safe; before bus_close */

#endif
