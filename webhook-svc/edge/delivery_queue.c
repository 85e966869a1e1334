/* delivery_queue.c - see delivery_queue.h. */
#include "webhook-svc/edge/delivery_queue.h"

#include <string.h>

#define LONG_LENGTH 1000 /* a fraction of a second at the speed of one webhook-svc */
#define SHARE_MAX   256  /* two endpoints of one owner, all events of a batch his */
#define SHARE_MIN   8

void delivery_queue_note(struct delivery_queue *q, int64_t length)
{
    atomic_store(&q->length, length);
}

bool delivery_queue_is_long(const struct delivery_queue *q)
{
    return atomic_load(&q->length) > LONG_LENGTH;
}

void queue_share_begin(struct queue_share *share, const struct delivery_queue *q)
{
    share->of_an_owner = delivery_queue_is_long(q) ? SHARE_MIN : SHARE_MAX;
    memset(share->counts, 0, sizeof share->counts);
}

bool queue_share_admits(struct queue_share *share, struct str owner)
{
    return ++share->counts[owner_slot(owner)] <= share->of_an_owner;
}
