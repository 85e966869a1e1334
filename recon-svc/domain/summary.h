/* summary.h - how much is open, by family. Pure. */
#ifndef RECON_DOMAIN_SUMMARY_H
#define RECON_DOMAIN_SUMMARY_H

#include "recon-svc/domain/check.h"

#define SUMMARY_MAX 2048

/* {"unbalanced_transactions":0,...}: each family, in the order of check_families. */
void summary_write(const int64_t counts[CHECK_COUNT], struct buf *out);

#endif
