/* requests.c - see requests.h. */
#include "shared/io/requests.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/parse.h"

#define LOOK_US           INT64_C(50000) /* how exact timeouts are */
#define PENDING_BYTES_MAX (64 * 1024 * 1024)
#define REPLY_SIZE        (BUS_INBOX_SIZE + 48)

/* Its reply subject is <inbox>.<index>.<generation>: an answer to an earlier request is recognised. */
struct slot {
    int64_t generation, deadline_us;
    bool under_way;
    struct request_end end;
};
struct requests {
    struct bus *bus;
    natsSubscription *subscription;
    char inbox[BUS_INBOX_SIZE];
    size_t inbox_len;
    struct bell *bell;
    struct monitor monitor; /* guards what follows; signalled by ends */
    int capacity, free_count, under_way;
    int first, ended_count; /* of ended, a ring */
    int *free, *ended;      /* indexes of slots */
    int64_t looked_us;      /* for those whose time is over */
    struct slot *slots;
};

/* Its slot stays taken until its end is. */
static void end(struct requests *r, int index, enum status status, natsMsg *reply)
{
    struct slot *slot = &r->slots[index];
    slot->under_way = false;
    slot->end.status = status;
    slot->end.reply = reply;
    r->ended[(r->first + r->ended_count++) % r->capacity] = index;
}

/* "<inbox>.<index>.<generation>" of a request that is under way; -1: none. */
static int find_slot(const struct requests *r, const char *subject)
{
    if (strlen(subject) <= r->inbox_len + 1)
        return -1;
    const char *text = subject + r->inbox_len + 1, *dot = strchr(text, '.');
    int64_t index, generation;
    if (dot == NULL ||
        parse_int64((struct str){text, (size_t)(dot - text)}, 0, r->capacity - 1, &index) != STATUS_OK ||
        parse_int64(str_of(dot + 1), 0, INT64_MAX, &generation) != STATUS_OK)
        return -1;
    const struct slot *slot = &r->slots[index];
    return slot->under_way && slot->generation == generation ? (int)index : -1;
}

static void on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *message,
                       void *context)
{
    (void)connection, (void)subscription;
    struct requests *r = context;
    bool refused = natsMsg_IsNoResponders(message);
    monitor_lock(&r->monitor);
    int index = find_slot(r, natsMsg_GetSubject(message));
    if (index >= 0)
        end(r, index, refused ? STATUS_UNAVAILABLE : STATUS_OK, refused ? NULL : message);
    monitor_unlock(&r->monitor);
    monitor_signal(&r->monitor);
    if (r->bell)
        bell_ring(r->bell);
    if (index < 0 || refused)
        bus_discard(r->bus, message);
}

static enum status allocate(struct requests *r)
{
    size_t n = (size_t)r->capacity;
    r->free = calloc(n, sizeof(*r->free));
    r->ended = calloc(n, sizeof(*r->ended));
    r->slots = calloc(n, sizeof(*r->slots));
    if (!r->free || !r->ended || !r->slots)
        return STATUS_NO_MEMORY;
    for (int i = 0; i < r->capacity; i++)
        r->free[i] = i;
    r->free_count = r->capacity;
    return STATUS_OK;
}

enum status requests_open(struct bus *bus, int capacity, struct bell *bell, struct requests **ret_requests)
{
    assert(capacity > 0);
    struct requests *r = calloc(1, sizeof(*r));
    if (!r)
        return STATUS_NO_MEMORY;
    *r = (struct requests){.bus = bus, .capacity = capacity, .bell = bell};
    monitor_init(&r->monitor);
    *ret_requests = r; /* its owner closes it after the bus, whatever happens here */
    if (allocate(r) != STATUS_OK)
        return STATUS_NO_MEMORY;
    char subject[REPLY_SIZE];
    bus_new_inbox(bus, r->inbox);
    r->inbox_len = strlen(r->inbox);
    snprintf(subject, sizeof(subject), "%s.*.*", r->inbox);
    natsStatus s = natsConnection_Subscribe(&r->subscription, bus_raw(bus), subject, on_message, r);
    if (s == NATS_OK)
        s = natsSubscription_SetPendingLimits(r->subscription, -1, PENDING_BYTES_MAX);
    return s == NATS_OK ? STATUS_OK : STATUS_UNAVAILABLE;
}

void requests_close(struct requests *r)
{
    if (!r)
        return;
    for (; r->ended_count > 0; r->ended_count--)
        natsMsg_Destroy(r->slots[r->ended[r->first++ % r->capacity]].end.reply);
    natsSubscription_Destroy(r->subscription);
    monitor_destroy(&r->monitor);
    free(r->free);
    free(r->ended);
    free(r->slots);
    free(r);
}

/* -1: none is free. */
static int take_slot(struct requests *r, const struct request *request, int64_t *ret_generation)
{
    monitor_lock(&r->monitor);
    int index = r->free_count > 0 ? r->free[--r->free_count] : -1;
    if (index >= 0) {
        struct slot *slot = &r->slots[index];
        slot->deadline_us = clock_monotonic_us() + (int64_t)request->timeout_ms * 1000;
        slot->under_way = true;
        slot->end = (struct request_end){.context = request->context};
        *ret_generation = ++slot->generation;
        r->under_way++;
    }
    monitor_unlock(&r->monitor);
    return index;
}

static void give_slot(struct requests *r, int index)
{
    r->slots[index].under_way = false;
    r->under_way--;
    r->free[r->free_count++] = index;
}

enum status requests_send(struct requests *r, const struct request *request)
{
    char reply[REPLY_SIZE];
    int64_t generation = 0;
    int index = take_slot(r, request, &generation);
    if (index < 0)
        return STATUS_FULL;
    snprintf(reply, sizeof(reply), "%s.%d.%" PRId64, r->inbox, index, generation);
    enum status s =
        bus_publish(r->bus, request->subject, reply, request->headers, request->data, request->len);
    if (s == STATUS_OK || s == STATUS_UNKNOWN)
        return STATUS_OK; /* one that may be on its way ends by itself */
    monitor_lock(&r->monitor);
    give_slot(r, index);
    monitor_unlock(&r->monitor);
    return s;
}

static void end_late_ones(struct requests *r)
{
    int64_t now_us = clock_monotonic_us();
    if (r->under_way == 0 || now_us < r->looked_us + LOOK_US)
        return;
    r->looked_us = now_us;
    for (int i = 0; i < r->capacity; i++)
        if (r->slots[i].under_way && now_us >= r->slots[i].deadline_us)
            end(r, i, STATUS_UNKNOWN, NULL);
}

static bool take_ended(struct requests *r, struct request_end *ret_end)
{
    end_late_ones(r);
    if (r->ended_count == 0)
        return false;
    int index = r->ended[r->first];
    r->first = (r->first + 1) % r->capacity;
    r->ended_count--;
    *ret_end = r->slots[index].end;
    give_slot(r, index);
    return true;
}

bool requests_take(struct requests *r, struct request_end *ret_end)
{
    monitor_lock(&r->monitor);
    bool taken = take_ended(r, ret_end);
    monitor_unlock(&r->monitor);
    return taken;
}

bool requests_wait(struct requests *r, struct request_end *ret_end)
{
    monitor_lock(&r->monitor);
    bool taken = take_ended(r, ret_end);
    while (!taken && r->under_way > 0) {
        (void)monitor_wait(&r->monitor, clock_monotonic_us() + LOOK_US);
        taken = take_ended(r, ret_end);
    }
    monitor_unlock(&r->monitor);
    return taken;
}

int requests_under_way(struct requests *r)
{
    monitor_lock(&r->monitor);
    int count = r->under_way;
    monitor_unlock(&r->monitor);
    return count;
}

int64_t requests_look_again_us(struct requests *r)
{
    return requests_under_way(r) > 0 ? clock_monotonic_us() + LOOK_US : INT64_MAX;
}
