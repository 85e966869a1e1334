/* republish.h - messages of work that was put back to work, and of work whose message is gone. */
#ifndef WEBHOOK_EDGE_REPUBLISH_H
#define WEBHOOK_EDGE_REPUBLISH_H

#include "shared/io/requests.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/store/work.h"

#define REPUBLISH_MAX 256

/* Of a new generation the message has its id; of one that was published before an id that no earlier message
   has, since the stream would take it for that one for as long as it remembers ids. */
enum republish_reason { REPUBLISH_GENERATION, REPUBLISH_LOST };

/* What it goes through; borrowed, and of the calling thread. */
struct republish_through {
    struct db *db;
    struct requests *requests;
    struct bus *bus;
    enum republish_reason reason;
    struct stream_acks *acks;
};
/* Publishes the message of each into PAY_WORK and waits for its acknowledgements. *ret_published: how many
   came and were no duplicates; whose did not is found by the sweeper. A failure is the database's. */
NODISCARD enum status republish(const struct republish_through *through, const struct uuid *ids, size_t count,
                                size_t *ret_published);

#endif
