/* rpc_open.c - makes and ends an rpc: its slots and its one subscription. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/rpc_internal.h"

#define PENDING_BYTES_MAX  (64 * 1024 * 1024)
#define COMPLETION_WAIT_US 1000000

static struct rpc *allocate(struct bus *bus, int slots)
{
    struct rpc *rpc = calloc(1, sizeof(*rpc));
    if (!rpc)
        return NULL;
    rpc->bus = bus;
    rpc->slot_count = rpc->free_count = slots;
    rpc->slots = aligned_alloc(CACHE_LINE, sizeof(*rpc->slots) * (size_t)slots);
    rpc->free = calloc((size_t)slots, sizeof(*rpc->free));
    if (!rpc->slots || !rpc->free) {
        free(rpc->slots);
        free(rpc->free);
        free(rpc);
        return NULL;
    }
    memset(rpc->slots, 0, sizeof(*rpc->slots) * (size_t)slots);
    for (int i = 0; i < slots; i++) {
        monitor_init(&rpc->slots[i].monitor);
        rpc->free[i] = slots - 1 - i; /* the first one on top */
    }
    monitor_init(&rpc->monitor);
    return rpc;
}

static void release(struct rpc *rpc)
{
    for (int i = 0; i < rpc->slot_count; i++)
        monitor_destroy(&rpc->slots[i].monitor);
    monitor_destroy(&rpc->monitor);
    free(rpc->slots);
    free(rpc->free);
    free(rpc);
}

static void on_complete(void *context)
{
    struct rpc *rpc = context;
    monitor_lock(&rpc->monitor);
    rpc->completed = true;
    monitor_signal(&rpc->monitor);
    monitor_unlock(&rpc->monitor);
}

static natsStatus subscribe(struct rpc *rpc)
{
    char subject[RPC_REPLY_SIZE];
    bus_new_inbox(rpc->bus, rpc->inbox);
    rpc->inbox_len = strlen(rpc->inbox);
    snprintf(subject, sizeof(subject), "%s.*.*.*", rpc->inbox);
    natsStatus s =
        natsConnection_Subscribe(&rpc->subscription, bus_raw(rpc->bus), subject, rpc_on_message, rpc);
    if (s == NATS_OK)
        s = natsSubscription_SetPendingLimits(rpc->subscription, -1, PENDING_BYTES_MAX);
    if (s == NATS_OK)
        s = natsSubscription_SetOnCompleteCB(rpc->subscription, on_complete, rpc);
    return s;
}

enum status rpc_open(struct bus *bus, int slots, struct rpc **ret_rpc)
{
    assert(slots > 0);
    struct rpc *rpc = allocate(bus, slots);
    if (!rpc)
        return STATUS_NO_MEMORY;
    enum status s = subscribe(rpc) == NATS_OK ? bus_listen(bus, rpc_on_reconnect, rpc) : STATUS_FAILED;
    if (s != STATUS_OK) {
        natsSubscription_Destroy(rpc->subscription);
        release(rpc);
        return s;
    }
    *ret_rpc = rpc;
    return STATUS_OK;
}

/* Callbacks run in a thread of nats.c and may be under way for a moment after the end of the subscription. */
static bool wait_completed(struct rpc *rpc)
{
    int64_t deadline_us = clock_monotonic_us() + COMPLETION_WAIT_US;
    monitor_lock(&rpc->monitor);
    while (!rpc->completed && monitor_wait(&rpc->monitor, deadline_us))
        ;
    bool completed = rpc->completed;
    monitor_unlock(&rpc->monitor);
    return completed;
}

void rpc_close(struct rpc *rpc)
{
    if (!rpc)
        return;
    assert(rpc_in_flight(rpc) == 0);
    bus_unlisten(rpc->bus, rpc_on_reconnect, rpc);
    (void)natsSubscription_Unsubscribe(rpc->subscription);
    bool completed = wait_completed(rpc);
    natsSubscription_Destroy(rpc->subscription);
    if (completed) /* else better leaked than used after free */
        release(rpc);
}

int rpc_in_flight(const struct rpc *rpc)
{
    return atomic_load(&rpc->in_flight);
}
