/* recon_resources.h - JSON shapes of reconciliation: runs, anomalies and what people decided about them.
 * Pure. */
#ifndef SHARED_CONTRACT_RECON_RESOURCES_H
#define SHARED_CONTRACT_RECON_RESOURCES_H

#include "shared/core/json_out.h"

struct recon_run_resource {
    struct uuid id;
    struct str mode, trigger, actor, state, error; /* empty error: null */
    struct str summary;                            /* JSON object; empty: null */
    int64_t events, entries, accounts;
    int64_t started_us, finished_us; /* 0: it has not ended */
    bool has_coverage, is_complete;  /* without: it was not completed */
    int64_t covered_seq, newest_seq;
};
/* {"run_id","ran_at","finished_at","mode","trigger","actor","status","error","scanned","coverage",
   "summary"}, left open for its anomalies. */
void recon_run_open(struct json_out *out, const struct recon_run_resource *r);

struct recon_anomaly_resource {
    struct uuid id, first_run, last_run;
    struct str code, check, severity, family, object_type, object, detail, state;
    struct str currency, write_off_by; /* empty: null */
    bool has_amounts;
    int64_t expected, actual;
    int64_t first_seen_us, last_seen_us;
};
/* {"id","code","check","severity","family","object_type","object","currency","expected","actual","detail",
   "state","write_off_by","first_seen_at","last_seen_at","first_run","last_run"}, left open for decisions. */
void recon_anomaly_open(struct json_out *out, const struct recon_anomaly_resource *a);
void recon_anomaly_write(struct json_out *out, const struct recon_anomaly_resource *a);

struct recon_decision_resource {
    struct str action, actor, note;
    int64_t created_us;
};
/* {"action","actor","note","at"} */
void recon_decision_write(struct json_out *out, const struct recon_decision_resource *d);

#endif
