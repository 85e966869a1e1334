/* endpoints.c - see endpoints.h. */
#include "ledger-svc/store/endpoints.h"

#include <assert.h>

#include "ledger-svc/store/columns.h"
#include "ledger_statements.h"

/* Columns of load_webhook_endpoints.sql. */
enum endpoint_column {
    COL_ID,
    COL_OWNER,
    COL_URL,
    COL_EVENT_TYPES,
    COL_DESCRIPTION,
    COL_STATUS,
    COL_DISABLED_REASON,
    COL_SECRET,
    COL_PREVIOUS_SECRET,
    COL_PREVIOUS_UNTIL,
    COL_ENABLED_AT,
    COL_CREATED_AT,
    COL_UPDATED_AT,
    COL_URL_VERSION
};

/* An endpoint and its word. */
struct endpoint_row {
    struct endpoint endpoint;
    const char *status;
};

/* The tables below are in the order of their statements' parameters. */
/* clang-format off */
#define ENDPOINT(type, use, field, member) COLUMN(type, use, field, endpoint_row, member)
static const struct column new_endpoint_columns[] = {
    ENDPOINT(UUID, EACH, UUID, endpoint.id),
    ENDPOINT(TEXT, EACH, STR, endpoint.owner),
    ENDPOINT(TEXT, EACH, STR, endpoint.url),
    ENDPOINT(JSON, EACH, STR, endpoint.event_types),
    ENDPOINT(TEXT, EACH, STR, endpoint.description),
    ENDPOINT(TEXT, EACH, NAME, status),
    ENDPOINT(TEXT, EACH, STR, endpoint.disabled_reason),
    ENDPOINT(TEXT, EACH, STR, endpoint.secret),
    ENDPOINT(TEXT, EACH, STR, endpoint.previous_secret),
    ENDPOINT(TIME, EACH, TIME, endpoint.previous_until_us),
    ENDPOINT(TIME, EACH, TIME, endpoint.enabled_us),
    ENDPOINT(TIME, EACH, TIME, endpoint.created_us),
    ENDPOINT(TIME, EACH, TIME, endpoint.updated_us),
    ENDPOINT(INT4, EACH, INT, endpoint.url_version),
};
static const struct column changed_endpoint_columns[] = {
    ENDPOINT(UUID, EACH, UUID, endpoint.id),
    ENDPOINT(TEXT, EACH, STR, endpoint.url),
    ENDPOINT(JSON, EACH, STR, endpoint.event_types),
    ENDPOINT(TEXT, EACH, STR, endpoint.description),
    ENDPOINT(TEXT, EACH, NAME, status),
    ENDPOINT(TEXT, EACH, STR, endpoint.disabled_reason),
    ENDPOINT(TEXT, EACH, STR, endpoint.secret),
    ENDPOINT(TEXT, EACH, STR, endpoint.previous_secret),
    ENDPOINT(TIME, EACH, TIME, endpoint.previous_until_us),
    ENDPOINT(TIME, EACH, TIME, endpoint.enabled_us),
    ENDPOINT(TIME, EACH, TIME, endpoint.updated_us),
    ENDPOINT(INT4, EACH, INT, endpoint.url_version),
};
/* clang-format on */

enum status endpoints_send(struct store *st, const struct needs *needs, struct endpoint_steps *ret_at,
                           int *steps)
{
    enum status s = STATUS_OK;
    *ret_at = (struct endpoint_steps){-1, -1};
    if (needs->endpoints.count > 0) {
        db_params_reset(&st->params);
        db_array_open(&st->params, DB_UUID);
        for (size_t i = 0; i < needs->endpoints.count; i++)
            db_array_uuid(&st->params, &needs->endpoints.ids[i]);
        db_array_close(&st->params);
        s = db_pipeline_send(st->db, LEDGER_SQL_LOAD_WEBHOOK_ENDPOINTS, &st->params);
        ret_at->endpoints = (*steps)++;
    }
    if (s == STATUS_OK && needs->endpoint_owners.count > 0) {
        db_params_reset(&st->params);
        db_array_open(&st->params, DB_TEXT);
        for (size_t i = 0; i < needs->endpoint_owners.count; i++)
            db_array_bytes(&st->params, needs->endpoint_owners.names[i].data,
                           needs->endpoint_owners.names[i].len);
        db_array_close(&st->params);
        s = db_pipeline_send(st->db, LEDGER_SQL_COUNT_WEBHOOK_ENDPOINTS, &st->params);
        ret_at->counts = (*steps)++;
    }
    return s;
}

/* A copy that outlives the PGresult; sticky failure through the ledger. */
static struct str keep(struct ledger *l, struct str s)
{
    if (s.data == NULL || s.len == 0)
        return (struct str){NULL, 0};
    char *copy = arena_strndup(l->arena, s.data, s.len);
    if (copy == NULL) {
        l->out_of_memory = true;
        return (struct str){NULL, 0};
    }
    return (struct str){copy, s.len};
}

static void read_endpoint(struct ledger *l, const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, COL_ID);
    struct endpoint *e = ledger_add_endpoint(l, &id);
    if (e == NULL)
        return;
    bool known = endpoint_status_parse(db_get_str(r, row, COL_STATUS), &e->status);
    assert(known); /* the table's CHECK has the same words */
    e->owner = keep(l, db_get_str(r, row, COL_OWNER));
    e->url = keep(l, db_get_str(r, row, COL_URL));
    e->event_types = keep(l, db_get_str(r, row, COL_EVENT_TYPES));
    e->description = keep(l, db_get_str(r, row, COL_DESCRIPTION));
    e->disabled_reason = keep(l, db_get_str(r, row, COL_DISABLED_REASON));
    e->secret = keep(l, db_get_str(r, row, COL_SECRET));
    e->previous_secret = keep(l, db_get_str(r, row, COL_PREVIOUS_SECRET));
    if (!db_is_null(r, row, COL_PREVIOUS_UNTIL))
        e->previous_until_us = db_get_time(r, row, COL_PREVIOUS_UNTIL);
    e->enabled_us = db_get_time(r, row, COL_ENABLED_AT);
    e->created_us = db_get_time(r, row, COL_CREATED_AT);
    e->updated_us = db_get_time(r, row, COL_UPDATED_AT);
    e->url_version = (int)db_get_int(r, row, COL_URL_VERSION);
}

void endpoints_read(struct ledger *l, PGresult *const *results, const struct endpoint_steps *at)
{
    for (int i = 0; at->endpoints >= 0 && i < PQntuples(results[at->endpoints]); i++)
        read_endpoint(l, results[at->endpoints], i);
    for (int i = 0; at->counts >= 0 && i < PQntuples(results[at->counts]); i++) {
        struct endpoint_owner *of = ledger_endpoints_of(l, keep(l, db_get_str(results[at->counts], i, 0)));
        if (of == NULL)
            continue;
        of->living = db_get_int(results[at->counts], i, 1);
        of->made_of_late = db_get_int(results[at->counts], i, 2);
    }
}

/* The endpoints of the batch that are (or are not) new and have something to store. */
static size_t select_endpoints(const struct ledger *l, bool is_new, struct endpoint_row *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; i < l->endpoint_count; i++) {
        const struct endpoint *e = l->endpoints[i];
        if (e->is_new == is_new && (e->is_new || e->is_changed))
            ret_rows[n++] = (struct endpoint_row){.endpoint = *e, .status = endpoint_status_name(e->status)};
    }
    return n;
}

enum status endpoints_save(struct store *st, struct ledger *l, int *steps)
{
    struct endpoint_row *rows = arena_alloc_array(l->arena, l->endpoint_count + 1, sizeof *rows);
    if (rows == NULL)
        return STATUS_FULL;
    enum status s = STATUS_OK;
    size_t count = select_endpoints(l, true, rows);
    if (count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, new_endpoint_columns, rows, count);
        s = db_pipeline_send(st->db, LEDGER_SQL_INSERT_WEBHOOK_ENDPOINTS, &st->params);
        ++*steps;
    }
    count = select_endpoints(l, false, rows);
    if (s == STATUS_OK && count > 0) {
        db_params_reset(&st->params);
        COLUMNS_ADD(&st->params, changed_endpoint_columns, rows, count);
        db_param_int8(&st->params, (int64_t)count);
        s = db_pipeline_send(st->db, LEDGER_SQL_UPDATE_WEBHOOK_ENDPOINTS, &st->params);
        ++*steps;
    }
    return s;
}
