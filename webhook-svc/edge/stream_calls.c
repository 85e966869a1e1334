/* stream_calls.c - see stream_calls.h. */
#include "webhook-svc/edge/stream_calls.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/json_in.h"
#include "shared/core/parse.h"
#include "shared/io/log.h"

#define TIMEOUT_MS   2000
#define SUBJECT_SIZE 96
#define BODY_SIZE    160

static void note_refusal(struct stream_acks *acks, const json_t *ack)
{
    const char *why = json_string_value(json_object_get(json_object_get(ack, "error"), "description"));
    if (!acks->are_refused)
        log_event(LOG_ERROR, "messages_refused", log_str("reason", why != NULL ? why : "no sequence"));
    acks->are_refused = true;
}

enum status stream_ack_read(struct stream_acks *acks, natsMsg *reply, struct stream_ack *ret_ack)
{
    CLEANUP(json_decref_ptr)
    json_t *ack = json_loadb(natsMsg_GetData(reply), (size_t)natsMsg_GetDataLength(reply), 0, NULL);
    json_int_t seq = json_integer_value(json_object_get(ack, "seq"));
    if (seq <= 0 || json_object_get(ack, "error") != NULL) {
        note_refusal(acks, ack);
        return STATUS_FAILED;
    }
    if (acks->are_refused)
        log_event(LOG_INFO, "messages_taken_again", log_int("seq", seq));
    acks->are_refused = false;
    *ret_ack = (struct stream_ack){seq, json_is_true(json_object_get(ack, "duplicate"))};
    return STATUS_OK;
}

static enum status ask(struct requests *requests, const char *subject, const char *body, void *context)
{
    const struct request request = {.subject = subject,
                                    .data = body,
                                    .len = (int)strlen(body),
                                    .timeout_ms = TIMEOUT_MS,
                                    .context = context};
    return requests_send(requests, &request);
}

enum status stream_ask_last(struct requests *requests, const char *stream, const char *subject, void *context)
{
    char to[SUBJECT_SIZE], body[BODY_SIZE];
    (void)snprintf(to, sizeof to, "$JS.API.DIRECT.GET.%s", stream);
    (void)snprintf(body, sizeof body, "{\"last_by_subj\":\"%s\"}", subject);
    return ask(requests, to, body, context);
}

enum status stream_ask_seq(struct requests *requests, const char *stream, int64_t seq, void *context)
{
    char to[SUBJECT_SIZE], body[BODY_SIZE];
    (void)snprintf(to, sizeof to, "$JS.API.DIRECT.GET.%s", stream);
    (void)snprintf(body, sizeof body, "{\"seq\":%" PRId64 "}", seq);
    return ask(requests, to, body, context);
}

enum status stream_ask_next(struct requests *requests, const char *stream, int64_t seq, const char *subjects,
                            void *context)
{
    char to[SUBJECT_SIZE], body[BODY_SIZE];
    (void)snprintf(to, sizeof to, "$JS.API.DIRECT.GET.%s", stream);
    (void)snprintf(body, sizeof body, "{\"seq\":%" PRId64 ",\"next_by_subj\":\"%s\"}", seq, subjects);
    return ask(requests, to, body, context);
}

enum status stream_message_seq(const struct request_end *ended, int64_t *ret_seq)
{
    const char *text = NULL;
    if (ended->status != STATUS_OK)
        return STATUS_FAILED;
    if (natsMsgHeader_Get(ended->reply, "Status", &text) == NATS_OK)
        return strcmp(text, "404") == 0 ? STATUS_NOT_FOUND : STATUS_FAILED;
    if (natsMsgHeader_Get(ended->reply, "Nats-Sequence", &text) != NATS_OK)
        return STATUS_FAILED;
    return parse_int64(str_of(text), 1, INT64_MAX, ret_seq);
}

enum status stream_delete(struct requests *requests, const char *stream, int64_t seq, void *context)
{
    char to[SUBJECT_SIZE], body[BODY_SIZE];
    (void)snprintf(to, sizeof to, "$JS.API.STREAM.MSG.DELETE.%s", stream);
    (void)snprintf(body, sizeof body, "{\"seq\":%" PRId64 ",\"no_erase\":true}", seq);
    return ask(requests, to, body, context);
}
