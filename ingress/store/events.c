/* events.c - the filters decide which index leads, so each kind of list has a statement of its own. Before it
   opens the partitions of all days, only the newest ones are looked through, which mostly is enough. */
#include "ingress/store/events.h"

#include <string.h>

#include "ingress/store/bounds.h"
#include "ingress_statements.h"

#define PARAMS_MAX 4096
#define DAY_US     (INT64_C(24) * 60 * 60 * 1000000)
#define RECENT_US  (8 * DAY_US) /* list_recent_events leaves nothing of it out */

/* "account" of "account.frozen": a type lies within its resource. */
static struct str resource_of(const struct event_list *l)
{
    if (l->resource.data != NULL || l->type.data == NULL) {
        return l->resource;
    }
    const char *dot = memchr(l->type.data, '.', l->type.len);
    return (struct str){l->type.data, dot != NULL ? (size_t)(dot - l->type.data) : l->type.len};
}

/* May posted transactions be wanted? */
static bool has_posted(const struct event_list *l)
{
    struct str resource = resource_of(l);
    return resource.data == NULL || (str_eq_c(resource, "transaction") &&
                                     (l->type.data == NULL || str_eq_c(l->type, "transaction.posted")));
}

static int statement_of(const struct event_list *l)
{
    if (l->object != NULL) {
        return INGRESS_SQL_LIST_EVENTS_OF_OBJECT;
    }
    if (l->source.data != NULL) {
        return INGRESS_SQL_LIST_EVENTS_OF_SOURCE;
    }
    return has_posted(l) ? INGRESS_SQL_LIST_EVENTS : INGRESS_SQL_LIST_EVENTS_OF_RESOURCE;
}

static void list_params(struct db_params *p, const struct event_list *l)
{
    db_params_init(p, PARAMS_MAX);
    db_param_int8(p, l->before_seq);
    db_param_time(p, l->from_us);
    db_param_time(p, l->until_us);
    db_param_text(p, resource_of(l));
    db_param_text(p, l->type);
    db_param_text(p, l->actor);
    db_param_text(p, l->source);
    db_param_text(p, l->owner);
    db_param_int8(p, l->limit);
}

/* Can older events change these rows? */
static bool is_whole(const struct event_list *l, const PGresult *r)
{
    int rows = PQntuples(r);
    struct event_row last = {.is_last = false};
    if (rows > 0) {
        event_row(r, rows - 1, &last);
    }
    return rows >= l->limit || last.is_last || l->until_us - l->from_us <= RECENT_US;
}

static enum status list_recent(struct db *db, const struct event_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    list_params(&p, l);
    bounds_param_time(&p, l->before != NULL ? bounds_time_of_id(l->before, TIME_LAST_US) : TIME_LAST_US,
                      TIME_LAST_US);
    return db_query(db, INGRESS_SQL_LIST_RECENT_EVENTS, &p, ret_result);
}

static enum status list_all(struct db *db, const struct event_list *l, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    list_params(&p, l);
    if (l->object != NULL) {
        db_param_uuid(&p, l->object);
    }
    return db_query(db, statement_of(l), &p, ret_result);
}

/* Its id tells when an object was made: nothing happened to it a day before that, and the days before need
   not be opened. */
static struct event_list narrowed(const struct event_list *l)
{
    struct event_list narrow = *l;
    if (l->object != NULL) {
        int64_t first_us = bounds_time_of_id(l->object, TIME_FIRST_US) - DAY_US;
        narrow.from_us = first_us > l->from_us ? first_us : l->from_us;
    }
    return narrow;
}

enum status events_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct event_list narrow = narrowed(args), *l = &narrow;
    PGresult *recent CLEANUP(db_result_ptr) = NULL;
    if (l->object == NULL) {
        enum status s = list_recent(db, l, &recent);
        if (s != STATUS_OK) {
            return s;
        }
        if (is_whole(l, recent)) {
            *ret_result = recent;
            recent = NULL;
            return STATUS_OK;
        }
    }
    return list_all(db, l, ret_result);
}

void event_row(const PGresult *r, int row, struct event_row *ret_row)
{
    *ret_row = (struct event_row){
        .seq = db_get_int(r, row, 0),
        .id = db_get_uuid(r, row, 1),
        .type = db_get_str(r, row, 2),
        .resource = db_get_str(r, row, 3),
        .object = db_get_uuid(r, row, 4),
        .command = db_get_uuid(r, row, 5),
        .owner = db_get_str(r, row, 6),
        .actor = db_get_str(r, row, 7),
        .source = db_get_str(r, row, 8),
        .traceparent = db_get_str(r, row, 9),
        .before = db_get_str(r, row, 10),
        .after = db_get_str(r, row, 11),
        .created_us = db_get_time(r, row, 12),
        .is_wanted = db_get_bool(r, row, 13),
        .is_last = db_get_bool(r, row, 14),
    };
}

enum status events_chain_head(struct db *db, const void *args, PGresult **ret_result)
{
    (void)args;
    return db_query(db, INGRESS_SQL_FIND_CHAIN_HEAD, NULL, ret_result);
}

void chain_head_row(const PGresult *r, int row, struct chain_head *ret_head)
{
    *ret_head = (struct chain_head){
        .number = db_get_int(r, row, 0),
        .first_seq = db_get_int(r, row, 1),
        .last_seq = db_get_int(r, row, 2),
        .events = db_get_int(r, row, 3),
        .transactions = db_get_int(r, row, 4),
        .entries = db_get_int(r, row, 5),
        .previous_hash = db_get_str(r, row, 6),
        .hash = db_get_str(r, row, 7),
        .sealed_us = db_get_time(r, row, 8),
    };
}
