/* metrics_internal.h - what metrics.c and metrics_process.c share; not for other modules. */
#ifndef SHARED_IO_METRICS_INTERNAL_H
#define SHARED_IO_METRICS_INTERNAL_H

#include "shared/core/buf.h"

void metrics_write_header(struct buf *out, const char *name, const char *type, const char *help);
/* whole and a fraction of 0..999999 millionths, without trailing zeros: (1, 500000) is "1.5". Exact, unlike a
 * double. */
void metrics_write_decimal(struct buf *out, int64_t whole, int64_t millionths);
/* process_* under the names that Prometheus' own clients use; a figure that cannot be read is left out. */
void metrics_write_process(struct buf *out);

#endif
