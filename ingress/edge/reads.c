/* reads.c - see reads.h. */
#include "ingress/edge/reads.h"

#include "ingress/store/accounts.h"
#include "shared/core/currency.h"
#include "shared/core/trace.h"
#include "shared/io/log.h"

#define TRIES 2

static enum status run_once(struct exchange *ex,
                            enum status (*run)(struct db *db, const void *args, PGresult **ret_result),
                            const void *args, PGresult **ret_result)
{
    struct db *db;
    enum status s = db_pool_take(ex->ingress->pool, ex->deadline_us, &db);
    if (s != STATUS_OK) {
        return s;
    }
    s = run(db, args, ret_result);
    if (s != STATUS_OK && s != STATUS_RETRY) {
        char trace[TRACE_ID_SIZE];
        log_event(LOG_ERROR, "read_failed", log_str("route", ex->route->pattern),
                  log_str("status", status_name(s)), log_str("sqlstate", db_sqlstate(db)),
                  log_str("error", db_error(db)), log_str("request_id", ex->request_id),
                  log_str("trace_id", trace_id_of(str_of(ex->traceparent), trace)));
    }
    db_pool_give(ex->ingress->pool, db);
    return s;
}

void reads_refuse(struct exchange *ex, enum status s)
{
    if (s == STATUS_RETRY || s == STATUS_UNAVAILABLE) {
        exchange_refuse(ex, OUTCOME_unavailable, "The database is not available.");
    } else if (s == STATUS_TIMEOUT) {
        exchange_refuse(ex, OUTCOME_busy,
                        "The database did not answer in time; narrow the filters or try again.");
    } else {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
    }
}

bool reads_run(struct exchange *ex,
               enum status (*run)(struct db *db, const void *args, PGresult **ret_result), const void *args,
               PGresult **ret_result)
{
    enum status s = STATUS_RETRY;
    for (int i = 0; i < TRIES && s == STATUS_RETRY; i++) {
        s = run_once(ex, run, args, ret_result);
    }
    if (s != STATUS_OK) {
        reads_refuse(ex, s);
    }
    return s == STATUS_OK;
}

bool reads_account_row(struct exchange *ex, struct found_account *found, struct account_resource *ret)
{
    enum status s = account_reader_find(ex->ingress->account_reader, &ex->uuid, ex->deadline_us, found);
    if (s != STATUS_OK && s != STATUS_NOT_FOUND) {
        reads_refuse(ex, s);
        return false;
    }
    if (s == STATUS_OK) {
        account_row(found->result, found->row, ret);
    }
    if (s == STATUS_NOT_FOUND || !(ex->is_staff || str_eq_c(ret->owner, ex->credential.owner))) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return false;
    }
    return true;
}

bool reads_page(struct exchange *ex, struct page *ret_page)
{
    const struct route *r = ex->route;
    const struct param_value *limit = exchange_param(ex, "limit");
    const struct param_value *cursor = exchange_param(ex, "cursor");
    struct page page = {.limit = limit->is_set ? limit->number : QUERY_LIMIT, .has_cursor = cursor->is_set};
    page.scope = cursor_scope(ex->head.target, exchange_owner(ex), r->params, ex->params, r->param_count);
    if (page.has_cursor && cursor_read(cursor->text, page.scope, &page.cursor) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_invalid_cursor,
                        "A cursor continues the list, filters and owner that it came from.");
        return false;
    }
    *ret_page = page;
    return true;
}

struct json_out reads_list_open(struct exchange *ex)
{
    struct json_out out = exchange_json(ex);
    json_object_open(&out);
    json_key(&out, "data");
    json_array_open(&out);
    return out;
}

void reads_list_close(struct json_out *out, const struct page *page, const struct cursor *last)
{
    json_array_close(out);
    json_key(out, "next_cursor");
    if (last != NULL) {
        char text[CURSOR_TEXT_SIZE];
        cursor_write(last, page->scope, text);
        json_cstr(out, text);
    } else {
        json_write_null(out);
    }
    json_object_close(out);
}

void reads_list(struct exchange *ex, const struct page *page, const PGresult *r, list_row *write)
{
    int rows = PQntuples(r), taken = rows > page->limit ? (int)page->limit : rows;
    bool has_more = rows > taken;
    struct list_place place = {0};
    struct json_out out = reads_list_open(ex);
    for (int i = 0; i < taken; i++) {
        place = write(ex, &out, r, i);
        has_more = has_more || place.is_last;
    }
    reads_list_close(&out, page, has_more ? &place.cursor : NULL);
}

void reads_text_or_null(struct json_out *out, const char *key, struct str text)
{
    json_key(out, key);
    if (text.data == NULL) {
        json_write_null(out);
    } else {
        json_str(out, text);
    }
}

int64_t reads_time(const struct exchange *ex, const char *name, int64_t fallback)
{
    const struct param_value *v = exchange_param(ex, name);
    return v->is_set ? v->number : fallback;
}

/* The list is compiled in; the database has the same (a test compares them). */
void reads_currencies(struct exchange *ex)
{
    struct json_out out = reads_list_open(ex);
    size_t count;
    const struct currency *currencies = currency_list(&count);
    for (size_t i = 0; i < count; i++) {
        json_object_open(&out);
        json_key(&out, "code");
        json_cstr(&out, currencies[i].code);
        json_key(&out, "exponent");
        json_int(&out, currencies[i].exponent);
        json_key(&out, "name");
        json_cstr(&out, currencies[i].name);
        json_object_close(&out);
    }
    reads_list_close(&out, NULL, NULL);
}
