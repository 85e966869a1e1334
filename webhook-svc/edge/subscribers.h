/* subscribers.h - the webhook endpoints there are, remembered, and brought up to date by what was committed
   since they were read: told by transactions, not by a clock. */
#ifndef WEBHOOK_EDGE_SUBSCRIBERS_H
#define WEBHOOK_EDGE_SUBSCRIBERS_H

#include <jansson.h>

#include "shared/io/db.h"

#define SUBSCRIBERS_PATTERNS_MAX 256

struct subscriber {
    struct uuid id;
    char owner[65];
    bool is_enabled, is_gone;
    json_t *event_types; /* array of patterns */
    int64_t created_us;
    int64_t created_seq; /* events that it is to have have greater numbers */
};
struct subscribers {
    struct subscriber *list; /* by owner, then id */
    size_t count, cap;
    struct buf snapshot; /* what is visible in it is known; empty: nothing is */
    int64_t file;        /* PostgreSQL's, in which they are */
    int64_t created_us;  /* of the oldest of them; and of the lowest number */
    int64_t created_seq;
    int64_t read_us; /* monotonic: when all were read last */
    /* All that any of them asks for, or has asked for since all were read. */
    char patterns[SUBSCRIBERS_PATTERNS_MAX][64];
    size_t pattern_count;
    bool wants_all; /* there are more */
};

void subscribers_init(struct subscribers *s);
void subscribers_free(struct subscribers *s);
/* Asks what has changed; deleted ones leave. After a failure what is known is not to be used. */
NODISCARD enum status subscribers_update(struct subscribers *s, struct db *db);
/* The next update reads all: another server may answer. */
void subscribers_doubt(struct subscribers *s);
/* Does anybody want events of this type? */
bool subscribers_want(const struct subscribers *s, struct str type);
/* The first one of an owner that wants an event of this type, or the next one behind that; NULL: none. */
const struct subscriber *subscribers_next(const struct subscribers *s, struct str owner, struct str type,
                                          const struct subscriber *behind);

#endif
