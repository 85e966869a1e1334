/* ops_services.c - what each service of operators does. */
#include "shared/contract/work_event.h"
#include "webhook-svc/edge/ops_internal.h"
#include "webhook-svc/edge/republish.h"
#include "webhook-svc/edge/stream_calls.h"

#define ACCEPTED 202

static struct dead_letter_filter filter_of(const struct ops_request *r)
{
    return (struct dead_letter_filter){.kind = r->kind,
                                       .event_type = r->event_type,
                                       .error_contains = r->error_contains,
                                       .from_us = r->from_us,
                                       .to_us = r->to_us};
}

/* A sequence becomes the id in the message's header. */
static enum status find_by_sequence(struct ops *o, struct ops_request *r)
{
    struct request_end ended = {.status = STATUS_UNAVAILABLE};
    const char *id = NULL;
    int64_t seq = 0;
    if (stream_ask_seq(o->requests, "PAY_DLQ", r->seq, NULL) == STATUS_OK) {
        bus_flush(o->bus);
        (void)requests_wait(o->requests, &ended);
    }
    enum status s = stream_message_seq(&ended, &seq);
    if (s == STATUS_OK && (natsMsgHeader_Get(ended.reply, "Paybus-Dead-Letter", &id) != NATS_OK ||
                           typeid_parse("dl", str_of(id), &r->id) != STATUS_OK))
        s = STATUS_NOT_FOUND;
    bus_discard(o->bus, ended.reply);
    return s;
}

static void write_member(struct json_out *json, const char *name, int64_t value)
{
    json_key(json, name);
    json_int(json, value);
}

/* {"replayed","dead_letters","matched","dry_run"} */
static enum status answer_replay(struct ops_answer *answer, const struct replayed_work *done, int64_t matched,
                                 bool dry_run)
{
    struct json_out json;
    json_out_init(&json, &answer->body);
    json_object_open(&json);
    write_member(&json, "replayed", (int64_t)done->count);
    write_member(&json, "dead_letters", done->resolved);
    write_member(&json, "matched", matched);
    json_key(&json, "dry_run");
    json_bool(&json, dry_run);
    json_object_close(&json);
    answer->status = done->count > 0 ? ACCEPTED : 200;
    return STATUS_OK;
}

/* Puts work back and publishes its messages; what is not acknowledged the sweeper publishes. */
static enum status replay(struct ops *o, const struct ops_request *r, const struct uuid *ids, size_t count,
                          struct replayed_work *done)
{
    const struct republish_through through = {o->link.db, o->requests, o->bus, REPUBLISH_GENERATION,
                                              &o->work_acks};
    size_t published = 0;
    enum status s = store_replay_work(o->link.db, ids, count, r->actor, done);
    if (s == STATUS_OK)
        ops_note_replayed(done);
    for (size_t i = 0; s == STATUS_OK && i < done->count; i += REPUBLISH_MAX) {
        size_t left = done->count - i;
        s = republish(&through, done->ids + i, left < REPUBLISH_MAX ? left : REPUBLISH_MAX, &published);
    }
    return s;
}

static enum status replay_by_filter(struct ops *o, const struct ops_request *r, struct ops_answer *answer)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    struct uuid ids[OPS_LIMIT_MAX], replayed[OPS_LIMIT_MAX], before_all = {0};
    struct replayed_work done = {.ids = replayed};
    const struct dead_letter_filter filter = filter_of(r);
    int64_t matched = 0;
    size_t count = 0;
    enum status s = store_count_open_dead_letters(o->link.db, &filter, &matched);
    if (s == STATUS_OK && !r->dry_run)
        s = store_list_open_dead_letters(o->link.db, &filter, r->limit, &before_all, &rows);
    for (int i = 0; s == STATUS_OK && rows != NULL && i < PQntuples(rows); i++)
        if (!db_is_null(rows, i, 1))
            ids[count++] = db_get_uuid(rows, i, 1);
    if (s == STATUS_OK && count > 0)
        s = replay(o, r, ids, count, &done);
    return s == STATUS_OK ? answer_replay(answer, &done, matched, r->dry_run) : s;
}

/* Which work a request for one means. STATUS_INVALID: none, it is answered. */
static enum status find_work(struct ops *o, struct ops_request *r, struct ops_answer *answer,
                             struct uuid *ret_work, bool *ret_open)
{
    struct found_dead_letter found = {.is_open = true};
    enum status s = STATUS_OK;
    if (r->target == OPS_SEQUENCE)
        s = find_by_sequence(o, r);
    if (s == STATUS_FAILED) {
        (void)ops_refuse(answer, OUTCOME_unavailable, "PAY_DLQ cannot be read.");
        return STATUS_INVALID;
    }
    if (s == STATUS_OK)
        s = r->target == OPS_EVENT ? store_find_work_of_event(o->link.db, &r->id, &found.work_id)
                                   : store_find_dead_letter(o->link.db, &r->id, &found);
    if (s == STATUS_NOT_FOUND) {
        (void)ops_refuse(answer, OUTCOME_not_found, NULL);
        return STATUS_INVALID;
    }
    *ret_work = found.work_id;
    *ret_open = found.is_open;
    return s;
}

enum status ops_replay(struct ops *o, struct ops_request *r, struct ops_answer *answer)
{
    struct uuid work, replayed;
    struct replayed_work done = {.ids = &replayed};
    bool is_open = false;
    if (r->target == OPS_FILTER)
        return replay_by_filter(o, r, answer);
    enum status s = find_work(o, r, answer, &work, &is_open);
    if (s != STATUS_OK)
        return s == STATUS_INVALID ? STATUS_OK : s;
    if (is_open && uuid_is_zero(&work))
        return ops_refuse(answer, OUTCOME_invalid_value, "It names no work: it can only be discarded.");
    if (is_open && !r->dry_run)
        s = replay(o, r, &work, 1, &done);
    return s == STATUS_OK ? answer_replay(answer, &done, is_open, r->dry_run) : s;
}

enum status ops_discard(struct ops *o, struct ops_request *r, struct ops_answer *answer)
{
    struct uuid work;
    bool is_open = false;
    enum status s = find_work(o, r, answer, &work, &is_open);
    if (s != STATUS_OK)
        return s == STATUS_INVALID ? STATUS_OK : s;
    s = store_discard_dead_letter(o->link.db, &r->id, r->actor, r->note);
    if (s != STATUS_OK && s != STATUS_NOT_FOUND)
        return s;
    struct json_out json;
    json_out_init(&json, &answer->body);
    json_object_open(&json);
    write_member(&json, "discarded", s == STATUS_OK);
    json_object_close(&json);
    return STATUS_OK;
}

/* Of the zero id: null. */
static void write_id(struct json_out *json, const char *name, const char *prefix, struct uuid id)
{
    json_key(json, name);
    if (uuid_is_zero(&id))
        json_write_null(json);
    else
        json_typeid(json, prefix, &id);
}

static struct uuid id_or_zero(const PGresult *rows, int row, int column)
{
    struct uuid id = {{0}};
    if (!db_is_null(rows, row, column))
        id = db_get_uuid(rows, row, column);
    return id;
}

static void write_text(struct json_out *json, const char *name, struct str text)
{
    json_key(json, name);
    if (text.data == NULL)
        json_write_null(json);
    else
        json_str(json, text);
}

static void write_letter(struct json_out *json, const PGresult *rows, int row)
{
    struct str kind = db_get_str(rows, row, 2);
    json_object_open(json);
    write_id(json, "id", "dl", db_get_uuid(rows, row, 0));
    write_id(json, "work", "wrk", id_or_zero(rows, row, 1));
    write_text(json, "kind", kind);
    write_id(json, "object", work_object_prefix(kind), id_or_zero(rows, row, 3));
    write_text(json, "event_type", db_get_str(rows, row, 4));
    write_text(json, "error", db_get_str(rows, row, 5));
    write_member(json, "attempts", db_get_int(rows, row, 6));
    json_key(json, "seq");
    if (db_is_null(rows, row, 7))
        json_write_null(json);
    else
        json_int(json, db_get_int(rows, row, 7));
    json_key(json, "created_at");
    json_time(json, db_get_time(rows, row, 8));
    json_object_close(json);
}

/* {"data":[{"id","work","kind","object","event_type","error","attempts","seq","created_at"}],"after"} */
enum status ops_list(struct ops *o, struct ops_request *r, struct ops_answer *answer)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    const struct dead_letter_filter filter = filter_of(r);
    struct json_out json;
    enum status s = store_list_open_dead_letters(o->link.db, &filter, r->limit, &r->after, &rows);
    if (s != STATUS_OK)
        return s;
    json_out_init(&json, &answer->body);
    json_object_open(&json);
    json_key(&json, "data");
    json_array_open(&json);
    for (int row = 0; row < PQntuples(rows); row++)
        write_letter(&json, rows, row);
    json_array_close(&json);
    json_key(&json, "after");
    if (PQntuples(rows) == r->limit) {
        struct uuid last = db_get_uuid(rows, PQntuples(rows) - 1, 0);
        json_typeid(&json, "dl", &last);
    } else {
        json_write_null(&json);
    }
    json_object_close(&json);
    return STATUS_OK;
}

enum status ops_inject(struct ops *o, struct ops_request *r, struct ops_answer *answer)
{
    enum status s = store_set_injected_failure(o->link.db, r->event_id, r->provider, r->times);
    if (s != STATUS_OK)
        return s;
    struct json_out json;
    json_out_init(&json, &answer->body);
    json_object_open(&json);
    json_key(&json, "event_id");
    json_str(&json, r->event_id);
    json_key(&json, "provider");
    if (r->provider.len > 0)
        json_str(&json, r->provider);
    else
        json_write_null(&json);
    write_member(&json, "times", r->times);
    json_object_close(&json);
    return STATUS_OK;
}
