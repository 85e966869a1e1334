/* sweeper_due.c - work that waits in the database is published when it is due: the longest due first, and
   when that is more than one part, from all lanes alike, so that what is due for one endpoint keeps no other
   waiting; and only while the queue is short, behind which what is new would wait. */
#include "webhook-svc/edge/republish.h"
#include "webhook-svc/edge/sweeper_internal.h"

#define LANE_MAX 64 /* of a lane in one part: less than SWEEP_MAX, or one lane alone would fill it */

static enum status take(struct sweeper *s, struct due_work *ret_due)
{
    if (!s->is_due_fairly)
        return store_take_due_work(s->link.db, SWEEP_MAX, ret_due);
    const struct fair_share share = {.max = SWEEP_MAX, .lane_max = LANE_MAX, .from_lane = s->due_lane};
    return store_take_due_work_fairly(s->link.db, &share, ret_due);
}

/* The next part begins at the lane where this one ended, or with the longest due if all lanes had their turn.
 */
static void go_on(struct sweeper *s, const struct due_work *due)
{
    bool was_fair = s->is_due_fairly, is_full = due->count == SWEEP_MAX;
    s->is_due_fairly = is_full || (was_fair && due->count > 0);
    s->due_lane = was_fair && is_full ? due->last_lane : (struct uuid){{0}};
}

static bool has_room(struct sweeper *s)
{
    struct consumer_state state;
    if (!bus_is_connected(s->bus) || !sweeper_ask_consumer(s, WORK_KIND_delivery, &state))
        return false;
    delivery_queue_note(s->queue, state.to_come);
    return !delivery_queue_is_long(s->queue);
}

enum status sweep_due(struct sweeper *s, bool *ret_more)
{
    struct uuid ids[SWEEP_MAX];
    struct due_work due = {.ids = ids};
    size_t published = 0;
    if (!has_room(s))
        return STATUS_OK;
    enum status status = take(s, &due);
    if (status != STATUS_OK)
        return status;
    go_on(s, &due);
    *ret_more = s->is_due_fairly;
    if (due.count == 0)
        return STATUS_OK;
    const struct republish_through through = {s->link.db, s->requests, s->bus, REPUBLISH_LOST, &s->work_acks};
    return republish(&through, ids, due.count, &published);
}
