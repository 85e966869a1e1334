/* rpc_internal.h - what the rpc_*.c files share; nobody else includes it. */
#ifndef SHARED_IO_RPC_INTERNAL_H
#define SHARED_IO_RPC_INTERNAL_H

#include <stdalign.h>
#include <stdatomic.h>

#include "shared/io/monitor.h"
#include "shared/io/rpc.h"

#define RPC_REPLY_SIZE (BUS_INBOX_SIZE + 48)
#define CACHE_LINE     64

/* What a sleeping caller is told. */
struct rpc_news {
    natsMsg *reply;   /* NULL: none yet */
    int replied_try;  /* which one reply answers */
    int refused;      /* tries of this call answered "no responders" so far */
    bool reconnected; /* since it last looked */
};

/* A caller's place. Its reply subjects are <inbox>.<index>.<generation>.<try>: an answer to an earlier call
 * is recognised, and one to an earlier try. */
struct rpc_slot {
    alignas(CACHE_LINE) struct monitor monitor; /* guards what follows */
    uint64_t generation;
    bool busy, fresh; /* fresh: news that the caller has not seen */
    struct rpc_news news;
};

struct rpc {
    struct bus *bus;
    natsSubscription *subscription;
    char inbox[BUS_INBOX_SIZE];
    size_t inbox_len;
    _Atomic int in_flight;
    _Atomic bool flushing; /* a caller is flushing for all */
    /* monotonic: when a first try was last answered quickly, and when a later one was itself, after earlier
       ones had been waited for in vain */
    _Atomic int64_t quick_us, missed_us;
    struct monitor monitor; /* guards what follows; signalled by completion */
    bool completed;         /* no callback will come any more */
    int slot_count, free_count;
    int *free;
    struct rpc_slot *slots;
};

/* rpc_patience.c - how long a try is waited for before the next one, by what became of others' tries. */
int64_t rpc_patience_us(const struct rpc *rpc, const struct rpc_call *call);
/* The last try was answered, the others had not been; waited_us: how long the one before it had been waited
   for when it was sent, 0 when nobody can have got an earlier one. */
void rpc_patience_learn(struct rpc *rpc, const struct rpc_call *call, int64_t waited_us, int64_t took_us);

/* rpc_slot.c. STATUS_FULL without a free one. */
NODISCARD enum status rpc_slot_take(struct rpc *rpc, struct rpc_slot **ret_slot);
/* Tries count from 1. */
void rpc_slot_reply_subject(const struct rpc *rpc, const struct rpc_slot *slot, int try,
                            char ret_subject[RPC_REPLY_SIZE]);
void rpc_slot_give(struct rpc *rpc, struct rpc_slot *slot);
/* Returns with news, or without at the deadline (clock_monotonic_us). */
void rpc_slot_wait(struct rpc_slot *slot, int64_t deadline_us, struct rpc_news *ret_news);
/* From nats.c's threads. */
void rpc_on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *rpc);
void rpc_on_reconnect(void *rpc);

#endif
