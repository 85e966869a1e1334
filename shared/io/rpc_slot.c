/* rpc_slot.c - the places where callers sleep, and what wakes them. */
#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/parse.h"
#include "shared/io/rpc_internal.h"

enum status rpc_slot_take(struct rpc *rpc, struct rpc_slot **ret_slot)
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
    monitor_unlock(&slot->monitor);
    *ret_slot = slot;
    return STATUS_OK;
}

/* Without the lock: only who holds the slot changes its generation. */
void rpc_slot_reply_subject(const struct rpc *rpc, const struct rpc_slot *slot, int try,
                            char ret_subject[RPC_REPLY_SIZE])
{
    snprintf(ret_subject, RPC_REPLY_SIZE, "%s.%d.%" PRIu64 ".%d", rpc->inbox, (int)(slot - rpc->slots),
             slot->generation, try);
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

/* Which try of whose call a message answers. */
struct address {
    struct rpc_slot *slot;
    uint64_t generation;
    int try;
};

/* Takes one token with its dot. */
static bool take_number(const char **text, int64_t max, int64_t *ret_number)
{
    size_t len = strcspn(*text, ".");
    if (parse_int64((struct str){*text, len}, 0, max, ret_number) != STATUS_OK)
        return false;
    *text += len;
    if (**text == '.')
        (*text)++;
    return true;
}

/* "<inbox>.<index>.<generation>.<try>"; false for any other subject. */
static bool parse_subject(const struct rpc *rpc, const char *subject, struct address *ret_address)
{
    if (strlen(subject) <= rpc->inbox_len + 1)
        return false;
    const char *text = subject + rpc->inbox_len + 1;
    int64_t index, generation, try;
    if (!take_number(&text, rpc->slot_count - 1, &index) || !take_number(&text, INT64_MAX, &generation) ||
        !take_number(&text, INT_MAX, &try) || *text != '\0')
        return false;
    *ret_address = (struct address){&rpc->slots[index], (uint64_t)generation, (int)try};
    return true;
}

/* The caller that waits for it takes the message; everything else is late or foreign. True if it was taken.
 */
static bool deliver(const struct address *to, natsMsg *message)
{
    struct rpc_slot *slot = to->slot;
    bool refusal = natsMsg_IsNoResponders(message);
    monitor_lock(&slot->monitor);
    bool waited_for = slot->busy && slot->generation == to->generation && !slot->news.reply;
    if (waited_for) {
        if (refusal) {
            slot->news.refused++;
        } else {
            slot->news.reply = message;
            slot->news.replied_try = to->try;
        }
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
    struct address to;
    if (!parse_subject(rpc, natsMsg_GetSubject(message), &to) || !deliver(&to, message))
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
