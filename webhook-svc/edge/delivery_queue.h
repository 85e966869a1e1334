/* delivery_queue.h - how long the queue of deliveries in PAY_WORK is. It is one for all owners, first in,
   first out: what one of them has too much of waits in the database, from where the sweeper takes it from all
   endpoints alike while the queue is short. Safe from any thread. */
#ifndef WEBHOOK_EDGE_DELIVERY_QUEUE_H
#define WEBHOOK_EDGE_DELIVERY_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "webhook-svc/domain/owner_slot.h"

/* Zeroed to begin with. */
struct delivery_queue {
    atomic_int_fast64_t length; /* messages that nobody was given yet, as last asked */
};
void delivery_queue_note(struct delivery_queue *q, int64_t length);
bool delivery_queue_is_long(const struct delivery_queue *q);

/* What of a batch goes into the queue at once. */
struct queue_share {
    int of_an_owner;
    int counts[OWNER_SLOTS];
};
/* Much of an owner while the queue is short, little while it is long. */
void queue_share_begin(struct queue_share *share, const struct delivery_queue *q);
/* May one more of this owner's? It is counted. */
bool queue_share_admits(struct queue_share *share, struct str owner);

#endif
