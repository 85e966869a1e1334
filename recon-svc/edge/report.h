/* report.h - a run's report as JSON: how it ended, a summary of what is open by family, and the open
 * anomalies. */
#ifndef RECON_EDGE_REPORT_H
#define RECON_EDGE_REPORT_H

#include "recon-svc/store/session.h"
#include "shared/core/buf.h"

#define REPORT_MAX           ((size_t)1 << 20)
#define REPORT_ANOMALIES_MAX 1000

/* Of run id, which has ended. */
NODISCARD enum status report_write(struct store *s, const struct uuid *id, struct buf *out);

#endif
