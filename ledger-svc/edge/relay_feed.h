/* relay_feed.h - one feed of the relay: rows of a table that become messages of a stream. It finds out where
   to go on (relay_sync), then publishes window after window; a turn publishes one part. Whatever fails,
   PostgreSQL or the bus, ends with finding out anew: the cursor is behind what was published, never ahead. */
#ifndef LEDGER_EDGE_RELAY_FEED_H
#define LEDGER_EDGE_RELAY_FEED_H

#include "ledger-svc/edge/config.h"
#include "ledger-svc/edge/streams.h"
#include "ledger-svc/store/relay_cursor.h"
#include "shared/io/bus.h"
#include "shared/io/db.h"

struct relay_feed;

NODISCARD enum status relay_feed_open(const struct ledger_config *config, struct bus *bus,
                                      enum relay_table table, struct relay_feed **ret_feed);
/* Publishes no more. NULL-safe; before bus_close. */
void relay_feed_stop(struct relay_feed *f);
/* NULL-safe; after bus_close. */
void relay_feed_close(struct relay_feed *f);

/* What is known of the stream and of the cursor may not be true any more: the next turn finds out. */
void relay_feed_doubt(struct relay_feed *f);
/* Its stream was looked at: if it is another one, the next turn finds out. */
void relay_feed_compare(struct relay_feed *f, enum stream_name name, const struct stream_state *state);
/* This process has just become the one that publishes. */
void relay_feed_begin(struct relay_feed *f);
/* How long ago all was published; whoever does not lead does not know. */
void relay_feed_tell_lag(const struct relay_feed *f, bool leads);

/* Publishes a part, or finds out that there is nothing. What goes wrong is logged. */
void relay_feed_turn(struct relay_feed *f, struct db *db);
/* When the next turn is due, on the monotonic clock. */
int64_t relay_feed_due_us(const struct relay_feed *f);
/* Something was committed: for somebody, or for this feed. */
enum relay_news { RELAY_MAY_HAVE, RELAY_HAS };
/* The next turn is due soon, unless the feed rests after a failure. */
void relay_feed_wake(struct relay_feed *f, enum relay_news news);
/* Before the process ends: saves how far it came. */
void relay_feed_keep(struct relay_feed *f, struct db *db);

#endif
