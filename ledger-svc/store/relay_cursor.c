/* relay_cursor.c - see relay_cursor.h. */
#include "ledger-svc/store/relay_cursor.h"

#include <string.h>

#include "ledger-svc/store/blocks.h"
#include "ledger_statements.h"

#define PARAMS_MAX       (3 * RELAY_SNAPSHOT_SIZE)
#define REWIND_MARGIN_US INT64_C(300000000)

/* So many of what comes again come before anything new, so that a small loss costs no order: a second. */
#define IN_ORDER_MAX 20000

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
    c->history.seq = db_get_int(r, 0, 18);
    c->history.last_seq = db_get_int(r, 0, 19);
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
    db_param_int8(&p, c->history.seq);
    db_param_int8(&p, c->history.last_seq);
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
    enum status s = c->table == RELAY_EVENTS ? find_rewind(db, reach->from_us, &seq) : STATUS_OK;
    if (s != STATUS_OK)
        return s;
    if (reach->from_seq > 0 && reach->from_seq - 1 < seq)
        seq = reach->from_seq - 1;
    if (reach->at_most > 0 && newest_seq - reach->at_most > seq)
        seq = newest_seq - reach->at_most;
    *ret_seq = seq;
    return STATUS_OK;
}

/* All after this number comes again: the newest of it by number, in order with what is new; before that, what
   would keep new ones waiting, beside them. What comes again still does so as well. */
static void come_again(struct relay_cursor *c, int64_t after_seq, int64_t published_seq)
{
    int64_t in_order = published_seq > IN_ORDER_MAX ? published_seq - IN_ORDER_MAX : 0;
    if (relay_cursor_has_history(c) && c->history.seq < after_seq)
        after_seq = c->history.seq;
    if (after_seq >= published_seq)
        after_seq = published_seq;
    c->acked_seq = after_seq > in_order ? after_seq : in_order;
    c->history.seq = after_seq;
    c->history.last_seq = c->acked_seq;
}

/* From now on by number: what is visible now. *ret_xid: a transaction's number that was drawn after that. */
static enum status settle_all(struct db *db, struct relay_cursor *c, int64_t *ret_xid)
{
    CLEANUP(db_result_ptr) PGresult *newest = NULL;
    enum status s = db_query(db, tables[c->table].begin_rebase, NULL, &newest);
    if (s == STATUS_OK)
        s = copy_text(db_get_str(newest, 0, 0), c->settled, sizeof c->settled);
    if (s != STATUS_OK)
        return s;
    c->horizon[0] = '\0';
    c->base_seq = c->new_seq = c->last_seq = db_get_int(newest, 0, 1);
    c->since_us = db_get_time(newest, 0, 2);
    *ret_xid = db_get_int(newest, 0, 3);
    return STATUS_OK;
}

static void settle_window(struct relay_cursor *c)
{
    if (c->horizon[0] == '\0')
        return;
    memcpy(c->settled, c->horizon, sizeof c->settled);
    c->base_seq = c->last_seq > c->base_seq ? c->last_seq : c->base_seq;
    c->horizon[0] = '\0';
    c->acked_seq = c->base_seq;
}

/* The window in hand is settled if it is done, and given up otherwise: the next one has all of it. *ret_seq:
   by number it is published up to there. */
static enum status end_window(struct db *db, struct relay_cursor *c, int64_t *ret_seq)
{
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    bool by_number = c->horizon[0] == '\0' && c->acked_seq < c->base_seq;
    enum status s = by_number ? STATUS_OK : relay_cursor_read(db, c, 1, &rows);
    if (s != STATUS_OK)
        return s;
    if (!by_number && PQntuples(rows.events) == 0)
        settle_window(c);
    c->horizon[0] = '\0';
    c->new_seq = c->last_seq = c->base_seq;
    *ret_seq = by_number ? c->acked_seq : c->base_seq;
    return STATUS_OK;
}

/* Of work, what waits now is all that counts, and its order nothing. */
enum status relay_cursor_rewind(struct db *db, struct relay_cursor *c, const struct relay_reach *reach)
{
    int64_t seq = 0, published_seq = 0, xid = 0;
    enum status s = c->table == RELAY_WORK ? settle_all(db, c, &xid) : end_window(db, c, &published_seq);
    if (s == STATUS_OK)
        s = find_reach(db, c, reach, c->base_seq, &seq);
    if (s == STATUS_OK)
        come_again(c, seq, c->table == RELAY_WORK ? c->base_seq : published_seq);
    return s;
}

enum status relay_cursor_rebase(struct db *db, struct relay_cursor *c, const struct relay_reach *reach)
{
    int64_t seq = 0, xid = 0;
    struct relay_reach unpublished = *reach;
    if (c->settled[0] != '\0' && c->since_us - REWIND_MARGIN_US < reach->from_us)
        unpublished.from_us = c->since_us - REWIND_MARGIN_US;
    enum status s = settle_all(db, c, &xid);
    if (s == STATUS_OK)
        s = find_reach(db, c, &unpublished, c->base_seq, &seq);
    if (s != STATUS_OK)
        return s;
    come_again(c, seq, c->base_seq);
    c->foreign_seq = c->base_seq;
    c->foreign_xid = xid;
    return STATUS_OK;
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
    settle_window(c);
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
        s = find_rewind(db, c->since_us - REWIND_MARGIN_US, &new_seq);
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
static void add_numbered(struct db_params *p, const struct relay_cursor *c, int64_t after_seq,
                         int64_t last_seq)
{
    db_param_int8(p, after_seq);
    db_param_int8(p, last_seq);
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

static enum status read_numbered(struct db *db, const struct relay_cursor *c, struct db_params *p,
                                 int64_t limit, struct chain_rows *ret_rows)
{
    const struct chain_reader reader = blocks_reader(db);
    int statement = tables[c->table].list_numbered;
    db_param_int8(p, limit < CHAIN_READ_MAX ? limit : CHAIN_READ_MAX);
    return c->table == RELAY_WORK ? db_query(db, statement, p, &ret_rows->events)
                                  : chain_read_events(&reader, statement, p, ret_rows);
}

static enum status read_window(struct db *db, const struct relay_cursor *c, struct db_params *p,
                               int64_t limit, struct chain_rows *ret_rows)
{
    const struct chain_reader reader = blocks_reader(db);
    int statement = tables[c->table].list_window;
    add_window(p, c);
    db_param_int8(p, limit < CHAIN_READ_MAX ? limit : CHAIN_READ_MAX);
    if (c->table == RELAY_WORK)
        return db_query(db, statement, p, &ret_rows->events);
    db_param_time(p, c->since_us);
    return chain_read_events(&reader, statement, p, ret_rows);
}

enum status relay_cursor_read(struct db *db, const struct relay_cursor *c, int64_t limit,
                              struct chain_rows *ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    if (c->horizon[0] != '\0')
        return read_window(db, c, &p, limit, ret_rows);
    add_numbered(&p, c, c->acked_seq, c->base_seq);
    return read_numbered(db, c, &p, limit, ret_rows);
}

bool relay_cursor_has_history(const struct relay_cursor *c)
{
    return c->history.seq < c->history.last_seq;
}

/* What was settled since is there, too, and comes a second time: hardly anything has such a low number. */
enum status relay_cursor_read_history(struct db *db, const struct relay_cursor *c, int64_t limit,
                                      struct chain_rows *ret_rows)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    add_numbered(&p, c, c->history.seq, c->history.last_seq);
    return read_numbered(db, c, &p, limit, ret_rows);
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
