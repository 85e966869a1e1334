/* objects.c - see objects.h. */
#include "recon-svc/store/objects.h"

#include <stdio.h>

#include "recon_statements.h"
#include "shared/core/typeid.h"

#define LIST_MAX                                                                                             \
    (ANOMALIES_PER_CHECK_MAX + 1) /* of a reason: one more than are kept tells that there are more */

static void copy_str(struct str from, char *to, size_t size)
{
    (void)snprintf(to, size, "%.*s", (int)from.len, from.data != NULL ? from.data : "");
}

/* The line's statement, and behind it "/12". */
static void name_line(struct anomaly *a, struct str place)
{
    char statement[TYPEID_TEXT_SIZE];
    typeid_format("stm", &a->id, statement);
    (void)snprintf(a->object, sizeof a->object, "%s%.*s", statement, (int)place.len, place.data);
}

/* A code that no check has is a mistake in a statement: STATUS_FAILED. */
static enum status read_found(const PGresult *r, struct anomalies *found)
{
    for (int i = 0; i < PQntuples(r); i++) {
        struct anomaly a = {0};
        if (check_find(db_get_str(r, i, 0), &a.check) != STATUS_OK ||
            object_type_find(db_get_str(r, i, 1), &a.type) != STATUS_OK)
            return STATUS_FAILED;
        if (!db_is_null(r, i, 2))
            a.id = db_get_uuid(r, i, 2);
        if (a.type == OBJECT_statement_line)
            name_line(&a, db_get_str(r, i, 3));
        else
            copy_str(db_get_str(r, i, 3), a.object, sizeof a.object);
        copy_str(db_get_str(r, i, 4), a.currency, sizeof a.currency);
        a.has_amounts = !db_is_null(r, i, 5) && !db_is_null(r, i, 6);
        if (a.has_amounts) {
            a.expected = db_get_int(r, i, 5);
            a.actual = db_get_int(r, i, 6);
        }
        anomalies_add(found, &a);
    }
    return STATUS_OK;
}

enum status objects_query_found(struct store *s, int statement, struct anomalies *found)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    enum status status = store_query(s, statement, &r);
    return status == STATUS_OK ? read_found(r, found) : status;
}

static void add_ids(const PGresult *r, int column, struct id_list *ids)
{
    for (int i = 0; i < PQntuples(r); i++) {
        struct uuid id = db_get_uuid(r, i, column);
        id_list_add(ids, &id);
    }
}

static struct db_params *page_params(struct store *s, const struct uuid *after, int64_t limit)
{
    db_params_reset(&s->params);
    db_param_uuid(&s->params, after);
    db_param_int8(&s->params, limit);
    return &s->params;
}

enum status objects_page(struct store *s, int statement, struct uuid *after, struct id_list *ids,
                         size_t *ret_count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)page_params(s, after, OBJECTS_PAGE);
    enum status status = store_query(s, statement, &r);
    if (status != STATUS_OK)
        return status;
    add_ids(r, 0, ids);
    if (PQntuples(r) > 0)
        *after = db_get_uuid(r, PQntuples(r) - 1, 0);
    *ret_count = (size_t)PQntuples(r);
    return STATUS_OK;
}

static void add_id_array(struct store *s, const struct uuid *ids, size_t count)
{
    db_params_reset(&s->params);
    db_array_open(&s->params, DB_UUID);
    for (size_t i = 0; i < count; i++)
        db_array_uuid(&s->params, &ids[i]);
    db_array_close(&s->params);
}

enum status objects_check(struct store *s, int statement, const struct id_list *ids, int64_t deadline_us,
                          struct anomalies *found)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < ids->count && status == STATUS_OK; i += OBJECTS_PAGE) {
        size_t left = ids->count - i;
        add_id_array(s, &ids->ids[i], left < OBJECTS_PAGE ? left : OBJECTS_PAGE);
        if (deadline_us != 0)
            db_param_time(&s->params, deadline_us);
        status = objects_query_found(s, statement, found);
    }
    return status;
}

enum status objects_check_holds(struct store *s, const struct id_list *ids, int64_t deadline_us,
                                bool is_quick, struct anomalies *found)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < ids->count && status == STATUS_OK; i += OBJECTS_PAGE) {
        size_t left = ids->count - i;
        add_id_array(s, &ids->ids[i], left < OBJECTS_PAGE ? left : OBJECTS_PAGE);
        db_param_time(&s->params, deadline_us);
        db_param_bool(&s->params, is_quick);
        status = objects_query_found(s, RECON_SQL_CHECK_HOLDS, found);
    }
    return status;
}

enum status objects_check_accounts(struct store *s, const struct id_list *ids, const struct id_list *changed,
                                   struct anomalies *found)
{
    add_id_array(s, ids->ids, ids->count);
    db_array_open(&s->params, DB_BOOL);
    for (size_t i = 0; i < ids->count; i++)
        db_array_bool(&s->params, changed->is_full || id_list_has(changed, &ids->ids[i]));
    db_array_close(&s->params);
    return objects_query_found(s, RECON_SQL_CHECK_ACCOUNTS, found);
}

enum status objects_list_behind(struct store *s, const struct id_list *accounts, struct id_list *behind)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    add_id_array(s, accounts->ids, accounts->count);
    enum status status = store_query(s, RECON_SQL_LIST_BEHIND, &r);
    if (status == STATUS_OK)
        add_ids(r, 0, behind);
    return status;
}

enum status objects_mark_behind(struct store *s, const struct id_list *accounts)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < accounts->count && status == STATUS_OK; i += OBJECTS_PAGE) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        size_t left = accounts->count - i;
        add_id_array(s, &accounts->ids[i], left < OBJECTS_PAGE ? left : OBJECTS_PAGE);
        status = store_write(s, RECON_SQL_MARK_BEHIND, &r);
    }
    return status;
}

enum status objects_check_work(struct store *s, int64_t deadline_us, struct anomalies *found)
{
    db_params_reset(&s->params);
    db_param_time(&s->params, deadline_us);
    db_param_int8(&s->params, LIST_MAX);
    return objects_query_found(s, RECON_SQL_CHECK_WORK, found);
}

enum status objects_check_statements(struct store *s, int32_t late_day, struct anomalies *found)
{
    db_params_reset(&s->params);
    db_param_date(&s->params, late_day);
    db_param_int8(&s->params, LIST_MAX);
    return objects_query_found(s, RECON_SQL_CHECK_STATEMENTS, found);
}

enum status objects_check_currencies(struct store *s, struct anomalies *found)
{
    db_params_reset(&s->params);
    return objects_query_found(s, RECON_SQL_CHECK_CURRENCIES, found);
}

enum status objects_check_proved_blocks(struct store *s, struct anomalies *found)
{
    db_params_reset(&s->params);
    db_param_int8(&s->params, LIST_MAX);
    return objects_query_found(s, RECON_SQL_CHECK_PROVED_BLOCKS, found);
}

enum status objects_list_overdue_holds(struct store *s, int64_t deadline_us, struct id_list *ids)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    db_param_time(&s->params, deadline_us);
    db_param_int8(&s->params, LIST_MAX);
    enum status status = store_query(s, RECON_SQL_LIST_OVERDUE_HOLDS, &r);
    if (status == STATUS_OK)
        add_ids(r, 0, ids);
    return status;
}

enum status objects_check_webhook_events(struct store *s, struct uuid *after, struct anomalies *found,
                                         size_t *ret_count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)page_params(s, after, OBJECTS_PAGE);
    enum status status = store_query(s, RECON_SQL_PAGE_WEBHOOK_EVENTS, &r);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < PQntuples(r); i++) {
        *after = db_get_uuid(r, i, 0);
        struct anomaly a = {
            .check = CHECK_webhook_event_without_work, .type = OBJECT_webhook_event, .id = *after};
        if (!db_get_bool(r, i, 1))
            anomalies_add(found, &a);
    }
    *ret_count = (size_t)PQntuples(r);
    return STATUS_OK;
}

/* The last digest of a page begins the next one: its answers may be on both. */
enum status objects_check_keys(struct store *s, struct uuid *after, struct anomalies *found,
                               size_t *ret_count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    (void)page_params(s, after, (int64_t)OBJECTS_PAGE * 10);
    enum status status = store_query(s, RECON_SQL_PAGE_KEYS, &r);
    if (status != STATUS_OK)
        return status;
    int count = PQntuples(r);
    for (int i = 0; i < count; i++) {
        struct uuid digest = db_get_uuid(r, i, 0);
        int64_t answers = db_get_int(r, i, 1);
        if (answers > 1) {
            struct anomaly a = anomaly_amount(CHECK_key_stored_twice, OBJECT_key, &digest, "",
                                              (const int64_t[]){1, answers});
            uuid_format(&digest, a.object);
            anomalies_add(found, &a);
        }
    }
    if (count > 1)
        *after = db_get_uuid(r, count - 2, 0);
    *ret_count = (size_t)count;
    return STATUS_OK;
}

enum status objects_check_sources(struct store *s, const struct str *sources, size_t count,
                                  struct anomalies *found)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    db_array_open(&s->params, DB_TEXT);
    for (size_t i = 0; i < count; i++)
        db_array_bytes(&s->params, sources[i].data, sources[i].len);
    db_array_close(&s->params);
    enum status status = store_query(s, RECON_SQL_FIND_SOURCES_APPLIED_TWICE, &r);
    for (int i = 0; status == STATUS_OK && i < PQntuples(r); i++) {
        struct anomaly a = {.check = CHECK_source_applied_twice,
                            .type = OBJECT_key,
                            .has_amounts = true,
                            .expected = 1,
                            .actual = db_get_int(r, i, 1)};
        copy_str(db_get_str(r, i, 0), a.object, sizeof a.object);
        anomalies_add(found, &a);
    }
    return status;
}

static void bounds_params(struct store *s, const struct uuid bounds[2])
{
    db_params_reset(&s->params);
    db_param_uuid(&s->params, &bounds[0]);
    db_param_uuid(&s->params, &bounds[1]);
}

enum status objects_page_transactions(struct store *s, const struct uuid bounds[2], struct id_list *ids)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    bounds_params(s, bounds);
    db_param_int8(&s->params, (int64_t)OBJECTS_PAGE * 10);
    enum status status = store_query(s, RECON_SQL_PAGE_TRANSACTIONS, &r);
    if (status == STATUS_OK)
        add_ids(r, 0, ids);
    return status;
}

enum status objects_find_lost_entries(struct store *s, const struct uuid bounds[2], struct id_list *accounts,
                                      struct anomalies *found)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    bounds_params(s, bounds);
    db_param_int8(&s->params, LIST_MAX);
    enum status status = store_query(s, RECON_SQL_LIST_LOST_ENTRIES, &r);
    for (int i = 0; status == STATUS_OK && i < PQntuples(r); i++) {
        struct uuid id = db_get_uuid(r, i, 0);
        struct anomaly a = {.check = CHECK_entries_without_transaction, .type = OBJECT_transaction, .id = id};
        anomalies_add(found, &a);
    }
    if (status == STATUS_OK)
        add_ids(r, 1, accounts);
    return status;
}

enum status objects_list_posted(struct store *s, int64_t *seq, struct id_list *ids, size_t *ret_count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    db_param_int8(&s->params, *seq);
    db_param_int8(&s->params, (int64_t)OBJECTS_PAGE * 10);
    enum status status = store_query(s, RECON_SQL_LIST_POSTED, &r);
    if (status != STATUS_OK)
        return status;
    add_ids(r, 1, ids);
    *ret_count = (size_t)PQntuples(r);
    if (*ret_count > 0)
        *seq = db_get_int(r, PQntuples(r) - 1, 0);
    return STATUS_OK;
}

enum status objects_list_unknown_accounts(struct store *s, const struct uuid bounds[2],
                                          struct id_list *accounts)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    bounds_params(s, bounds);
    enum status status = store_query(s, RECON_SQL_LIST_UNKNOWN_ACCOUNTS, &r);
    if (status == STATUS_OK)
        add_ids(r, 0, accounts);
    return status;
}

enum status objects_accounts_of_holds(struct store *s, const struct id_list *holds, struct id_list *accounts)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    add_id_array(s, holds->ids, holds->count);
    enum status status = store_query(s, RECON_SQL_LIST_ACCOUNTS_OF_HOLDS, &r);
    if (status == STATUS_OK)
        add_ids(r, 0, accounts);
    return status;
}
