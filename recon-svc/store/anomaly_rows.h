/* anomaly_rows.h - the rows of anomalies: what a run found, what is gone since, what is open. */
#ifndef RECON_STORE_ANOMALY_ROWS_H
#define RECON_STORE_ANOMALY_ROWS_H

#include "recon-svc/domain/anomaly.h"
#include "recon-svc/domain/id_list.h"
#include "recon-svc/store/session.h"

/* Stores what was found by a run, a part at a time. */
NODISCARD enum status anomaly_rows_save(struct store *s, const struct uuid *run,
                                        const struct anomalies *found);
/* Resolves those of the checks looked that the run did not find. */
NODISCARD enum status anomaly_rows_resolve_gone(struct store *s, const struct uuid *run,
                                                const bool looked[CHECK_COUNT], int64_t *ret_resolved);
/* Adds the ids of objects of a type that have open anomalies. */
NODISCARD enum status anomaly_rows_open_objects(struct store *s, enum object_type type, struct id_list *ids);
/* How many are open by check. */
NODISCARD enum status anomaly_rows_count(struct store *s, int64_t ret_counts[CHECK_COUNT]);
/* Open ones, the latest first: rows for anomaly_row. */
NODISCARD enum status anomaly_rows_list(struct store *s, int64_t limit, PGresult **ret_result);

#endif
