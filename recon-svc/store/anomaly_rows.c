/* anomaly_rows.c - see anomaly_rows.h. */
#include "recon-svc/store/anomaly_rows.h"

#include <sodium.h>
#include <string.h>

#include "recon_statements.h"
#include "shared/core/clock.h"

#define PART      500
#define PAGE_SIZE 1000

typedef void add_value(struct db_params *p, const struct anomaly *a);

static void add_text(struct db_params *p, const char *text)
{
    db_array_bytes(p, text, strlen(text));
}

static void add_code(struct db_params *p, const struct anomaly *a)
{
    add_text(p, check_row(a->check)->code);
}

static void add_number(struct db_params *p, const struct anomaly *a)
{
    add_text(p, check_row(a->check)->number);
}

static void add_severity(struct db_params *p, const struct anomaly *a)
{
    add_text(p, severity_word(check_row(a->check)->severity));
}

static void add_family(struct db_params *p, const struct anomaly *a)
{
    add_text(p, check_row(a->check)->family);
}

static void add_type(struct db_params *p, const struct anomaly *a)
{
    add_text(p, object_type_word(a->type));
}

static void add_object(struct db_params *p, const struct anomaly *a)
{
    add_text(p, a->object);
}

static void add_object_id(struct db_params *p, const struct anomaly *a)
{
    db_array_uuid(p, uuid_is_zero(&a->id) ? NULL : &a->id);
}

static void add_currency(struct db_params *p, const struct anomaly *a)
{
    db_array_bytes(p, a->currency[0] != '\0' ? a->currency : NULL, strlen(a->currency));
}

static void add_expected(struct db_params *p, const struct anomaly *a)
{
    if (a->has_amounts)
        db_array_int(p, a->expected);
    else
        db_array_null(p);
}

static void add_actual(struct db_params *p, const struct anomaly *a)
{
    if (a->has_amounts)
        db_array_int(p, a->actual);
    else
        db_array_null(p);
}

static void add_detail(struct db_params *p, const struct anomaly *a)
{
    add_text(p, a->detail);
}

static void add_new_id(struct db_params *p, const struct anomaly *a)
{
    (void)a;
    struct uuid id;
    uint32_t random[2];
    randombytes_buf(random, sizeof random);
    id = uuid7_make(clock_unix_us(), random[0] >> 2, random[1]);
    db_array_uuid(p, &id);
}

/* In the order of the statement's parameters. */
static const struct {
    enum db_type type;
    add_value *add;
} columns[] = {{DB_UUID, add_new_id},   {DB_TEXT, add_code},      {DB_TEXT, add_number},
               {DB_TEXT, add_severity}, {DB_TEXT, add_family},    {DB_TEXT, add_type},
               {DB_TEXT, add_object},   {DB_UUID, add_object_id}, {DB_TEXT, add_currency},
               {DB_INT8, add_expected}, {DB_INT8, add_actual},    {DB_TEXT, add_detail}};

static enum status save_part(struct store *s, const struct uuid *run, const struct anomaly *first,
                             size_t count)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    db_param_uuid(&s->params, run);
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        db_array_open(&s->params, columns[c].type);
        for (size_t i = 0; i < count; i++)
            columns[c].add(&s->params, &first[i]);
        db_array_close(&s->params);
    }
    return store_write(s, RECON_SQL_SAVE_ANOMALIES, &r);
}

enum status anomaly_rows_save(struct store *s, const struct uuid *run, const struct anomalies *found)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < found->count && status == STATUS_OK; i += PART)
        status = save_part(s, run, &found->all[i], found->count - i < PART ? found->count - i : PART);
    return status;
}

enum status anomaly_rows_resolve_gone(struct store *s, const struct uuid *run, const bool looked[CHECK_COUNT],
                                      int64_t *ret_resolved)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    db_param_uuid(&s->params, run);
    db_array_open(&s->params, DB_TEXT);
    for (int c = 0; c < CHECK_COUNT; c++)
        if (looked[c])
            add_text(&s->params, check_row((enum check)c)->code);
    db_array_close(&s->params);
    enum status status = store_write(s, RECON_SQL_RESOLVE_GONE, &r);
    if (status == STATUS_OK)
        *ret_resolved = PQntuples(r);
    return status;
}

enum status anomaly_rows_open_objects(struct store *s, enum object_type type, struct id_list *ids)
{
    struct uuid after = {{0}};
    for (;;) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        db_params_reset(&s->params);
        db_param_text(&s->params, str_of(object_type_word(type)));
        db_param_uuid(&s->params, &after);
        db_param_int8(&s->params, PAGE_SIZE);
        enum status status = store_query(s, RECON_SQL_LIST_OPEN_OBJECTS, &r);
        if (status != STATUS_OK)
            return status;
        for (int i = 0; i < PQntuples(r); i++) {
            after = db_get_uuid(r, i, 0);
            id_list_add(ids, &after);
        }
        if (PQntuples(r) < PAGE_SIZE)
            return STATUS_OK;
    }
}

enum status anomaly_rows_count(struct store *s, int64_t ret_counts[CHECK_COUNT])
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_reset(&s->params);
    enum status status = store_query(s, RECON_SQL_COUNT_OPEN_ANOMALIES, &r);
    if (status != STATUS_OK)
        return status;
    memset(ret_counts, 0, CHECK_COUNT * sizeof *ret_counts);
    for (int i = 0; i < PQntuples(r); i++) {
        enum check c;
        if (check_find(db_get_str(r, i, 1), &c) == STATUS_OK)
            ret_counts[c] = db_get_int(r, i, 3);
    }
    return STATUS_OK;
}

enum status anomaly_rows_list(struct store *s, int64_t limit, PGresult **ret_result)
{
    db_params_reset(&s->params);
    db_param_int8(&s->params, limit);
    return store_query(s, RECON_SQL_LIST_OPEN_ANOMALIES, ret_result);
}
