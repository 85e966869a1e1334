/* deliveries.c - see deliveries.h. */
#include "webhook-svc/store/deliveries.h"

#include <stddef.h>

#include "webhook_statements.h"

#define PARAMS_MAX    256
#define ID_EARLIER_US INT64_C(60000000) /* an id is older than its row, and its clock is another one */

/* A column of an array of structs. */
struct column {
    const void *first;
    size_t size, count, offset;
};

static const void *at(const struct column *c, size_t i)
{
    return (const char *)c->first + i * c->size + c->offset;
}

static void add_uuids(struct db_params *p, const struct column *c)
{
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < c->count; i++)
        db_array_uuid(p, at(c, i));
    db_array_close(p);
}

static void add_texts(struct db_params *p, const struct column *c)
{
    db_array_open(p, DB_TEXT);
    for (size_t i = 0; i < c->count; i++) {
        const struct str *text = at(c, i);
        db_array_bytes(p, text->data, text->len);
    }
    db_array_close(p);
}

/* Empty ones are NULL. */
static void add_strings(struct db_params *p, const struct column *c)
{
    db_array_open(p, DB_TEXT);
    for (size_t i = 0; i < c->count; i++) {
        struct str text = str_of(*(const char *const *)at(c, i));
        db_array_bytes(p, text.len > 0 ? text.data : NULL, text.len);
    }
    db_array_close(p);
}

/* 0 is NULL if they are optional. */
static void add_ints(struct db_params *p, const struct column *c, bool optional)
{
    db_array_open(p, DB_INT4);
    for (size_t i = 0; i < c->count; i++) {
        int v = *(const int *)at(c, i);
        if (optional && v == 0)
            db_array_null(p);
        else
            db_array_int(p, v);
    }
    db_array_close(p);
}

static void add_bigints(struct db_params *p, const struct column *c)
{
    db_array_open(p, DB_INT8);
    for (size_t i = 0; i < c->count; i++)
        db_array_int(p, *(const int64_t *)at(c, i));
    db_array_close(p);
}

/* 0 is NULL. */
static void add_times(struct db_params *p, const struct column *c)
{
    db_array_open(p, DB_TIME);
    for (size_t i = 0; i < c->count; i++) {
        int64_t us = *(const int64_t *)at(c, i);
        if (us == 0)
            db_array_null(p);
        else
            db_array_time(p, us);
    }
    db_array_close(p);
}

#define COLUMN(rows, count, member)                                                                          \
    (&(struct column){rows, sizeof *(rows), count,                                                           \
                      (size_t)((const char *)&(rows)->member - (const char *)(rows))})

enum status store_insert_deliveries(struct db *db, struct db_params *p, const struct delivery_row *rows,
                                    size_t count, int64_t *ret_made)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(p);
    add_uuids(p, COLUMN(rows, count, id));
    add_uuids(p, COLUMN(rows, count, endpoint));
    add_uuids(p, COLUMN(rows, count, event));
    add_texts(p, COLUMN(rows, count, event_type));
    add_texts(p, COLUMN(rows, count, body));
    add_uuids(p, COLUMN(rows, count, work));
    add_texts(p, COLUMN(rows, count, traceparent));
    db_array_open(p, DB_BOOL);
    for (size_t i = 0; i < count; i++)
        db_array_bool(p, rows[i].is_sent);
    db_array_close(p);
    db_array_open(p, DB_BOOL);
    for (size_t i = 0; i < count; i++)
        db_array_bool(p, rows[i].is_parked);
    db_array_close(p);
    enum status s = db_query(db, WEBHOOK_SQL_INSERT_DELIVERIES, p, &r);
    if (s == STATUS_OK)
        *ret_made = db_get_int(r, 0, 0);
    return s;
}

enum status store_send_delivery_attempts(struct db *db, struct db_params *p,
                                         const struct delivery_attempt_row *rows, size_t count)
{
    db_params_reset(p);
    add_uuids(p, COLUMN(rows, count, delivery));
    add_ints(p, COLUMN(rows, count, generation), false);
    add_ints(p, COLUMN(rows, count, number), false);
    add_strings(p, COLUMN(rows, count, outcome));
    add_ints(p, COLUMN(rows, count, http_status), true);
    add_strings(p, COLUMN(rows, count, error));
    add_strings(p, COLUMN(rows, count, address));
    add_strings(p, COLUMN(rows, count, answer));
    add_ints(p, COLUMN(rows, count, duration_ms), false);
    add_times(p, COLUMN(rows, count, started_us));
    return db_pipeline_send(db, WEBHOOK_SQL_INSERT_DELIVERY_ATTEMPTS, p);
}

enum status store_send_endpoint_health(struct db *db, struct db_params *p,
                                       const struct endpoint_health_row *rows, size_t count)
{
    db_params_reset(p);
    add_uuids(p, COLUMN(rows, count, endpoint));
    add_bigints(p, COLUMN(rows, count, failures));
    add_times(p, COLUMN(rows, count, succeeded_us));
    add_times(p, COLUMN(rows, count, gone_us));
    add_bigints(p, COLUMN(rows, count, unanswered));
    add_times(p, COLUMN(rows, count, answered_us));
    add_ints(p, COLUMN(rows, count, url_version), false);
    return db_pipeline_send(db, WEBHOOK_SQL_NOTE_ENDPOINT_HEALTH, p);
}

enum status store_list_endpoints(struct db *db, PGresult **ret_rows)
{
    return db_query(db, WEBHOOK_SQL_LIST_ENDPOINTS, NULL, ret_rows);
}

enum status store_find_snapshot(struct db *db, PGresult **ret_row)
{
    return db_query(db, WEBHOOK_SQL_FIND_SNAPSHOT, NULL, ret_row);
}

enum status store_list_changed_endpoints(struct db *db, struct str snapshot, PGresult **ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, SNAPSHOT_MAX + PARAMS_MAX);
    db_param_text(&p, snapshot);
    return db_query(db, WEBHOOK_SQL_LIST_CHANGED_ENDPOINTS, &p, ret_rows);
}

enum status store_find_account_owners(struct db *db, struct db_params *p, const struct uuid *ids,
                                      size_t count, PGresult **ret_rows)
{
    db_params_reset(p);
    db_array_open(p, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(p, &ids[i]);
    db_array_close(p);
    return db_query(db, WEBHOOK_SQL_FIND_ACCOUNT_OWNERS, p, ret_rows);
}

enum status store_list_hopeless_endpoints(struct db *db, int64_t hours, int64_t limit, PGresult **ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, hours);
    db_param_int4(&p, (int32_t)limit);
    return db_query(db, WEBHOOK_SQL_LIST_HOPELESS_ENDPOINTS, &p, ret_rows);
}

enum status store_count_receiving_owners(struct db *db, struct receiving_owners *ret_owners)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = db_query(db, WEBHOOK_SQL_COUNT_RECEIVING_OWNERS, NULL, &r);
    if (s == STATUS_OK)
        *ret_owners =
            (struct receiving_owners){.taking = db_get_int(r, 0, 0), .failing = db_get_int(r, 0, 1)};
    return s;
}

static enum status find(struct db *db, int statement, const struct uuid *id, struct str owner,
                        PGresult **ret_row)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, id);
    db_param_text(&p, owner);
    enum status s = db_query(db, statement, &p, ret_row);
    return s == STATUS_OK && PQntuples(*ret_row) == 0 ? STATUS_NOT_FOUND : s;
}

enum status store_find_endpoint(struct db *db, const struct uuid *id, struct str owner, bool *ret_enabled)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = find(db, WEBHOOK_SQL_FIND_ENDPOINT, id, owner, &r);
    if (s == STATUS_OK)
        *ret_enabled = db_get_bool(r, 0, 0);
    return s;
}

enum status store_find_delivery(struct db *db, const struct uuid *id, struct str owner,
                                struct found_delivery *ret_found)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status s = find(db, WEBHOOK_SQL_FIND_DELIVERY, id, owner, &r);
    if (s != STATUS_OK)
        return s;
    *ret_found = (struct found_delivery){.work = db_get_uuid(r, 0, 0),
                                         .can_be_sent = db_get_bool(r, 0, 1),
                                         .is_enabled = db_get_bool(r, 0, 2)};
    return STATUS_OK;
}

/* Behind the delivery, or just before the time if that is later: what is older is not even read. */
static struct uuid first_behind(const struct unsent_deliveries *wanted)
{
    int64_t from_us = wanted->since_us > ID_EARLIER_US ? wanted->since_us - ID_EARLIER_US : 0;
    const struct uuid first = uuid7_make(from_us, 0, 0);
    return uuid_compare(&wanted->after, &first) > 0 ? wanted->after : first;
}

enum status store_list_unsent_deliveries(struct db *db, const struct unsent_deliveries *wanted, int64_t limit,
                                         PGresult **ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    const struct uuid first = first_behind(wanted);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &wanted->endpoint);
    db_param_uuid(&p, &first);
    db_param_time(&p, wanted->since_us);
    db_param_int4(&p, (int32_t)limit);
    return db_query(db, WEBHOOK_SQL_LIST_UNSENT_DELIVERIES, &p, ret_rows);
}
