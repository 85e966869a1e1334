/* deliveries.h - deliveries: made from events, tried, and how their endpoints fare. */
#ifndef WEBHOOK_STORE_DELIVERIES_H
#define WEBHOOK_STORE_DELIVERIES_H

#include "shared/io/db.h"

struct delivery_row {
    struct uuid id, endpoint, event, work;
    struct str event_type, body, traceparent; /* traceparent data NULL: none */
    bool is_sent;                             /* otherwise it is only kept, for a recovery */
};
/* *ret_made: how many are new; the others were there before. */
NODISCARD enum status store_insert_deliveries(struct db *db, struct db_params *p,
                                              const struct delivery_row *rows, size_t count,
                                              int64_t *ret_made);

struct delivery_attempt_row {
    struct uuid delivery;
    int generation, number, http_status, duration_ms; /* http status 0: there was no answer */
    const char *outcome, *error, *address, *answer;   /* empty: none */
    int64_t started_us;
};
/* In a pipeline. */
NODISCARD enum status store_send_delivery_attempts(struct db *db, struct db_params *p,
                                                   const struct delivery_attempt_row *rows, size_t count);
struct endpoint_health_row {
    struct uuid endpoint;
    int64_t failures;              /* since the last success of these */
    int64_t succeeded_us, gone_us; /* 0: none did */
};
/* In a pipeline; each endpoint once, by id. */
NODISCARD enum status store_send_endpoint_health(struct db *db, struct db_params *p,
                                                 const struct endpoint_health_row *rows, size_t count);

/* Rows of id, owner, event_types, status, created_at, updated_at. *ret_rows is the caller's. */
NODISCARD enum status store_list_endpoints(struct db *db, int64_t changed_after_us, PGresult **ret_rows);
/* Rows of id and owner, by id. */
NODISCARD enum status store_find_account_owners(struct db *db, struct db_params *p, const struct uuid *ids,
                                                size_t count, PGresult **ret_rows);
/* Rows of endpoint and whether it answered 410. */
NODISCARD enum status store_list_hopeless_endpoints(struct db *db, int64_t hours, int64_t limit,
                                                    PGresult **ret_rows);

#endif
