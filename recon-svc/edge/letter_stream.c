/* letter_stream.c - see letter_stream.h. The consumer lives as long as it is read from and wants no
   acknowledgements: nothing is taken away from anybody. */
#include "recon-svc/edge/letter_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/pull.h"

#define STREAM       "PAY_DLQ"
#define NAME         "reconciliation"
#define NEXT         "$JS.API.CONSUMER.MSG.NEXT." STREAM "." NAME
#define GET          "$JS.API.DIRECT.GET." STREAM
#define LETTER       "Paybus-Dead-Letter"
#define WAIT_MS      2000
#define ALIVE_NS     INT64_C(30000000000) /* of a consumer whose reader was killed */
#define NS_PER_US    1000
#define MESSAGE_MAX  ((int64_t)8 << 20) /* as nats-server takes it */
#define REQUEST_SIZE 160

struct letter_stream {
    struct bus *bus;
    jsCtx *js;
    bool has_consumer;
    natsSubscription *subscription;
    char inbox[BUS_INBOX_SIZE];
};

static enum status failed(const char *call, natsStatus status, jsErrCode code)
{
    log_event(LOG_WARN, "dead_letters_not_read", log_str("call", call),
              log_str("reason", code != 0 ? nats_GetLastError(NULL) : natsStatus_GetText(status)),
              log_int("code", code));
    return STATUS_UNAVAILABLE;
}

static bool is_full(const jsStreamInfo *info)
{
    const jsStreamConfig *c = info->Config;
    return (c->MaxBytes > 0 && (int64_t)info->State.Bytes + MESSAGE_MAX > c->MaxBytes) ||
           (c->MaxMsgs > 0 && (int64_t)info->State.Msgs >= c->MaxMsgs);
}

static enum status read_state(struct letter_stream *s, struct letter_stream_state *ret_state)
{
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus status = js_GetStreamInfo(&info, s->js, STREAM, NULL, &code);
    *ret_state = (struct letter_stream_state){.last_seq = 0};
    if (status == NATS_NOT_FOUND)
        return STATUS_OK;
    if (status != NATS_OK)
        return failed("info", status, code);
    *ret_state = (struct letter_stream_state){.first_seq = (int64_t)info->State.FirstSeq,
                                              .last_seq = (int64_t)info->State.LastSeq,
                                              .created_us = info->Created / NS_PER_US,
                                              .max_age_us = info->Config->MaxAge / NS_PER_US,
                                              .is_full = is_full(info)};
    jsStreamInfo_Destroy(info);
    return STATUS_OK;
}

/* One that was left by who was killed does not begin with the first message. */
static enum status make_consumer(struct letter_stream *s)
{
    jsConsumerConfig config;
    jsErrCode code = 0;
    (void)js_DeleteConsumer(s->js, STREAM, NAME, NULL, NULL);
    (void)jsConsumerConfig_Init(&config);
    config.Name = NAME;
    config.Description = "recon-svc holds dead letters against it";
    config.DeliverPolicy = js_DeliverAll;
    config.AckPolicy = js_AckNone;
    config.HeadersOnly = true;
    config.MemoryStorage = true;
    config.InactiveThreshold = ALIVE_NS;
    natsStatus status = js_AddConsumer(NULL, s->js, STREAM, &config, NULL, &code);
    if (status != NATS_OK)
        return failed("consumer", status, code);
    s->has_consumer = true;
    return STATUS_OK;
}

static enum status open(struct letter_stream *s, struct letter_stream_state *ret_state)
{
    jsOptions options;
    (void)jsOptions_Init(&options);
    options.Wait = WAIT_MS;
    if (!bus_is_connected(s->bus))
        return STATUS_UNAVAILABLE;
    natsStatus status = natsConnection_JetStream(&s->js, bus_raw(s->bus), &options);
    if (status != NATS_OK)
        return failed("context", status, 0);
    enum status read = read_state(s, ret_state);
    if (read != STATUS_OK || ret_state->last_seq == 0)
        return read;
    bus_new_inbox(s->bus, s->inbox);
    status = natsConnection_SubscribeSync(&s->subscription, bus_raw(s->bus), s->inbox);
    return status == NATS_OK ? make_consumer(s) : failed("subscribe", status, 0);
}

enum status letter_stream_open(struct bus *bus, struct letter_stream **ret_stream,
                               struct letter_stream_state *ret_state)
{
    struct letter_stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        return STATUS_NO_MEMORY;
    s->bus = bus;
    enum status status = open(s, ret_state);
    if (status != STATUS_OK) {
        letter_stream_close(s);
        return status;
    }
    *ret_stream = s;
    return STATUS_OK;
}

void letter_stream_close(struct letter_stream *s)
{
    if (s == NULL)
        return;
    if (s->has_consumer)
        (void)js_DeleteConsumer(s->js, STREAM, NAME, NULL, NULL);
    natsSubscription_Destroy(s->subscription);
    jsCtx_Destroy(s->js);
    free(s);
}

/* Zero: it names none. */
static struct uuid read_letter(natsMsg *message)
{
    const char *text = NULL;
    struct uuid id = {{0}};
    if (natsMsgHeader_Get(message, LETTER, &text) != NATS_OK ||
        typeid_parse("dl", str_of(text), &id) != STATUS_OK)
        return (struct uuid){{0}};
    return id;
}

static bool read_message(natsMsg *message, struct letter_message *ret_message)
{
    struct pull_place place;
    if (pull_place(message, &place) != STATUS_OK)
        return false;
    *ret_message = (struct letter_message){
        .seq = place.stream_seq, .stored_us = place.stored_us, .letter = read_letter(message)};
    return true;
}

/* "404" and "408": all that there was has come. */
static bool is_end(natsMsg *message)
{
    const char *code = NULL;
    return natsMsgHeader_Get(message, "Status", &code) == NATS_OK &&
           (strcmp(code, "404") == 0 || strcmp(code, "408") == 0);
}

enum status letter_stream_page(struct letter_stream *s, struct letter_message *ret_messages,
                               size_t *ret_count)
{
    char request[REQUEST_SIZE];
    int len = snprintf(request, sizeof request, "{\"batch\":%d,\"no_wait\":true}", LETTERS_PAGE);
    enum status status = bus_publish(s->bus, NEXT, s->inbox, NULL, request, len);
    bool is_over = false;
    size_t count = 0;
    while (status == STATUS_OK && count < LETTERS_PAGE && !is_over) {
        natsMsg *message = NULL;
        natsStatus received = natsSubscription_NextMsg(&message, s->subscription, WAIT_MS);
        if (received != NATS_OK)
            return failed("next", received, 0);
        is_over = is_end(message);
        if (!is_over && !read_message(message, &ret_messages[count++]))
            status = failed("next", NATS_ERR, 0);
        bus_discard(s->bus, message);
    }
    *ret_count = count;
    return status;
}

static void write_subject(const struct letter_row *letter, char ret_request[REQUEST_SIZE])
{
    char id[TYPEID_TEXT_SIZE];
    bool has_work = !uuid_is_zero(&letter->work);
    typeid_format(has_work ? "wrk" : "dl", has_work ? &letter->work : &letter->id, id);
    (void)snprintf(ret_request, REQUEST_SIZE, "{\"last_by_subj\":\"pay.dlq.%s.%s\"}", letter->kind, id);
}

enum status letter_stream_has(struct letter_stream *s, const struct letter_row *letter, bool *ret_has)
{
    char request[REQUEST_SIZE];
    const char *code = NULL;
    natsMsg *reply = NULL;
    write_subject(letter, request);
    natsStatus status = natsConnection_RequestString(&reply, bus_raw(s->bus), GET, request, WAIT_MS);
    if (status != NATS_OK)
        return failed("get", status, 0);
    bool is_refused = natsMsgHeader_Get(reply, "Status", &code) == NATS_OK;
    bool is_absent = is_refused && strcmp(code, "404") == 0;
    struct uuid found = read_letter(reply);
    *ret_has = !is_refused && uuid_compare(&found, &letter->id) == 0;
    bus_discard(s->bus, reply);
    return is_refused && !is_absent ? failed("get", NATS_ERR, 0) : STATUS_OK;
}
