/* fanout_batch.c - see fanout_batch.h. */
#include "webhook-svc/edge/fanout_batch.h"

#include <stdlib.h>
#include <string.h>

#include "shared/core/typeid.h"
#include "shared/io/crash_point.h"
#include "webhook-svc/domain/owner_event.h"
#include "webhook-svc/edge/fanout_refusal.h"
#include "webhook-svc/edge/ids.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/store/deliveries.h"

#define ROWS_MAX     1024 /* deliveries of one statement */
#define ACCOUNTS_MAX (FANOUT_BATCH_MAX * OWNER_EVENT_ACCOUNTS_MAX)
#define BODY_MAX     ((size_t)1 << 20)
#define PARAMS_MAX   (64 << 20)
#define BYTES_MAX    ((size_t)32 << 20) /* of bodies of one statement */

struct batch_event {
    json_t *json;
    int64_t seq;
};
struct fanout_batch {
    const struct subscribers *subscribers;
    const struct delivery_queue *queue;
    struct queue_share share;
    struct ids ids;
    struct db_params params;
    struct batch_event events[FANOUT_BATCH_MAX]; /* those that somebody may want */
    size_t event_count;
    struct uuid accounts[ACCOUNTS_MAX];
    size_t account_count;
    struct account_owner owners[ACCOUNTS_MAX];
    struct account_owners known;
    struct delivery_row rows[ROWS_MAX];
    struct buf bodies[ROWS_MAX];
    size_t row_count, byte_count;
    int64_t made;
    bool is_alone; /* one event, each of its deliveries for itself */
    struct fanout_refusal refusal;
};

enum status fanout_batch_open(const struct subscribers *subscribers, const struct delivery_queue *queue,
                              struct fanout_batch **ret_batch)
{
    struct fanout_batch *b = calloc(1, sizeof *b);
    if (b == NULL)
        return STATUS_NO_MEMORY;
    b->subscribers = subscribers;
    b->queue = queue;
    db_params_init(&b->params, PARAMS_MAX);
    for (size_t i = 0; i < ROWS_MAX; i++)
        buf_init(&b->bodies[i], BODY_MAX);
    *ret_batch = b;
    return STATUS_OK;
}

void fanout_batch_begin(struct fanout_batch *b)
{
    for (size_t i = 0; i < b->event_count; i++)
        json_decref(b->events[i].json);
    b->event_count = 0;
}

void fanout_batch_close(struct fanout_batch *b)
{
    if (b == NULL)
        return;
    fanout_batch_begin(b);
    db_params_free(&b->params);
    for (size_t i = 0; i < ROWS_MAX; i++)
        buf_free(&b->bodies[i]);
    free(b);
}

static struct str text_of(const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    return (struct str){json_string_value(value), json_string_length(value)};
}

/* Twenty digits, zeros first. */
static int64_t number_of(const json_t *event)
{
    struct str text = text_of(event, "sequence");
    return text.len > 0 && strspn(text.data, "0123456789") == text.len ? strtoll(text.data, NULL, 10) : 0;
}

int64_t fanout_batch_add(struct fanout_batch *b, json_t *event)
{
    int64_t seq = number_of(event);
    if (seq > 0 && subscribers_want(b->subscribers, text_of(event, "type")))
        b->events[b->event_count++] = (struct batch_event){event, seq};
    else
        json_decref(event);
    return seq;
}

static void gather_accounts(struct fanout_batch *b)
{
    struct uuid ids[OWNER_EVENT_ACCOUNTS_MAX];
    b->account_count = 0;
    for (size_t i = 0; i < b->event_count; i++) {
        size_t count = owner_event_accounts(b->events[i].json, ids);
        for (size_t k = 0; k < count; k++)
            b->accounts[b->account_count++] = ids[k];
    }
}

/* *ret_rows holds the names. */
static enum status find_owners(struct fanout_batch *b, struct db *db, PGresult **ret_rows)
{
    b->known = (struct account_owners){b->owners, 0};
    if (b->account_count == 0)
        return STATUS_OK;
    enum status s = store_find_account_owners(db, &b->params, b->accounts, b->account_count, ret_rows);
    for (int row = 0; s == STATUS_OK && row < PQntuples(*ret_rows); row++)
        b->owners[b->known.count++] =
            (struct account_owner){db_get_uuid(*ret_rows, row, 0), db_get_str(*ret_rows, row, 1)};
    return s;
}

static enum status flush_rows(struct fanout_batch *b, struct db *db)
{
    int64_t made = 0;
    if (b->row_count == 0)
        return STATUS_OK;
    crash_point("fanout_unwritten");
    enum status s = store_insert_deliveries(db, &b->params, b->rows, b->row_count, &made);
    if (s != STATUS_OK)
        return s;
    b->made += made;
    b->row_count = b->byte_count = 0;
    return STATUS_OK;
}

static enum status add_row(struct fanout_batch *b, struct db *db, const json_t *event,
                           const struct subscriber *to)
{
    struct buf *body = &b->bodies[b->row_count];
    struct delivery_row *row = &b->rows[b->row_count];
    bool is_theirs = owner_event_is_ordered_by(event, str_of(to->owner));
    *row = (struct delivery_row){
        .id = ids_next(&b->ids),
        .endpoint = to->id,
        .work = ids_next(&b->ids),
        .event_type = text_of(event, "type"),
        .traceparent = is_theirs ? text_of(event, "traceparent") : (struct str){NULL, 0},
        .is_sent = to->is_enabled,
        .is_parked = to->is_enabled && !queue_share_admits(&b->share, str_of(to->owner))};
    buf_reset(body);
    if (typeid_parse("evt", text_of(event, "id"), &row->event) != STATUS_OK)
        return STATUS_OK; /* not one of ours */
    enum status s = owner_event_write(event, &b->known, str_of(to->owner), body);
    row->body = (struct str){body->data, body->len};
    if (s != STATUS_OK)
        return s;
    b->row_count++;
    b->byte_count += body->len;
    return b->row_count == ROWS_MAX || b->byte_count > BYTES_MAX ? flush_rows(b, db) : STATUS_OK;
}

/* The transaction goes on without what is refused. */
static enum status pass_by(struct fanout_batch *b, struct db *db, const struct uuid *endpoint, enum status s)
{
    const char *reason = s == STATUS_FULL ? "it is too large" : db_error(db);
    fanout_refusal_note(&b->refusal, b->events[0].json, endpoint, reason);
    b->row_count = b->byte_count = 0;
    return db_exec(db, "rollback to savepoint fan_out");
}

static enum status write_row_alone(struct fanout_batch *b, struct db *db, const json_t *event,
                                   const struct subscriber *to)
{
    enum status s = db_exec(db, "savepoint fan_out");
    if (s == STATUS_OK)
        s = add_row(b, db, event, to);
    if (s == STATUS_OK)
        s = flush_rows(b, db);
    return s != STATUS_OK && link_blames_a_row(db, s) ? pass_by(b, db, &to->id, s) : s;
}

/* An event from before an endpoint was made is not for it; the numbers tell, whatever clocks say. */
static enum status add_deliveries(struct fanout_batch *b, struct db *db, const struct batch_event *event)
{
    struct str owners[OWNER_EVENT_OWNERS_MAX], type = text_of(event->json, "type");
    size_t count = owner_event_owners(event->json, &b->known, owners);
    enum status s = STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        const struct subscriber *to = NULL;
        while (s == STATUS_OK && (to = subscribers_next(b->subscribers, owners[i], type, to)) != NULL)
            if (event->seq > to->created_seq)
                s = b->is_alone ? write_row_alone(b, db, event->json, to) : add_row(b, db, event->json, to);
    }
    return s;
}

static enum status write_events(struct fanout_batch *b, struct db *db, PGresult **ret_owners)
{
    b->row_count = b->byte_count = 0;
    b->made = 0;
    queue_share_begin(&b->share, b->queue);
    gather_accounts(b);
    enum status s = find_owners(b, db, ret_owners);
    for (size_t i = 0; i < b->event_count && s == STATUS_OK; i++)
        s = add_deliveries(b, db, &b->events[i]);
    return s == STATUS_OK ? flush_rows(b, db) : s;
}

enum status fanout_batch_write(struct fanout_batch *b, struct db *db, int64_t *ret_made)
{
    CLEANUP(db_result_ptr) PGresult *owners = NULL;
    enum status s = write_events(b, db, &owners);
    if (s == STATUS_OK)
        *ret_made = b->made;
    return s;
}

/* Its dead letter has the event's own id, so that a second look makes no second one. */
static enum status bury(struct fanout_batch *b, struct db *db)
{
    const json_t *event = b->events[0].json;
    struct uuid id;
    if (typeid_parse("evt", text_of(event, "id"), &id) != STATUS_OK)
        id = ids_next(&b->ids);
    return fanout_refusal_bury(&b->refusal, db, &b->params, &id, event);
}

enum status fanout_batch_write_alone(struct fanout_batch *b, struct db *db, int64_t *ret_made)
{
    CLEANUP(db_result_ptr) PGresult *owners = NULL;
    if (b->event_count == 0)
        return STATUS_OK; /* nobody wants it any more */
    b->refusal.count = 0;
    enum status s = db_exec(db, "savepoint fan_out");
    b->is_alone = true;
    if (s == STATUS_OK)
        s = write_events(b, db, &owners);
    b->is_alone = false;
    if (s != STATUS_OK && link_blames_a_row(db, s)) /* its accounts cannot be read */
        s = pass_by(b, db, NULL, s);
    if (s == STATUS_OK && b->refusal.count > 0)
        s = bury(b, db);
    if (s == STATUS_OK)
        *ret_made = b->made;
    return s;
}
