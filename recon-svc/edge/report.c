/* report.c - see report.h. */
#include "recon-svc/edge/report.h"

#include "recon-svc/store/anomaly_rows.h"
#include "recon-svc/store/run_rows.h"
#include "shared/rows/anomaly_row.h"

enum status report_write(struct store *s, const struct uuid *id, struct buf *out)
{
    CLEANUP(db_result_ptr) PGresult *row = NULL, *list = NULL;
    struct recon_run_resource run;
    struct json_out o;
    enum status status = run_read(s, id, &row, &run);
    if (status == STATUS_OK)
        status = anomaly_rows_list(s, REPORT_ANOMALIES_MAX, &list);
    if (status != STATUS_OK)
        return status;
    json_out_init(&o, out);
    recon_run_open(&o, &run);
    json_key(&o, "anomalies");
    json_array_open(&o);
    for (int i = 0; i < PQntuples(list); i++) {
        struct recon_anomaly_resource anomaly;
        anomaly_row(list, i, &anomaly);
        recon_anomaly_write(&o, &anomaly);
    }
    json_array_close(&o);
    json_object_close(&o);
    return buf_status(out);
}
