/* fanout_batch.h - a batch of events, wherever they are from: their accounts' owners are asked for, and their
   deliveries written with the work. What is there already is left as it is. */
#ifndef WEBHOOK_EDGE_FANOUT_BATCH_H
#define WEBHOOK_EDGE_FANOUT_BATCH_H

#include "webhook-svc/edge/delivery_queue.h"
#include "webhook-svc/edge/subscribers.h"

#define FANOUT_BATCH_MAX 128

struct fanout_batch;

NODISCARD enum status fanout_batch_open(const struct subscribers *subscribers,
                                        const struct delivery_queue *queue, struct fanout_batch **ret_batch);
void fanout_batch_close(struct fanout_batch *b); /* NULL-safe */

void fanout_batch_begin(struct fanout_batch *b);
/* A CloudEvent, which is the batch's from now on; at most FANOUT_BATCH_MAX. Gives its number, 0 when it is
   none of ours. */
int64_t fanout_batch_add(struct fanout_batch *b, json_t *event);
/* Writes what they become. *ret_made: deliveries that were not there. */
NODISCARD enum status fanout_batch_write(struct fanout_batch *b, struct db *db, int64_t *ret_made);
/* In a transaction, a batch of one event that is refused: each delivery for itself. What is refused even so
   is passed by, and the event a dead letter of that transaction. */
NODISCARD enum status fanout_batch_write_alone(struct fanout_batch *b, struct db *db, int64_t *ret_made);

#endif
