/* anomaly_row.h - an anomaly of reconciliation as statements of several services read it. */
#ifndef SHARED_ROWS_ANOMALY_ROW_H
#define SHARED_ROWS_ANOMALY_ROW_H

#include "shared/contract/recon_resources.h"
#include "shared/io/db.h"

/* The statement's first columns: id, code, check_id, severity, family, object_type, object, currency,
   expected, actual, detail, state, write_off_by, first_seen_at, last_seen_at, first_run_id, last_run_id. */
#define ANOMALY_ROW_COLUMNS 17

/* Strings are borrowed from r. */
void anomaly_row(const PGresult *r, int row, struct recon_anomaly_resource *ret_anomaly);

#endif
