/* sweeper_consumers.c - what the server says of PAY_WORK and of its consumers, and how far it has delivered.
 */
#include <stdio.h>

#include "shared/core/json_in.h"
#include "shared/core/timefmt.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/edge/sweeper_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define STREAM       "PAY_WORK"
#define INFO_MS      2000
#define SUBJECT_SIZE 96

/* The answer of a call without a body as JSON; NULL: not now. */
static json_t *ask(struct sweeper *s, const char *subject)
{
    struct request_end ended = {.status = STATUS_UNAVAILABLE};
    const struct request request = {.subject = subject, .data = "", .len = 0, .timeout_ms = INFO_MS};
    if (requests_send(s->requests, &request) != STATUS_OK)
        return NULL;
    bus_flush(s->bus);
    if (!requests_wait(s->requests, &ended) || ended.status != STATUS_OK)
        return NULL;
    json_t *answer =
        json_loadb(natsMsg_GetData(ended.reply), (size_t)natsMsg_GetDataLength(ended.reply), 0, NULL);
    bus_discard(s->bus, ended.reply);
    return answer;
}

static int64_t number(const json_t *object, const char *member, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(object, member), name));
}

static int64_t member(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

bool sweeper_ask_stream(struct sweeper *s, const char *stream, json_t **ret_info)
{
    char subject[SUBJECT_SIZE];
    (void)snprintf(subject, sizeof subject, "$JS.API.STREAM.INFO.%s", stream);
    json_t *info = ask(s, subject);
    if (json_object_get(info, "state") != NULL) {
        *ret_info = info;
        return true;
    }
    json_decref(info);
    return false;
}

/* A kind that nobody works off has no consumer: nothing of it was delivered. */
bool sweeper_ask_consumer(struct sweeper *s, enum work_kind kind, struct consumer_state *ret_state)
{
    char subject[SUBJECT_SIZE];
    (void)snprintf(subject, sizeof subject, "$JS.API.CONSUMER.INFO." STREAM ".%s", work_kind_name(kind));
    CLEANUP(json_decref_ptr) json_t *info = ask(s, subject);
    if (info == NULL)
        return false;
    int64_t to_come = member(info, "num_pending");
    *ret_state = (struct consumer_state){.delivered_seq = number(info, "delivered", "stream_seq"),
                                         .floor_seq = number(info, "ack_floor", "stream_seq"),
                                         .to_come = to_come,
                                         .waiting = to_come + member(info, "num_ack_pending")};
    metric_set(webhook_metrics.kinds[kind].pending, to_come);
    return true;
}

void sweeper_ask_consumers(struct sweeper *s, struct consumer_state ret_states[WORK_KIND_COUNT])
{
    for (int kind = 0; kind < WORK_KIND_COUNT; kind++)
        if (!sweeper_ask_consumer(s, (enum work_kind)kind, &ret_states[kind]))
            ret_states[kind] = (struct consumer_state){.waiting = 0};
}

static bool read_created(struct sweeper *s, int64_t *ret_us)
{
    CLEANUP(json_decref_ptr) json_t *info = NULL;
    if (!sweeper_ask_stream(s, STREAM, &info))
        return false;
    const char *created = json_string_value(json_object_get(info, "created"));
    return created != NULL && time_parse(str_of(created), ret_us) == STATUS_OK;
}

/* When the first message of a kind from a sequence on was stored; 0: there is none. False: not now. */
static bool find_stored(struct sweeper *s, enum work_kind kind, int64_t from_seq, int64_t *ret_us)
{
    struct request_end ended = {.status = STATUS_UNAVAILABLE};
    char subjects[SUBJECT_SIZE];
    const char *stored = NULL;
    int64_t seq = 0;
    (void)snprintf(subjects, sizeof subjects, WORK_SUBJECT_PREFIX "%s.>", work_kind_name(kind));
    if (stream_ask_next(s->requests, STREAM, from_seq, subjects, NULL) != STATUS_OK)
        return false;
    bus_flush(s->bus);
    (void)requests_wait(s->requests, &ended);
    enum status status = stream_message_seq(&ended, &seq);
    bool is_known =
        status == STATUS_NOT_FOUND ||
        (status == STATUS_OK && natsMsgHeader_Get(ended.reply, "Nats-Time-Stamp", &stored) == NATS_OK &&
         time_parse(str_of(stored), ret_us) == STATUS_OK);
    if (status == STATUS_NOT_FOUND)
        *ret_us = 0;
    bus_discard(s->bus, ended.reply);
    return is_known;
}

bool sweeper_find_front(struct sweeper *s, enum work_kind kind, struct work_front *ret_front)
{
    struct consumer_state state;
    if (!sweeper_ask_consumer(s, kind, &state))
        return false;
    ret_front->floor_seq = state.floor_seq;
    return read_created(s, &ret_front->created_us) &&
           find_stored(s, kind, state.delivered_seq + 1, &ret_front->stored_us);
}
