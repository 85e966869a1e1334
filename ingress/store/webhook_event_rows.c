/* webhook_event_rows.c - see webhook_event_rows.h. */
#include "ingress/store/webhook_event_rows.h"

#include "ingress/store/bounds.h"
#include "ingress_statements.h"

#define PARAMS_MAX 4096
/* An event's id was made when its command was sent, by another clock and up to a command's longest deadline
   before the event was accepted. */
#define ID_SLACK_US INT64_C(60000000)

enum column {
    COL_ID,
    COL_PROVIDER,
    COL_EVENT_ID,
    COL_TYPE,
    COL_STATE,
    COL_ATTEMPTS,
    COL_LAST_ERROR,
    COL_NEXT_ATTEMPT,
    COL_OCCURRED,
    COL_CREATED,
    COL_UPDATED,
    COL_PAYLOAD,
    COL_IS_WANTED = COL_PAYLOAD,
    COL_IS_LAST
};

enum status webhook_events_find(struct db *db, const void *args, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, args);
    return db_query(db, INGRESS_SQL_FIND_WEBHOOK_EVENT, &p, ret_result);
}

static int statement_of(const struct webhook_event_list *l)
{
    if (l->event_id.data != NULL) {
        return INGRESS_SQL_LIST_WEBHOOK_EVENTS_OF_ID;
    }
    bool in_trouble = str_eq_c(l->status, "failed") || str_eq_c(l->status, "dead");
    return in_trouble ? INGRESS_SQL_LIST_WEBHOOK_EVENTS_IN_TROUBLE : INGRESS_SQL_LIST_WEBHOOK_EVENTS;
}

enum status webhook_events_list(struct db *db, const void *args, PGresult **ret_result)
{
    const struct webhook_event_list *l = args;
    struct uuid first = bounds_first_id(l->from_us - ID_SLACK_US);
    struct uuid end = l->until_us > TIME_LAST_US - ID_SLACK_US
                          ? l->before
                          : bounds_end_id(&l->before, l->until_us + ID_SLACK_US);
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &end);
    db_param_text(&p, l->provider);
    db_param_text(&p, l->event_type);
    db_param_text(&p, l->status);
    db_param_time(&p, l->from_us);
    db_param_time(&p, l->until_us);
    db_param_uuid(&p, &first);
    db_param_int8(&p, l->limit);
    if (l->event_id.data != NULL) {
        db_param_text(&p, l->event_id);
    }
    return db_query(db, statement_of(l), &p, ret_result);
}

static int64_t time_or_none(const PGresult *r, int row, int column)
{
    return db_is_null(r, row, column) ? -1 : db_get_time(r, row, column);
}

void webhook_event_row(const PGresult *r, int row, bool is_list, struct webhook_event_row *ret_event)
{
    *ret_event = (struct webhook_event_row){
        .id = db_get_uuid(r, row, COL_ID),
        .provider = db_get_str(r, row, COL_PROVIDER),
        .event_id = db_get_str(r, row, COL_EVENT_ID),
        .event_type = db_get_str(r, row, COL_TYPE),
        .status = db_get_str(r, row, COL_STATE),
        .attempts = db_get_int(r, row, COL_ATTEMPTS),
        .last_error = db_get_str(r, row, COL_LAST_ERROR),
        .next_attempt_us = time_or_none(r, row, COL_NEXT_ATTEMPT),
        .occurred_us = time_or_none(r, row, COL_OCCURRED),
        .created_us = db_get_time(r, row, COL_CREATED),
        .updated_us = db_get_time(r, row, COL_UPDATED),
    };
    if (is_list) {
        ret_event->is_wanted = db_get_bool(r, row, COL_IS_WANTED);
        ret_event->is_last = db_get_bool(r, row, COL_IS_LAST);
    } else {
        ret_event->payload = db_get_str(r, row, COL_PAYLOAD);
    }
}
