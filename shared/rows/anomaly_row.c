/* anomaly_row.c - see anomaly_row.h. */
#include "shared/rows/anomaly_row.h"

enum {
    COL_ID,
    COL_CODE,
    COL_CHECK,
    COL_SEVERITY,
    COL_FAMILY,
    COL_TYPE,
    COL_OBJECT,
    COL_CURRENCY,
    COL_EXPECTED,
    COL_ACTUAL,
    COL_DETAIL,
    COL_STATE,
    COL_WRITE_OFF_BY,
    COL_FIRST_SEEN,
    COL_LAST_SEEN,
    COL_FIRST_RUN,
    COL_LAST_RUN,
    COL_COUNT
};
_Static_assert(COL_COUNT == ANOMALY_ROW_COLUMNS, "what follows these columns begins behind them");

void anomaly_row(const PGresult *r, int row, struct recon_anomaly_resource *ret_anomaly)
{
    struct recon_anomaly_resource a = {
        .id = db_get_uuid(r, row, COL_ID),
        .code = db_get_str(r, row, COL_CODE),
        .check = db_get_str(r, row, COL_CHECK),
        .severity = db_get_str(r, row, COL_SEVERITY),
        .family = db_get_str(r, row, COL_FAMILY),
        .object_type = db_get_str(r, row, COL_TYPE),
        .object = db_get_str(r, row, COL_OBJECT),
        .currency = db_get_str(r, row, COL_CURRENCY),
        .has_amounts = !db_is_null(r, row, COL_EXPECTED) && !db_is_null(r, row, COL_ACTUAL),
        .detail = db_get_str(r, row, COL_DETAIL),
        .state = db_get_str(r, row, COL_STATE),
        .write_off_by = db_get_str(r, row, COL_WRITE_OFF_BY),
        .first_seen_us = db_get_time(r, row, COL_FIRST_SEEN),
        .last_seen_us = db_get_time(r, row, COL_LAST_SEEN),
        .first_run = db_get_uuid(r, row, COL_FIRST_RUN),
        .last_run = db_get_uuid(r, row, COL_LAST_RUN),
    };
    if (a.has_amounts) {
        a.expected = db_get_int(r, row, COL_EXPECTED);
        a.actual = db_get_int(r, row, COL_ACTUAL);
    }
    *ret_anomaly = a;
}
