/* rpc.h - async request/reply with one inbox per connection: the calling thread sleeps on its own slot until
   the reply, "no responders", a resend or its deadline. Any number of threads; one call per thread at a time.
 */
#ifndef SHARED_IO_RPC_H
#define SHARED_IO_RPC_H

#include "shared/io/bus.h"

struct rpc;

/* One wildcard subscription on bus; slots is the greatest number of calls under way (STATUS_FULL beyond). */
NODISCARD enum status rpc_open(struct bus *bus, int slots, struct rpc **ret_rpc);
void rpc_close(struct rpc *rpc); /* NULL-safe; before bus_close */

struct rpc_call {
    const char *subject;
    const void *data;
    int len;
    const char *traceparent; /* a header; NULL: none, as for commands, which have it in themselves */
    int64_t deadline_us;     /* unix microseconds: when the caller gives up */
    /* The same message again when no reply came for this long, and on reconnect; 0: never. Only for requests
       whose repetition has one effect. */
    int resend_after_ms;
    /* Instead, while one of several listeners seems to stand still: others answer at once, and what it was
       given nobody does. 0: no. */
    int resend_soon_ms;
    /* Keep trying for this long when nobody listens or the bus is not connected: a restart shows as latency.
     */
    int no_responder_retry_ms;
    int *ret_copies; /* may be NULL: how many tries may have reached somebody; a reply speaks for one of them
                      */
};
/* STATUS_OK: *ret_reply is the caller's (bus_discard).
   STATUS_UNAVAILABLE: no try was ever handed to the bus or every try was answered "no responders": nothing
   happened.
   STATUS_UNKNOWN: at least one try was handed over and no reply came by the deadline.
   STATUS_FULL: no slot. STATUS_INVALID: bad subject, too large. */
NODISCARD enum status rpc_request(struct rpc *rpc, const struct rpc_call *call, natsMsg **ret_reply);
int rpc_in_flight(const struct rpc *rpc);

#endif
