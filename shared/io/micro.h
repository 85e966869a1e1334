/* micro.h - a service that can be found and looked at with `nats micro ls`, `info` and `stats`: it answers
   $SRV.PING, $SRV.INFO and $SRV.STATS by the NATS service protocol (ADR-32). The endpoints themselves are
   served by their owner, who counts here. */
#ifndef SHARED_IO_MICRO_H
#define SHARED_IO_MICRO_H

#include <stdatomic.h>

#include "shared/io/bus.h"

/* What an endpoint has served since the start of the process; zeroed at first, counted by any thread. */
struct micro_counts {
    atomic_llong requests, errors, processing_ns;
    _Atomic(const char *) last_error;
};
/* An answer was given; error is NULL, or a text that lives for ever: an outcome's code. */
void micro_count(struct micro_counts *counts, const char *error);
/* Time spent on what was counted: of a batch once, not for each of its requests. */
void micro_count_time(struct micro_counts *counts, int64_t microseconds);

struct micro_endpoint {
    const char *name, *subject, *queue_group;
    struct micro_counts *counts;
};
#define MICRO_ENDPOINTS_MAX 16
struct micro_options {
    const char *name, *description; /* name: "ledger-svc", also a token of subjects */
    const struct micro_endpoint *endpoints;
    size_t endpoint_count;
};
struct micro;
/* Listens and answers from threads of nats.c. Strings and endpoints are borrowed until micro_close. */
NODISCARD enum status micro_open(struct bus *bus, const struct micro_options *options,
                                 struct micro **ret_micro);
/* NULL-safe. After bus_close: nats.c must not lose a subscription while messages come for it. */
void micro_close(struct micro *m);

#endif
