/* metrics.h - counters, gauges and histograms in Prometheus text exposition 0.0.4. Registration at start,
   then updates are relaxed atomics without locks. Names paybus_*; base units (seconds, bytes); counters end
   in _total. */
#ifndef SHARED_IO_METRICS_H
#define SHARED_IO_METRICS_H

#include <stdint.h>

#include "shared/core/buf.h"

struct metric; /* one series */

/* labels is the inside of the braces, e.g. "route=\"/v1/transfers\",method=\"POST\"", or "" - copied, and
   escaped by the caller. Series of one name share type and help and must be registered with the same.
   Registering the same name and labels again gives the same series. Never NULL: out of memory or over 4096
   series aborts at start. */
struct metric *metrics_counter(const char *name, const char *help, const char *labels);
struct metric *metrics_gauge(const char *name, const char *help, const char *labels);
/* bounds are upper limits in ascending order, in the metric's unit; +Inf is added. At most 32. */
struct metric *metrics_histogram(const char *name, const char *help, const char *labels, const double *bounds,
                                 size_t count);
extern const double METRICS_SECONDS_BOUNDS[]; /* 0.5 ms .. 10 s */
extern const size_t METRICS_SECONDS_BOUNDS_COUNT;

void metric_add(struct metric *m, int64_t n);         /* counters: n >= 0 */
void metric_set(struct metric *m, int64_t value);     /* gauges */
void metric_observe_us(struct metric *m, int64_t us); /* histograms in seconds, from microseconds */
void metric_observe(struct metric *m, int64_t value); /* histograms in whole units (batch size) */
int64_t metric_value(const struct metric *m);         /* counter or gauge; histogram: its count */
int64_t metric_sum_us(const struct metric *m);        /* of what metric_observe_us was given */

/* Called before each exposition to refresh gauges that are read elsewhere. At most 16. */
void metrics_on_collect(void (*collect)(void *context), void *context);
/* What paybus_build_info says the program was built from; borrowed, at start. "unknown" until then. */
void metrics_set_commit(const char *commit);
/* Appends the exposition, with process_* figures and paybus_build_info. */
void metrics_write(struct buf *out);

#endif
