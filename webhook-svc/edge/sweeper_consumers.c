/* sweeper_consumers.c - what the server says of PAY_WORK and of its consumers. */
#include <stdio.h>

#include "shared/core/json_in.h"
#include "webhook-svc/edge/sweeper_internal.h"

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

void sweeper_ask_consumers(struct sweeper *s, struct consumer_state ret_states[WORK_KIND_COUNT])
{
    for (int kind = 0; kind < WORK_KIND_COUNT; kind++) {
        char subject[SUBJECT_SIZE];
        (void)snprintf(subject, sizeof subject, "$JS.API.CONSUMER.INFO.PAY_WORK.%s",
                       work_kind_name((enum work_kind)kind));
        CLEANUP(json_decref_ptr) json_t *info = ask(s, subject);
        ret_states[kind] =
            (struct consumer_state){.delivered_seq = number(info, "delivered", "stream_seq"),
                                    .floor_seq = number(info, "ack_floor", "stream_seq"),
                                    .waiting = json_integer_value(json_object_get(info, "num_pending")) +
                                               json_integer_value(json_object_get(info, "num_ack_pending"))};
    }
}
