/* watch.h - cuts connections whose client is too slow. civetweb waits for every byte anew, so a thread that
   reads or writes says until when; past that the watcher shuts the socket down under it and its call returns.
 */
#ifndef INGRESS_EDGE_WATCH_H
#define INGRESS_EDGE_WATCH_H

#include <civetweb.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/core/status.h"

struct watch;

/* One slot per HTTP thread. */
NODISCARD enum status watch_start(int slots, struct watch **ret_watch);
void watch_stop(struct watch *w); /* NULL-safe */

enum watch_what { WATCH_READ, WATCH_WRITE };
/* From here on the calling thread reads from (writes to) this client; deadline by clock_monotonic_us. */
void watch_begin(struct watch *w, int slot, const struct mg_request_info *client, enum watch_what what,
                 int64_t deadline_us);
/* True if the deadline came first: reading is over (the answer can still be written), or the connection is
 * dead. */
bool watch_end(struct watch *w, int slot);

/* Says no more will be written and lets the client finish its sentence, so that a reset does not take away
   the answer that it has not read yet. Bounded by bytes and by time. */
void watch_linger(const struct mg_request_info *client);

#endif
