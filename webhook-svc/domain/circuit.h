/* circuit.h - an endpoint that does not answer is asked ever more seldom, by one try at a time, until it
 * answers. Pure. */
#ifndef WEBHOOK_DOMAIN_CIRCUIT_H
#define WEBHOOK_DOMAIN_CIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed to begin with, or with what is known of earlier tries. */
struct circuit {
    int64_t unanswered; /* tries in a row without an answer */
    int64_t next_us;    /* of an open one: no try before */
    int doublings;      /* of the pause until then */
    bool is_doubtful;   /* the last answer was none that others should pay for */
};
/* So many were not answered that it gets one try at a time. */
bool circuit_is_open(const struct circuit *c);
/* May a try join those that are in hand? */
bool circuit_admits(const struct circuit *c, int in_hand, int64_t now_us);
/* How many tries may be under way at once, of at_most: few while it is doubtful. */
int circuit_at_once(const struct circuit *c, int at_most);
/* How a try ended: any answer is one, also a bad one. */
void circuit_note(struct circuit *c, bool was_answered, int64_t now_us);
/* What it answered had no end, or was no HTTP. */
void circuit_doubt(struct circuit *c);

#endif
