/* ops_webhooks.c - what owners ask for about their endpoints, through ingress: an example event, one delivery
   again, or all that did not arrive since a time. */
#include "shared/core/clock.h"
#include "webhook-svc/edge/ops_internal.h"
#include "webhook-svc/edge/republish.h"
#include "webhook-svc/edge/wake.h"
#include "webhook-svc/store/asks.h"
#include "webhook-svc/store/deliveries.h"

#define ACCEPTED    202
#define EXAMPLE_MAX 1024
#define PARAMS_MAX  (1 << 14)

/* {"deliveries","more","next_cursor"}. last: the delivery behind which there may be more; NULL: there are
 * none. */
static enum status answer_count(struct ops_answer *answer, size_t count, const struct uuid *last)
{
    struct json_out json;
    json_out_init(&json, &answer->body);
    json_object_open(&json);
    json_key(&json, "deliveries");
    json_int(&json, (int64_t)count);
    json_key(&json, "more");
    json_bool(&json, last != NULL);
    json_key(&json, "next_cursor");
    if (last != NULL)
        json_typeid(&json, "dlv", last);
    else
        json_write_null(&json);
    json_object_close(&json);
    answer->status = count > 0 ? ACCEPTED : 200;
    return STATUS_OK;
}

/* It begins anew, once, however many ask for it at once; what is not acknowledged now the sweeper publishes.
 */
static enum status send_again(struct ops *o, struct str actor, const struct uuid *work, size_t *ret_count)
{
    struct uuid id;
    struct replayed_work done = {.ids = &id};
    const struct republish_through through = {o->link.db, o->requests, o->bus, REPUBLISH_GENERATION,
                                              &o->work_acks};
    size_t published = 0;
    enum status s = store_replay_work(o->link.db, work, 1, actor, &done);
    if (s == STATUS_OK)
        ops_note_replayed(&done);
    if (s == STATUS_OK && done.count > 0)
        s = republish(&through, &id, 1, &published);
    *ret_count = done.count;
    return s;
}

/* Each is work for all that share us, and can be asked for in a loop. Operators ask as often as they like.
   STATUS_INVALID: it was too often, it is answered. */
static enum status take_ask(struct ops *o, const struct ops_request *r, struct ops_answer *answer)
{
    int64_t wait_ms = 0;
    if (r->owner.data == NULL || o->asks_per_minute == 0)
        return STATUS_OK;
    enum status s = store_take_ask(o->link.db, r->owner, o->asks_per_minute, &wait_ms);
    if (s != STATUS_OK || wait_ms == 0)
        return s;
    (void)ops_refuse_for_now(answer, o->asks_per_minute, wait_ms);
    return STATUS_INVALID;
}

enum status ops_retry(struct ops *o, struct ops_request *r, struct ops_answer *answer)
{
    struct found_delivery found;
    enum status s = take_ask(o, r, answer);
    if (s == STATUS_OK)
        s = store_find_delivery(o->link.db, &r->id, r->owner, &found);
    if (s == STATUS_INVALID)
        return STATUS_OK;
    if (s == STATUS_NOT_FOUND)
        return ops_refuse(answer, OUTCOME_not_found, NULL);
    if (s != STATUS_OK)
        return s;
    if (!found.is_enabled)
        return ops_refuse(answer, OUTCOME_webhook_endpoint_disabled, NULL);
    if (!found.can_be_sent)
        return answer_count(answer, 0, NULL);
    size_t sent = 0;
    s = send_again(o, r->actor, &found.work, &sent);
    return s == STATUS_OK ? answer_count(answer, sent, NULL) : s;
}

/* STATUS_INVALID: there is none that can be sent to, or it was asked for too often; it is answered. */
static enum status find_endpoint(struct ops *o, const struct ops_request *r, struct ops_answer *answer)
{
    bool is_enabled = false;
    enum status s = take_ask(o, r, answer);
    if (s == STATUS_OK)
        s = store_find_endpoint(o->link.db, &r->id, r->owner, &is_enabled);
    if (s == STATUS_INVALID)
        return s;
    if (s == STATUS_OK && is_enabled)
        return STATUS_OK;
    if (s != STATUS_OK && s != STATUS_NOT_FOUND)
        return s;
    (void)ops_refuse(answer, s == STATUS_OK ? OUTCOME_webhook_endpoint_disabled : OUTCOME_not_found, NULL);
    return STATUS_INVALID;
}

/* They wait in the database, as what is due: as many at once as a page has would keep the others' waiting. */
enum status ops_recover(struct ops *o, struct ops_request *r, struct ops_answer *answer)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    struct uuid work[OPS_LIMIT_MAX], last = {{0}};
    enum status s = find_endpoint(o, r, answer);
    if (s != STATUS_OK)
        return s == STATUS_INVALID ? STATUS_OK : s;
    const struct unsent_deliveries wanted = {.endpoint = r->id, .after = r->after, .since_us = r->from_us};
    s = store_list_unsent_deliveries(o->link.db, &wanted, OPS_LIMIT_MAX, &rows);
    if (s != STATUS_OK)
        return s;
    size_t count = (size_t)PQntuples(rows);
    for (size_t i = 0; i < count; i++) {
        work[i] = db_get_uuid(rows, (int)i, 0);
        last = db_get_uuid(rows, (int)i, 1);
    }
    struct uuid ids[OPS_LIMIT_MAX];
    struct replayed_work again = {.ids = ids};
    s = count > 0 ? store_replay_work_later(o->link.db, work, count, r->actor, &again) : STATUS_OK;
    if (s != STATUS_OK)
        return s;
    ops_note_replayed(&again);
    return answer_count(answer, again.count, count == OPS_LIMIT_MAX ? &last : NULL);
}

/* A CloudEvent like any other, about nothing. */
static void write_example(struct buf *out, const struct uuid *event, const struct uuid *endpoint)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "specversion");
    json_cstr(&json, "1.0");
    json_key(&json, "id");
    json_typeid(&json, "evt", event);
    json_key(&json, "source");
    json_cstr(&json, "/paybus/webhook");
    json_key(&json, "type");
    json_cstr(&json, "webhook_endpoint.test");
    json_key(&json, "subject");
    json_typeid(&json, "we", endpoint);
    json_key(&json, "time");
    json_time(&json, clock_unix_us());
    json_key(&json, "datacontenttype");
    json_cstr(&json, "application/json");
    json_key(&json, "data");
    json_object_open(&json);
    json_key(&json, "resource");
    json_cstr(&json, "webhook_endpoint");
    json_key(&json, "object");
    json_typeid(&json, "we", endpoint);
    json_object_close(&json);
    json_object_close(&json);
}

static enum status answer_example(struct ops_answer *answer, const struct delivery_row *row)
{
    struct json_out json;
    json_out_init(&json, &answer->body);
    json_object_open(&json);
    json_key(&json, "delivery");
    json_typeid(&json, "dlv", &row->id);
    json_key(&json, "event");
    json_typeid(&json, "evt", &row->event);
    json_object_close(&json);
    answer->status = ACCEPTED;
    return STATUS_OK;
}

enum status ops_test(struct ops *o, struct ops_request *r, struct ops_answer *answer)
{
    CLEANUP(buf_free) struct buf body = {0};
    CLEANUP(db_params_free) struct db_params p;
    int64_t made = 0;
    db_params_init(&p, PARAMS_MAX);
    enum status s = find_endpoint(o, r, answer);
    if (s != STATUS_OK)
        return s == STATUS_INVALID ? STATUS_OK : s;
    struct delivery_row row = {.id = ids_next(&o->ids),
                               .endpoint = r->id,
                               .event = ids_next(&o->ids),
                               .work = ids_next(&o->ids),
                               .event_type = STR_LIT("webhook_endpoint.test"),
                               .is_sent = true};
    buf_init(&body, EXAMPLE_MAX);
    write_example(&body, &row.event, &row.endpoint);
    row.body = (struct str){body.data, body.len};
    s = store_insert_deliveries(o->link.db, &p, &row, 1, &made);
    if (s == STATUS_OK)
        wake_relay(o->bus);
    return s == STATUS_OK ? answer_example(answer, &row) : s;
}
