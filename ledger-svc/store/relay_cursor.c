/* relay_cursor.c - see relay_cursor.h. */
#include "ledger-svc/store/relay_cursor.h"

#include <string.h>

#include "ledger-svc/store/blocks.h"
#include "ledger_statements.h"

#define PARAMS_MAX       (3 * RELAY_SNAPSHOT_SIZE)
#define REWIND_MARGIN_US INT64_C(300000000)

static const struct {
    const char *name;
    int begin_rebase, open_window, list_window, list_numbered;
} tables[] = {
    [RELAY_EVENTS] = {"events", LEDGER_SQL_BEGIN_REBASE, LEDGER_SQL_OPEN_WINDOW, LEDGER_SQL_LIST_WINDOW,
                      LEDGER_SQL_LIST_NUMBERED_EVENTS},
    [RELAY_WORK] = {"work", LEDGER_SQL_BEGIN_WORK_REBASE, LEDGER_SQL_OPEN_WORK_WINDOW,
                    LEDGER_SQL_LIST_WORK_WINDOW, LEDGER_SQL_LIST_NUMBERED_WORK},
};

const char *relay_table_name(enum relay_table table)
{
    return tables[table].name;
}

/* Snapshots are PostgreSQL's text "xmin:xmax:xip,xip": only passed on. */
static enum status copy_text(struct str text, char *ret_text, size_t size)
{
    if (text.len >= size)
        return STATUS_FULL;
    if (text.len > 0)
        memcpy(ret_text, text.data, text.len);
    ret_text[text.len] = '\0';
    return STATUS_OK;
}

static enum status read_cursor(const PGresult *r, struct relay_cursor *ret_cursor)
{
    struct relay_cursor *c = ret_cursor;
    enum status s = copy_text(db_get_str(r, 0, 4), c->settled, sizeof c->settled);
    if (s == STATUS_OK)
        s = copy_text(db_get_str(r, 0, 5), c->horizon, sizeof c->horizon);
    c->base_seq = db_get_int(r, 0, 2);
    c->foreign_xid = db_get_int(r, 0, 3);
    c->acked_seq = db_get_int(r, 0, 6);
    c->new_seq = db_get_int(r, 0, 7);
    c->last_seq = db_get_int(r, 0, 8);
    c->since_us = db_get_time(r, 0, 9);
    c->stream.created_ns = db_get_int(r, 0, 10);
    c->stream.seq = db_get_int(r, 0, 11);
    if (!db_is_null(r, 0, 12))
        c->stream.id = db_get_uuid(r, 0, 12);
    c->updated_us = db_get_time(r, 0, 13);
    c->foreign_seq = db_get_int(r, 0, 14);
    c->asked_us = db_is_null(r, 0, 15) ? 0 : db_get_time(r, 0, 15);
    c->stream.missing = db_get_int(r, 0, 16);
    c->recent_seq = db_get_int(r, 0, 17);
    return s;
}

enum status relay_cursor_load(struct db *db, enum relay_table table, struct relay_cursor *ret_cursor,
                              bool *ret_is_new, bool *ret_is_foreign)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(tables[table].name));
    enum status s = db_query(db, LEDGER_SQL_FIND_RELAY_CURSOR, &p, &r);
    if (s != STATUS_OK)
        return s;
    *ret_cursor = (struct relay_cursor){.table = table};
    *ret_is_new = db_is_null(r, 0, 1);
    *ret_is_foreign = !*ret_is_new && !str_eq(db_get_str(r, 0, 0), db_get_str(r, 0, 1));
    s = copy_text(db_get_str(r, 0, 0), ret_cursor->cluster, sizeof ret_cursor->cluster);
    return s == STATUS_OK && !*ret_is_new ? read_cursor(r, ret_cursor) : s;
}

static void add_text_or_null(struct db_params *p, const char *text)
{
    if (text[0] != '\0')
        db_param_text(p, str_of(text));
    else
        db_param_null(p);
}

enum status relay_cursor_save(struct db *db, const struct relay_cursor *c)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(tables[c->table].name));
    db_param_text(&p, str_of(c->cluster));
    db_param_int8(&p, c->base_seq);
    db_param_int8(&p, c->foreign_xid);
    db_param_text(&p, str_of(c->settled));
    add_text_or_null(&p, c->horizon);
    db_param_int8(&p, c->acked_seq);
    db_param_int8(&p, c->new_seq);
    db_param_int8(&p, c->last_seq);
    db_param_time(&p, c->since_us);
    db_param_int8(&p, c->stream.created_ns);
    db_param_int8(&p, c->stream.seq);
    db_param_uuid(&p, c->stream.seq > 0 ? &c->stream.id : NULL);
    db_param_int8(&p, c->foreign_seq);
    if (c->asked_us > 0)
        db_param_time(&p, c->asked_us);
    else
        db_param_null(&p);
    db_param_int8(&p, c->stream.missing);
    db_param_int8(&p, c->recent_seq);
    return db_query(db, LEDGER_SQL_SAVE_RELAY_CURSOR, &p, &r);
}

enum status relay_cursor_is_asked(struct db *db, enum relay_table table, bool *ret_asked)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(tables[table].name));
    enum status s = db_query(db, LEDGER_SQL_FIND_REWIND_REQUEST, &p, &r);
    if (s == STATUS_OK)
        *ret_asked = PQntuples(r) > 0;
    return s;
}

/* What is not published yet was written after the window's first event, or was under way when settled was
   taken; whatever a block has that was sealed before was not. */
static int64_t not_beyond_unpublished(const struct relay_cursor *c, int64_t from_us)
{
    bool has_begun = c->settled[0] != '\0';
    return has_begun && c->since_us - REWIND_MARGIN_US < from_us ? c->since_us - REWIND_MARGIN_US : from_us;
}

/* A number below those of all events from this time on. */
static enum status find_rewind(struct db *db, int64_t from_us, int64_t *ret_seq)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_time(&p, from_us);
    enum status s = db_query(db, LEDGER_SQL_FIND_REWIND, &p, &r);
    if (s == STATUS_OK)
        *ret_seq = db_get_int(r, 0, 0);
    return s;
}

/* The number after which events within reach begin, of those up to newest_seq. */
static enum status find_reach(struct db *db, const struct relay_cursor *c, const struct relay_reach *reach,
                              int64_t newest_seq, int64_t *ret_seq)
{
    int64_t seq = 0;
    enum status s = find_rewind(db, not_beyond_unpublished(c, reach->from_us), &seq);
    if (s != STATUS_OK)
        return s;
    if (reach->from_seq > 0 && reach->from_seq - 1 < seq)
        seq = reach->from_seq - 1;
    if (reach->at_most > 0 && newest_seq - reach->at_most > seq)
        seq = newest_seq - reach->at_most;
    *ret_seq = seq;
    return STATUS_OK;
}

/* From now on by number: what is visible now. *ret_xid: a transaction's number that was drawn after that. */
static enum status go_back(struct db *db, struct relay_cursor *c, const struct relay_reach *reach,
                           int64_t *ret_xid)
{
    CLEANUP(db_result_ptr) PGresult *newest = NULL;
    int64_t acked_seq = 0;
    enum status s = db_query(db, tables[c->table].begin_rebase, NULL, &newest);
    if (s == STATUS_OK && c->table == RELAY_EVENTS)
        s = find_reach(db, c, reach, db_get_int(newest, 0, 1), &acked_seq);
    if (s != STATUS_OK)
        return s;
    bool by_number = c->settled[0] != '\0' && c->horizon[0] == '\0';
    s = copy_text(db_get_str(newest, 0, 0), c->settled, sizeof c->settled);
    if (s != STATUS_OK)
        return s;
    c->horizon[0] = '\0';
    c->base_seq = db_get_int(newest, 0, 1);
    c->since_us = db_get_time(newest, 0, 2);
    if (!by_number || acked_seq < c->acked_seq)
        c->acked_seq = acked_seq;
    c->new_seq = c->last_seq = c->base_seq;
    *ret_xid = db_get_int(newest, 0, 3);
    return STATUS_OK;
}

enum status relay_cursor_rewind(struct db *db, struct relay_cursor *c, const struct relay_reach *reach)
{
    int64_t xid = 0;
    return go_back(db, c, reach, &xid);
}

enum status relay_cursor_rebase(struct db *db, struct relay_cursor *c, const struct relay_reach *reach)
{
    int64_t xid = 0;
    enum status s = go_back(db, c, reach, &xid);
    if (s == STATUS_OK) {
        c->foreign_seq = c->base_seq;
        c->foreign_xid = xid;
    }
    return s;
}

enum status relay_cursor_is_settled(struct db *db, const struct relay_cursor *c, bool *ret_settled)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, c->foreign_xid);
    enum status s = db_query(db, LEDGER_SQL_IS_SETTLED, &p, &r);
    if (s == STATUS_OK)
        *ret_settled = db_get_bool(r, 0, 0);
    return s;
}

/* What is done is settled, what was committed up to the snapshot of now comes next. */
static enum status move_on(struct relay_cursor *c, struct str horizon)
{
    if (horizon.len >= sizeof c->horizon)
        return STATUS_FULL;
    if (c->horizon[0] != '\0')
        memcpy(c->settled, c->horizon, sizeof c->settled);
    return copy_text(horizon, c->horizon, sizeof c->horizon);
}

enum status relay_cursor_next_window(struct db *db, struct relay_cursor *c, bool *ret_is_empty)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(c->horizon[0] != '\0' ? c->horizon : c->settled));
    db_param_int8(&p, c->foreign_seq);
    if (c->table == RELAY_EVENTS)
        db_param_time(&p, c->since_us);
    enum status s = db_query(db, tables[c->table].open_window, &p, &r);
    if (s == STATUS_OK)
        s = move_on(c, db_get_str(r, 0, 0));
    if (s != STATUS_OK)
        return s;
    *ret_is_empty = db_is_null(r, 0, 1);
    if (!*ret_is_empty) {
        c->acked_seq = db_get_int(r, 0, 1);
        c->last_seq = db_get_int(r, 0, 3);
        c->new_seq = db_is_null(r, 0, 2) ? c->last_seq : db_get_int(r, 0, 2);
        c->since_us = db_get_time(r, 0, 4);
    }
    return STATUS_OK;
}

/* A block that was sealed before the last window's first event was written lies below all that began since.
 */
enum status relay_cursor_next_window_unseen(struct db *db, struct relay_cursor *c)
{
    CLEANUP(db_result_ptr) PGresult *newest = NULL;
    int64_t new_seq = 0;
    enum status s = db_query(db, tables[c->table].begin_rebase, NULL, &newest);
    if (s == STATUS_OK && c->table == RELAY_EVENTS)
        s = find_rewind(db, not_beyond_unpublished(c, INT64_MAX), &new_seq);
    if (s == STATUS_OK)
        s = move_on(c, db_get_str(newest, 0, 0));
    if (s != STATUS_OK)
        return s;
    c->acked_seq = c->foreign_seq;
    c->new_seq = new_seq;
    c->last_seq = db_get_int(newest, 0, 1);
    if (db_get_time(newest, 0, 2) < c->since_us)
        c->since_us = db_get_time(newest, 0, 2);
    return STATUS_OK;
}

/* Parameters of list_numbered_events. */
static void add_numbered(struct db_params *p, const struct relay_cursor *c)
{
    db_param_int8(p, c->acked_seq);
    db_param_int8(p, c->base_seq);
    db_param_text(p, str_of(c->settled));
    db_param_int8(p, c->foreign_seq);
}

/* Parameters of list_window. */
static void add_window(struct db_params *p, const struct relay_cursor *c)
{
    db_param_text(p, str_of(c->settled));
    db_param_text(p, str_of(c->horizon));
    db_param_int8(p, c->acked_seq);
    db_param_int8(p, c->new_seq);
    db_param_int8(p, c->last_seq);
}

enum status relay_cursor_read(struct db *db, const struct relay_cursor *c, int64_t limit,
                              struct chain_rows *ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    bool by_number = c->horizon[0] == '\0';
    int statement = by_number ? tables[c->table].list_numbered : tables[c->table].list_window;
    db_params_init(&p, PARAMS_MAX);
    if (by_number)
        add_numbered(&p, c);
    else
        add_window(&p, c);
    db_param_int8(&p, limit < CHAIN_READ_MAX ? limit : CHAIN_READ_MAX);
    if (c->table == RELAY_WORK)
        return db_query(db, statement, &p, &ret_rows->events);
    if (!by_number)
        db_param_time(&p, c->since_us);
    const struct chain_reader reader = blocks_reader(db);
    return chain_read_events(&reader, statement, &p, ret_rows);
}

enum status relay_event_time(struct db *db, int64_t seq, int64_t *ret_us)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, seq);
    enum status s = db_query(db, LEDGER_SQL_FIND_EVENT_TIME, &p, &r);
    if (s != STATUS_OK)
        return s;
    if (PQntuples(r) == 0)
        return STATUS_INVALID;
    *ret_us = db_get_time(r, 0, 0);
    return STATUS_OK;
}
