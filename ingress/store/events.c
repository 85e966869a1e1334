/* events.c - the filters decide which index leads, so each kind of list has a statement of its own. */
#include "ingress/store/events.h"

#include <string.h>

#include "ingress_statements.h"

#define PARAMS_MAX 4096

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

enum status events_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct event_list *l = args;
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_int8(&p, l->before_seq);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_text(&p, resource_of(l));
    db_param_text(&p, l->type);
    db_param_text(&p, l->actor);
    db_param_text(&p, l->source);
    db_param_text(&p, l->owner);
    db_param_int8(&p, l->limit);
    if (l->object != NULL) {
        db_param_uuid(&p, l->object);
    }
    return db_query(db, statement_of(l), &p, ret_result);
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
