/* stream.c - see stream.h. The calls that make and read streams are nats.c's own. */
#include "shared/io/stream.h"

#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/bus_internal.h"
#include "shared/io/log.h"

#define NS_PER_S     INT64_C(1000000000)
#define API_WAIT_MS  2000
#define NS_PER_US    1000
#define YOUNG_US     INT64_C(300000000)
#define ERROR_ABSENT ((jsErrCode)0)

static void context_ptr(jsCtx **js)
{
    jsCtx_Destroy(*js);
}

static void info_ptr(jsStreamInfo **info)
{
    jsStreamInfo_Destroy(*info);
}

static void message_ptr(natsMsg **message)
{
    natsMsg_Destroy(*message);
}

static enum status open_context(struct bus *bus, jsCtx **ret_js)
{
    jsOptions options;
    natsStatus s = jsOptions_Init(&options);
    options.Wait = API_WAIT_MS;
    if (s == NATS_OK)
        s = natsConnection_JetStream(ret_js, bus->connection, &options);
    return s == NATS_OK ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The server has no JetStream, is not there or does not answer: that passes. The rest is its refusal. */
static enum status refused(const char *stream, const char *call, natsStatus s, jsErrCode code)
{
    bool passes = code == ERROR_ABSENT;
    const char *words = passes ? natsStatus_GetText(s) : nats_GetLastError(NULL);
    log_event(passes ? LOG_WARN : LOG_ERROR, "stream_call_failed", log_str("stream", stream),
              log_str("call", call), log_str("reason", words), log_int("code", code));
    return passes ? STATUS_UNAVAILABLE : STATUS_FAILED;
}

static void fill_config(const struct stream_spec *spec, const char **subjects, jsStreamConfig *ret_config)
{
    (void)jsStreamConfig_Init(ret_config);
    subjects[0] = spec->subject;
    ret_config->Name = spec->name;
    ret_config->Description = spec->description;
    ret_config->Subjects = subjects;
    ret_config->SubjectsLen = 1;
    ret_config->Retention = spec->is_work_queue ? js_WorkQueuePolicy : js_LimitsPolicy;
    ret_config->Storage = js_FileStorage;
    ret_config->Discard = spec->is_work_queue ? js_DiscardNew : js_DiscardOld;
    ret_config->MaxAge = spec->max_age_s * NS_PER_S;
    ret_config->MaxBytes = spec->max_bytes > 0 ? spec->max_bytes : -1;
    ret_config->Duplicates = spec->duplicates_s * NS_PER_S;
    ret_config->Replicas = spec->replicas;
    ret_config->AllowDirect = true;
}

static bool is_in_line(const jsStreamConfig *have, const jsStreamConfig *want)
{
    return have->SubjectsLen == 1 && strcmp(have->Subjects[0], want->Subjects[0]) == 0 &&
           have->MaxAge == want->MaxAge && have->MaxBytes == want->MaxBytes &&
           have->Duplicates == want->Duplicates && have->Replicas == want->Replicas &&
           have->Discard == want->Discard && have->AllowDirect == want->AllowDirect;
}

/* A stream whose settings cannot be changed still takes messages. */
static enum status mend(jsCtx *js, const struct stream_spec *spec, jsStreamConfig *config,
                        jsStreamInfo **info)
{
    jsErrCode code = ERROR_ABSENT;
    jsStreamInfo *mended = NULL;
    natsStatus s = js_UpdateStream(&mended, js, config, NULL, &code);
    if (s != NATS_OK)
        return refused(spec->name, "update", s, code) == STATUS_FAILED ? STATUS_OK : STATUS_UNAVAILABLE;
    log_event(LOG_INFO, "stream_updated", log_str("stream", spec->name));
    jsStreamInfo_Destroy(*info);
    *info = mended;
    return STATUS_OK;
}

/* A stream that is a few minutes old and has room begins with its first message: what is missing before it
   was lost. Later on a stream forgets by itself. */
static int64_t lost_beginning(const jsStreamInfo *info, const struct stream_spec *spec)
{
    const jsStreamState *s = &info->State;
    bool is_young = clock_unix_us() - info->Created / NS_PER_US < YOUNG_US;
    bool has_room = spec->max_bytes == 0 || (int64_t)s->Bytes < spec->max_bytes / 2;
    return is_young && has_room && s->Msgs > 0 ? (int64_t)s->FirstSeq - 1 : 0;
}

static void read_state(const jsStreamInfo *info, const struct stream_spec *spec,
                       struct stream_state *ret_state)
{
    const jsStreamState *s = &info->State;
    int64_t span = s->Msgs > 0 ? (int64_t)(s->LastSeq - s->FirstSeq) + 1 : 0;
    *ret_state = (struct stream_state){.created_ns = info->Created,
                                       .first_seq = (int64_t)s->FirstSeq,
                                       .last_seq = (int64_t)s->LastSeq,
                                       .messages = (int64_t)s->Msgs,
                                       .bytes = (int64_t)s->Bytes,
                                       .missing = span - (int64_t)s->Msgs + lost_beginning(info, spec),
                                       .oldest_ns = s->Msgs > 0 ? s->FirstTime : 0};
}

enum status stream_ensure(struct bus *bus, const struct stream_spec *spec, struct stream_state *ret_state)
{
    jsCtx *js CLEANUP(context_ptr) = NULL;
    jsStreamInfo *info CLEANUP(info_ptr) = NULL;
    jsStreamConfig config;
    const char *subjects[1];
    jsErrCode code = ERROR_ABSENT;
    enum status mended = STATUS_OK;
    if (open_context(bus, &js) != STATUS_OK)
        return STATUS_NO_MEMORY;
    fill_config(spec, subjects, &config);
    natsStatus s = js_GetStreamInfo(&info, js, spec->name, NULL, &code);
    if (s == NATS_NOT_FOUND) {
        s = js_AddStream(&info, js, &config, NULL, &code);
        if (s == NATS_OK)
            log_event(LOG_INFO, "stream_created", log_str("stream", spec->name));
    } else if (s == NATS_OK && !is_in_line(info->Config, &config)) {
        mended = mend(js, spec, &config, &info);
    }
    if (s != NATS_OK)
        return refused(spec->name, "ensure", s, code);
    if (mended == STATUS_OK)
        read_state(info, spec, ret_state);
    return mended;
}

/* "" when the message has no such header. */
static void copy_header(natsMsg *message, const char *name, char ret_value[STREAM_ID_SIZE])
{
    const char *value = NULL;
    if (natsMsgHeader_Get(message, name, &value) != NATS_OK || strlen(value) >= STREAM_ID_SIZE)
        value = "";
    (void)snprintf(ret_value, STREAM_ID_SIZE, "%s", value);
}

enum status stream_find(struct bus *bus, const char *stream, int64_t seq, const char *header,
                        struct stream_message *ret_message)
{
    jsCtx *js CLEANUP(context_ptr) = NULL;
    natsMsg *message CLEANUP(message_ptr) = NULL;
    jsErrCode code = ERROR_ABSENT;
    if (open_context(bus, &js) != STATUS_OK)
        return STATUS_NO_MEMORY;
    natsStatus s = js_GetMsg(&message, js, stream, (uint64_t)seq, NULL, &code);
    if (s == NATS_NOT_FOUND || code == JSNoMessageFoundErr)
        return STATUS_INVALID;
    if (s != NATS_OK)
        return refused(stream, "get", s, code);
    copy_header(message, "Nats-Msg-Id", ret_message->id);
    copy_header(message, header, ret_message->value);
    return STATUS_OK;
}
