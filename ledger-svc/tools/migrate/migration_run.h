/* migration_run.h - applies files to the database: one session, one lock, one transaction per file. */
#ifndef TOOLS_MIGRATE_MIGRATION_RUN_H
#define TOOLS_MIGRATE_MIGRATION_RUN_H

#include <libpq-fe.h>
#include <stdint.h>

#include "ledger-svc/tools/migrate/migration_plan.h"

#define MIGRATION_ATTEMPTS 5 /* when a lock does not come within 2 s */

/* Every function below gives one sentence in ret_reason when it fails. STATUS_UNAVAILABLE: no connection. */
NODISCARD enum status migrate_connect(const char *conninfo, PGconn **ret_conn, char ret_reason[REASON_SIZE]);
/* Keeps other runs out until the connection ends; says so when it has to wait, at most 60 s. */
NODISCARD enum status migrate_lock(PGconn *conn, char ret_reason[REASON_SIZE]);
NODISCARD enum status history_create(PGconn *conn, char ret_reason[REASON_SIZE]);
/* Empty when there is no history yet. */
NODISCARD enum status history_load(PGconn *conn, struct applied_list *ret_list, char ret_reason[REASON_SIZE]);
void history_free(struct applied_list *list); /* for CLEANUP */
/* The whole file and its row in the history, or nothing; without a transaction what ran before the failure
 * stays. */
NODISCARD enum status migration_apply(PGconn *conn, const struct migration *m, int64_t *ret_duration_us,
                                      char ret_reason[REASON_SIZE]);

#endif
