/* streams.c - see streams.h. A day of messages may be lost with the server's disk: PostgreSQL has them all.
 */
#include "ledger-svc/edge/streams.h"

#define DAY_S INT64_C(86400)
#define GIB   ((int64_t)1 << 30)

const struct stream_spec stream_events = {.name = "PAY_EVENTS",
                                          .subject = "pay.evt.>",
                                          .description = "Facts of the ledger, as CloudEvents",
                                          .max_age_s = 7 * DAY_S,
                                          .max_bytes = 4 * GIB,
                                          .duplicates_s = 120};
