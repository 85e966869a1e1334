/* watch.h - cuts connections whose client is too slow. civetweb waits for every byte anew, so a thread that
   reads or writes says until when; past that the watcher shuts the socket down under it and its call returns.
   When every thread has a connection, those that only wait for a next request make room. */
#ifndef INGRESS_EDGE_WATCH_H
#define INGRESS_EDGE_WATCH_H

#include <civetweb.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/core/status.h"
#include "shared/io/metrics.h"

struct watch;

/* One slot per HTTP thread. */
NODISCARD enum status watch_start(int slots, struct metric *crowded_out, struct watch **ret_watch);
void watch_stop(struct watch *w); /* NULL-safe */

/* The thread of this slot has a connection, or has none any more. */
void watch_opened(struct watch *w, int slot, const struct mg_connection *conn);
void watch_closed(struct watch *w, int slot);
int watch_connections(const struct watch *w); /* that are open */

enum watch_what {
    WATCH_NOTHING, /* the request is being worked on */
    WATCH_HEAD,    /* waiting for the next request: cut after a moment when threads are short */
    WATCH_READ,    /* until the deadline reading its body */
    WATCH_WRITE    /* until the deadline writing its answer */
};
/* From here on; deadline by clock_monotonic_us, of WATCH_READ and WATCH_WRITE. Returns true if what was
   watched before was cut: reading is over (the answer can still be written), or the connection is dead. */
bool watch_set(struct watch *w, int slot, enum watch_what what, int64_t deadline_us);

/* Says no more will be written and lets the client finish its sentence, so that a reset does not take away
   the answer that it has not read yet. Bounded by bytes and by time. */
void watch_linger(const struct mg_connection *conn);

#endif
