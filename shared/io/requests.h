/* requests.h - many requests under way from one thread: sent without waiting, ended in any order by a reply,
   by "nobody listens" or by time. (rpc.h is for many threads that wait for one each.) */
#ifndef SHARED_IO_REQUESTS_H
#define SHARED_IO_REQUESTS_H

#include "shared/io/bell.h"
#include "shared/io/bus.h"

struct requests;

/* capacity: the most that are under way. The bell is its owner's, who waits on it: rung when requests_take
   may have one; NULL: nobody does. Borrowed until requests_close. */
NODISCARD enum status requests_open(struct bus *bus, int capacity, struct bell *bell,
                                    struct requests **ret_requests);
/* NULL-safe. After bus_close: nats.c must not lose a subscription while messages come for it. */
void requests_close(struct requests *r);

struct request {
    const char *subject;
    const char *const *headers; /* as bus_publish */
    const void *data;
    int len;
    int timeout_ms;
    void *context; /* comes back with its end */
};
/* STATUS_FULL: too many are under way. Else as bus_publish; a failed one has no end. It leaves with the
   next flush. */
NODISCARD enum status requests_send(struct requests *r, const struct request *request);

struct request_end {
    void *context;
    enum status status; /* OK: replied. UNAVAILABLE: nobody listens. UNKNOWN: no reply in time */
    natsMsg *reply;     /* the caller's (bus_discard); NULL without */
};
/* The next one that ended, if any. */
bool requests_take(struct requests *r, struct request_end *ret_end);
/* Waits for the next one; false when none is under way. */
bool requests_wait(struct requests *r, struct request_end *ret_end);
int requests_under_way(struct requests *r);
/* When to call requests_take at the latest (clock_monotonic_us). */
int64_t requests_look_again_us(struct requests *r);

#endif
