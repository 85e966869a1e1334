/* rpc_slot.c - the places where callers sleep, and what wakes them. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/parse.h"
#include "shared/io/rpc_internal.h"

enum status rpc_slot_take(struct rpc *rpc, struct rpc_slot **ret_slot, char ret_reply_subject[RPC_REPLY_SIZE])
{
    monitor_lock(&rpc->monitor);
    int index = rpc->free_count > 0 ? rpc->free[--rpc->free_count] : -1;
    monitor_unlock(&rpc->monitor);
    if (index < 0)
        return STATUS_FULL;
    atomic_fetch_add(&rpc->in_flight, 1);

    struct rpc_slot *slot = &rpc->slots[index];
    monitor_lock(&slot->monitor);
    slot->generation++;
    slot->busy = true;
    slot->fresh = false;
    slot->news = (struct rpc_news){0};
    snprintf(ret_reply_subject, RPC_REPLY_SIZE, "%s.%d.%" PRIu64, rpc->inbox, index, slot->generation);
    monitor_unlock(&slot->monitor);
    *ret_slot = slot;
    return STATUS_OK;
}

void rpc_slot_give(struct rpc *rpc, struct rpc_slot *slot)
{
    monitor_lock(&slot->monitor);
    bus_discard(rpc->bus, slot->news.reply); /* one that came in the moment of giving up, or a second one */
    slot->news.reply = NULL;
    slot->busy = false;
    monitor_unlock(&slot->monitor);

    atomic_fetch_sub(&rpc->in_flight, 1);
    monitor_lock(&rpc->monitor);
    rpc->free[rpc->free_count++] = (int)(slot - rpc->slots);
    monitor_unlock(&rpc->monitor);
}

void rpc_slot_wait(struct rpc_slot *slot, int64_t deadline_us, struct rpc_news *ret_news)
{
    monitor_lock(&slot->monitor);
    while (!slot->fresh && monitor_wait(&slot->monitor, deadline_us))
        ;
    *ret_news = slot->news;
    slot->fresh = false;
    slot->news.reply = NULL;
    slot->news.reconnected = false;
    monitor_unlock(&slot->monitor);
}

/* "<inbox>.<index>.<generation>" as a slot and its generation; false for any other subject. */
static bool parse_subject(const struct rpc *rpc, const char *subject, struct rpc_slot **ret_slot,
                          uint64_t *ret_generation)
{
    if (strlen(subject) <= rpc->inbox_len + 1)
        return false;
    const char *index_text = subject + rpc->inbox_len + 1;
    const char *dot = strchr(index_text, '.');
    int64_t index, generation;
    if (!dot ||
        parse_int64((struct str){index_text, (size_t)(dot - index_text)}, 0, rpc->slot_count - 1, &index) ||
        parse_int64(str_of(dot + 1), 0, INT64_MAX, &generation))
        return false;
    *ret_slot = &rpc->slots[index];
    *ret_generation = (uint64_t)generation;
    return true;
}

/* The caller that waits for it takes the message; everything else is late or foreign. True if it was taken.
 */
static bool deliver(struct rpc_slot *slot, uint64_t generation, natsMsg *message)
{
    bool refusal = natsMsg_IsNoResponders(message);
    monitor_lock(&slot->monitor);
    bool waited_for = slot->busy && slot->generation == generation && !slot->news.reply;
    if (waited_for) {
        if (refusal)
            slot->news.refused++;
        else
            slot->news.reply = message;
        slot->fresh = true;
    }
    monitor_unlock(&slot->monitor);
    /* After the unlock: the caller would wake only to wait for the mutex. */
    if (waited_for)
        monitor_signal(&slot->monitor);
    return waited_for && !refusal;
}

void rpc_on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *rpc)
{
    (void)connection;
    (void)subscription;
    struct rpc_slot *slot;
    uint64_t generation;
    if (!parse_subject(rpc, natsMsg_GetSubject(message), &slot, &generation) ||
        !deliver(slot, generation, message))
        bus_discard(((struct rpc *)rpc)->bus, message);
}

void rpc_on_reconnect(void *rpc)
{
    struct rpc *r = rpc;
    for (int i = 0; i < r->slot_count; i++) {
        struct rpc_slot *slot = &r->slots[i];
        monitor_lock(&slot->monitor);
        slot->news.reconnected = true;
        slot->fresh = true;
        monitor_signal(&slot->monitor);
        monitor_unlock(&slot->monitor);
    }
}
