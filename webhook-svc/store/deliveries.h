/* deliveries.h - deliveries: made from events, tried, and how their endpoints fare. */
#ifndef WEBHOOK_STORE_DELIVERIES_H
#define WEBHOOK_STORE_DELIVERIES_H

#include "shared/io/db.h"

struct delivery_row {
    struct uuid id, endpoint, event, work;
    struct str event_type, body, traceparent; /* traceparent data NULL: none */
    bool is_sent;                             /* otherwise it is missed, and kept for a recovery */
    bool is_parked;                           /* is_sent: by the sweeper, when there is room for it */
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
    int url_version;               /* which of its urls was tried */
    int64_t failures;              /* since the last success of these */
    int64_t unanswered;            /* since the last answer of these */
    int64_t succeeded_us, gone_us; /* 0: none did */
    int64_t answered_us;           /* 0: none was */
};
/* In a pipeline; each endpoint once, by id. */
NODISCARD enum status store_send_endpoint_health(struct db *db, struct db_params *p,
                                                 const struct endpoint_health_row *rows, size_t count);

/* Of an owner's endpoint (data NULL: anybody's), deleted ones left out. STATUS_NOT_FOUND. */
NODISCARD enum status store_find_endpoint(struct db *db, const struct uuid *id, struct str owner,
                                          bool *ret_enabled);
/* A delivery to such an endpoint, which must be one. STATUS_NOT_FOUND. */
struct found_delivery {
    struct uuid work;
    bool can_be_sent; /* missed, failed or dead */
    bool is_enabled;  /* the endpoint */
};
NODISCARD enum status store_find_delivery(struct db *db, const struct uuid *id, struct str owner,
                                          struct found_delivery *ret_found);
/* Those that were missed, have failed or are dead, behind one of them (zero: from the first), the oldest
 * first: rows of work and delivery. */
struct unsent_deliveries {
    struct uuid endpoint, after;
    int64_t since_us;
};
NODISCARD enum status store_list_unsent_deliveries(struct db *db, const struct unsent_deliveries *wanted,
                                                   int64_t limit, PGresult **ret_rows);

#define SNAPSHOT_MAX ((size_t)64 << 10)
/* Rows of nothing, id, owner, event_types, status, created_at, created_seq: all that are not deleted.
 *ret_rows is the caller's, here and below. */
NODISCARD enum status store_list_endpoints(struct db *db, PGresult **ret_rows);
/* One row: what is visible now, PostgreSQL's text. */
NODISCARD enum status store_find_snapshot(struct db *db, PGresult **ret_row);
/* Those that were changed by what is not visible in a snapshot, deleted ones among them: rows as above, with
   the snapshot of now in the first column; one row without an endpoint if there is none. */
NODISCARD enum status store_list_changed_endpoints(struct db *db, struct str snapshot, PGresult **ret_rows);
/* Rows of id and owner, by id. */
NODISCARD enum status store_find_account_owners(struct db *db, struct db_params *p, const struct uuid *ids,
                                                size_t count, PGresult **ret_rows);
/* Owners that were sent to of late: those of whom an endpoint takes what comes, and those of whom none does.
 */
struct receiving_owners {
    int64_t taking, failing;
};
NODISCARD enum status store_count_receiving_owners(struct db *db, struct receiving_owners *ret_owners);
/* Rows of endpoint, whether it answered 410, and the version of its url. */
NODISCARD enum status store_list_hopeless_endpoints(struct db *db, int64_t hours, int64_t limit,
                                                    PGresult **ret_rows);

#endif
