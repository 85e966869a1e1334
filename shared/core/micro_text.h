/* micro_text.h - what a service says of itself by the NATS service protocol (ADR-32), as JSON in the forms
   io.nats.micro.v1.ping_response, info_response and stats_response. Pure. */
#ifndef SHARED_CORE_MICRO_TEXT_H
#define SHARED_CORE_MICRO_TEXT_H

#include "shared/core/buf.h"

/* What has been served since the start. */
struct micro_stats {
    int64_t requests, errors, processing_ns;
    const char *last_error; /* "" for none */
};
struct micro_endpoint_text {
    const char *name, *subject, *queue_group; /* name: letters, digits, '-' and '_' */
    struct micro_stats stats;
};
struct micro_text {
    const char *name, *id, *version, *description; /* version by semver 2.0 */
    int64_t started_us;                            /* unix microseconds */
    const struct micro_endpoint_text *endpoints;
    size_t endpoint_count;
};
void micro_write_ping(const struct micro_text *t, struct buf *out);
void micro_write_info(const struct micro_text *t, struct buf *out);
void micro_write_stats(const struct micro_text *t, struct buf *out);

#endif
