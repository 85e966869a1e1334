/* reconciliation.h - runs of recon-svc and what they found, as schema api shows them. */
#ifndef INGRESS_STORE_RECONCILIATION_H
#define INGRESS_STORE_RECONCILIATION_H

#include "shared/contract/recon_resources.h"
#include "shared/io/db.h"

#define ANOMALIES_OF_RUN_MAX 1000

struct recon_run_list {
    struct str mode, state;    /* {NULL, 0}: any */
    int64_t from_us, until_us; /* begun */
    struct uuid before;        /* all bits set: from the newest */
    int64_t limit;
};
struct recon_anomaly_list {
    struct str code, check, severity, family, object; /* {NULL, 0}: any */
    struct str state;                                 /* {NULL, 0}: open or acknowledged */
    struct uuid before;
    int64_t limit;
};
/* Of a list: a row may be there only because enough was looked at. */
struct recon_run_row {
    struct recon_run_resource resource;
    bool is_wanted, is_last;
};
struct recon_anomaly_row {
    struct recon_anomaly_resource resource;
    bool is_wanted, is_last;
};

/* args: NULL; struct uuid * of a run; struct recon_run_list *. */
NODISCARD enum status recon_runs_find_latest(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status recon_runs_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status recon_runs_list(struct db *db, const void *args, PGresult **ret_result);
/* args: struct uuid * of a run: at most ANOMALIES_OF_RUN_MAX rows; struct uuid * of an anomaly, twice;
   struct recon_anomaly_list *. */
NODISCARD enum status recon_anomalies_of_run(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status recon_anomalies_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status recon_anomalies_decisions(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status recon_anomalies_list(struct db *db, const void *args, PGresult **ret_result);

/* Strings are borrowed from r. */
void recon_run_read(const PGresult *r, int row, struct recon_run_resource *ret_run);
void recon_run_list_read(const PGresult *r, int row, struct recon_run_row *ret_row);
void recon_anomaly_list_read(const PGresult *r, int row, struct recon_anomaly_row *ret_row);
void recon_decision_read(const PGresult *r, int row, struct recon_decision_resource *ret_decision);

#endif
