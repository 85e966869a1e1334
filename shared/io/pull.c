/* pull.c - see pull.h. One request is on its way at a time, each with a reply subject of its own, so that
   what the server says of an older one is recognised. The subscription's callback only collects. */
#include "shared/io/pull.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/io/log.h"

#define NS_PER_US         INT64_C(1000)
#define QUEUE_MAX         8192 /* beyond it messages are dropped here, and delivered again */
#define REQUEST_MAX       512
#define REQUEST_US        INT64_C(5000000)
#define LOST_AFTER_US     (REQUEST_US + INT64_C(1000000))
#define RETRY_US          INT64_C(250000)
#define API_WAIT_MS       2000
#define GIVE_BACK_MS      500 /* not at once: the request that is under way would bring it here again */
#define NS_PER_MS         INT64_C(1000000)
#define PENDING_BYTES_MAX (64 * 1024 * 1024)
#define SUBJECT_SIZE      160
#define NAK_SIZE          64

struct pull {
    struct bus *bus;
    const struct pull_spec *spec;
    struct bell *bell;
    natsSubscription *subscription;
    char inbox[BUS_INBOX_SIZE], next[SUBJECT_SIZE];
    bool failure_logged;
    int64_t retry_us; /* not before: a call that failed */
    int64_t request_id, lost_us;
    atomic_bool ready;
    _Atomic int64_t pending;
    struct monitor monitor; /* guards what follows and request_id */
    bool doubtful;          /* the consumer may be gone */
    bool stopped;           /* what arrives goes back */
    int64_t left;           /* messages that the request may still bring; 0: there is none */
    int64_t age;            /* one more with each consumer that was made anew */
    int64_t created_ns;     /* when that consumer was made; 0: not known */
    int64_t consumer_seq;   /* the newest of its deliveries */
    int64_t connection;     /* by which it was found */
    size_t first, count;    /* of the queue, a ring */
    natsMsg *queue[QUEUE_MAX];
};

/* Not natsMsg_Ack and the like: they want a subscription of nats.c's own making. What gets lost is said again
   when the message comes again. */
static void publish(struct pull *p, natsMsg *message, const char *text)
{
    if (bus_publish(p->bus, natsMsg_GetReply(message), NULL, NULL, text, (int)strlen(text)) != STATUS_OK)
        log_event(LOG_DEBUG, "message_not_settled", log_str("subject", natsMsg_GetSubject(message)));
}

/* Of an earlier age, or while nobody knows whether the consumer is still the same, nothing is said: the
   message comes again if it is there. */
static void say(struct pull *p, natsMsg *message, int64_t age, const char *text)
{
    monitor_lock(&p->monitor);
    bool is_of_now = age == p->age && p->connection == bus_connection(p->bus);
    monitor_unlock(&p->monitor);
    if (is_of_now)
        publish(p, message, text);
    else
        log_event(LOG_DEBUG, "message_forgotten", log_str("subject", natsMsg_GetSubject(message)));
}

static void write_nak(int64_t delay_ms, char ret_text[NAK_SIZE])
{
    (void)snprintf(ret_text, NAK_SIZE, "-NAK {\"delay\":%" PRId64 "}", delay_ms * NS_PER_MS);
}

/* Of what was not handed out, under the lock. */
static void say_back(struct pull *p, natsMsg *message)
{
    char text[NAK_SIZE];
    write_nak(GIVE_BACK_MS, text);
    if (p->connection == bus_connection(p->bus))
        publish(p, message, text);
}

static bool is_status(natsMsg *message, const char **ret_code)
{
    const char *reply = natsMsg_GetReply(message);
    return (reply == NULL || *reply == '\0') && natsMsgHeader_Get(message, "Status", ret_code) == NATS_OK;
}

/* "404" and "408" end a request: nothing is there, nothing came in time. "503" and "409" are about the
   consumer, or its stream, or their limits. "100" is a sign of life. */
static void note_status(struct pull *p, const char *subject, const char *code)
{
    const char *dot = strrchr(subject, '.');
    int64_t id = 0;
    if (strcmp(code, "100") == 0 || dot == NULL ||
        parse_int64(str_of(dot + 1), 0, INT64_MAX, &id) != STATUS_OK || id != p->request_id)
        return;
    p->left = 0;
    if (strcmp(code, "404") != 0 && strcmp(code, "408") != 0)
        p->doubtful = true;
}

/* Of a stream that was made anew messages have the sequences of others: what is said of an old one would be
   taken for them. */
static void begin_age(struct pull *p)
{
    p->age++;
    p->consumer_seq = 0;
    for (; p->count > 0; p->count--) {
        bus_discard(p->bus, p->queue[p->first]);
        p->first = (p->first + 1) % QUEUE_MAX;
    }
}

/* A consumer numbers what it delivers. */
static void note_delivery(struct pull *p, natsMsg *message)
{
    struct pull_place place;
    if (pull_place(message, &place) != STATUS_OK)
        return;
    if (place.consumer_seq <= p->consumer_seq)
        begin_age(p);
    p->consumer_seq = place.consumer_seq;
}

/* True: taken. */
static bool collect(struct pull *p, natsMsg *message)
{
    const char *code = NULL;
    if (is_status(message, &code)) {
        note_status(p, natsMsg_GetSubject(message), code);
        return false;
    }
    if (p->left > 0)
        p->left--;
    note_delivery(p, message);
    if (p->stopped)
        say_back(p, message);
    if (p->stopped || p->count == QUEUE_MAX)
        return false;
    p->queue[(p->first + p->count++) % QUEUE_MAX] = message;
    return true;
}

static void on_message(natsConnection *connection, natsSubscription *subscription, natsMsg *message,
                       void *context)
{
    (void)connection, (void)subscription;
    struct pull *p = context;
    monitor_lock(&p->monitor);
    bool taken = collect(p, message);
    monitor_unlock(&p->monitor);
    bell_ring(p->bell);
    if (!taken)
        bus_discard(p->bus, message);
}

static void on_reconnect(void *context)
{
    struct pull *p = context;
    monitor_lock(&p->monitor);
    p->left = 0;
    p->doubtful = true;
    monitor_unlock(&p->monitor);
    bell_ring(p->bell);
}

enum status pull_open(struct bus *bus, const struct pull_spec *spec, struct bell *bell,
                      struct pull **ret_pull)
{
    struct pull *p = calloc(1, sizeof(*p));
    if (!p)
        return STATUS_NO_MEMORY;
    *p = (struct pull){.bus = bus, .spec = spec, .bell = bell, .doubtful = true};
    monitor_init(&p->monitor);
    *ret_pull = p; /* its owner closes it after the bus, whatever happens here */
    char subject[SUBJECT_SIZE];
    bus_new_inbox(bus, p->inbox);
    snprintf(subject, sizeof(subject), "%s.*", p->inbox);
    snprintf(p->next, sizeof(p->next), "$JS.API.CONSUMER.MSG.NEXT.%s.%s", spec->stream, spec->name);
    natsStatus s = natsConnection_Subscribe(&p->subscription, bus_raw(bus), subject, on_message, p);
    if (s == NATS_OK)
        s = natsSubscription_SetPendingLimits(p->subscription, -1, PENDING_BYTES_MAX);
    return s == NATS_OK ? bus_listen(bus, on_reconnect, p) : STATUS_UNAVAILABLE;
}

void pull_stop(struct pull *p)
{
    if (!p)
        return;
    bus_unlisten(p->bus, on_reconnect, p);
    monitor_lock(&p->monitor);
    p->stopped = true;
    for (; p->count > 0; p->count--) {
        say_back(p, p->queue[p->first]);
        bus_discard(p->bus, p->queue[p->first]);
        p->first = (p->first + 1) % QUEUE_MAX;
    }
    monitor_unlock(&p->monitor);
}

void pull_close(struct pull *p)
{
    if (!p)
        return;
    for (; p->count > 0; p->count--)
        natsMsg_Destroy(p->queue[p->first++ % QUEUE_MAX]);
    natsSubscription_Destroy(p->subscription);
    monitor_destroy(&p->monitor);
    free(p);
}

static void context_ptr(jsCtx **js)
{
    jsCtx_Destroy(*js);
}

static void info_ptr(jsConsumerInfo **info)
{
    jsConsumerInfo_Destroy(*info);
}

static void fill_config(const struct pull_spec *spec, jsConsumerConfig *ret_config)
{
    (void)jsConsumerConfig_Init(ret_config);
    ret_config->Durable = spec->name;
    ret_config->Description = spec->description;
    ret_config->FilterSubject = spec->filter;
    ret_config->DeliverPolicy = spec->start_us > 0 ? js_DeliverByStartTime : js_DeliverAll;
    ret_config->OptStartTime = spec->start_us * NS_PER_US;
    ret_config->AckPolicy = js_AckExplicit;
    ret_config->AckWait = spec->ack_wait_ms * NS_PER_MS;
    ret_config->MaxDeliver = -1;
    ret_config->MaxAckPending = spec->ack_pending_max;
}

static bool is_in_line(const jsConsumerConfig *have, const jsConsumerConfig *want)
{
    return have->AckWait == want->AckWait && have->MaxAckPending == want->MaxAckPending &&
           have->MaxDeliver == want->MaxDeliver && have->FilterSubject != NULL &&
           strcmp(have->FilterSubject, want->FilterSubject) == 0;
}

/* A consumer as the server has it. */
struct found {
    int64_t created_ns, delivered; /* its newest delivery, to whomever */
};
static natsStatus ensure(struct pull *p, struct found *ret_found, jsErrCode *ret_code)
{
    jsCtx *js CLEANUP(context_ptr) = NULL;
    jsConsumerInfo *info CLEANUP(info_ptr) = NULL;
    jsOptions options;
    jsConsumerConfig config;
    const struct pull_spec *spec = p->spec;
    (void)jsOptions_Init(&options);
    options.Wait = API_WAIT_MS;
    natsStatus s = natsConnection_JetStream(&js, bus_raw(p->bus), &options);
    if (s != NATS_OK)
        return s;
    fill_config(spec, &config);
    s = js_GetConsumerInfo(&info, js, spec->stream, spec->name, NULL, ret_code);
    if (s == NATS_OK)
        *ret_found = (struct found){info->Created, (int64_t)info->Delivered.Consumer};
    if (s == NATS_OK && is_in_line(info->Config, &config))
        return NATS_OK;
    if (s != NATS_OK && s != NATS_NOT_FOUND)
        return s;
    jsConsumerInfo_Destroy(info);
    info = NULL;
    s = js_AddConsumer(&info, js, spec->stream, &config, NULL, ret_code);
    if (s != NATS_OK)
        return s;
    *ret_found = (struct found){info->Created, (int64_t)info->Delivered.Consumer};
    log_event(LOG_INFO, "consumer_ensured", log_str("stream", spec->stream), log_str("name", spec->name));
    return NATS_OK;
}

/* One that has delivered less than we have seen was set back with its stream, as by a power cut. */
static void note_consumer(struct pull *p, const struct found *found, int64_t connection)
{
    monitor_lock(&p->monitor);
    if (found->created_ns != p->created_ns || found->delivered < p->consumer_seq)
        begin_age(p);
    p->created_ns = found->created_ns;
    p->connection = connection;
    monitor_unlock(&p->monitor);
}

/* Looks for the consumer, makes it, brings it in line; false: not now. Failures are logged once in a row. */
static bool see_to_consumer(struct pull *p)
{
    jsErrCode code = 0;
    struct found found;
    int64_t connection = bus_connection(p->bus);
    if (!bus_is_connected(p->bus))
        return false;
    monitor_lock(&p->monitor);
    p->doubtful = false; /* what makes it so from here on is newer than what is found now */
    monitor_unlock(&p->monitor);
    natsStatus s = ensure(p, &found, &code);
    if (s == NATS_OK) {
        note_consumer(p, &found, connection);
        p->failure_logged = false;
        return true;
    }
    monitor_lock(&p->monitor);
    p->doubtful = true;
    monitor_unlock(&p->monitor);
    if (!p->failure_logged)
        log_event(LOG_WARN, "consumer_not_there", log_str("stream", p->spec->stream),
                  log_str("name", p->spec->name), log_str("reason", natsStatus_GetText(s)),
                  log_int("code", code));
    p->failure_logged = true;
    return false;
}

/* no_wait with expires: what is there comes at once, else the request waits for the first message. */
static bool send_request(struct pull *p, int64_t batch)
{
    char reply[SUBJECT_SIZE], body[128];
    monitor_lock(&p->monitor);
    p->request_id++;
    p->left = batch;
    monitor_unlock(&p->monitor);
    snprintf(reply, sizeof(reply), "%s.%" PRId64, p->inbox, p->request_id);
    int len = snprintf(body, sizeof(body), "{\"batch\":%" PRId64 ",\"expires\":%" PRId64 ",\"no_wait\":true}",
                       batch, REQUEST_US * 1000);
    p->lost_us = clock_monotonic_us() + LOST_AFTER_US;
    if (bus_publish(p->bus, p->next, reply, NULL, body, len) == STATUS_OK)
        return true;
    monitor_lock(&p->monitor);
    p->left = 0;
    monitor_unlock(&p->monitor);
    return false;
}

/* room: for how many more than have arrived. */
static void ask(struct pull *p, int64_t room)
{
    int64_t now_us = clock_monotonic_us();
    monitor_lock(&p->monitor);
    if (p->left > 0 && now_us >= p->lost_us) {
        p->left = 0;
        p->doubtful = true;
    }
    bool waits = p->stopped || p->left > 0, doubtful = p->doubtful;
    monitor_unlock(&p->monitor);
    if (waits || room <= 0 || now_us < p->retry_us)
        return;
    bool ready =
        (!doubtful || see_to_consumer(p)) && send_request(p, room < REQUEST_MAX ? room : REQUEST_MAX);
    atomic_store(&p->ready, ready);
    if (!ready)
        p->retry_us = clock_monotonic_us() + RETRY_US;
}

int pull_take(struct pull *p, int room, natsMsg **ret_messages, int64_t *ret_age)
{
    int taken = 0;
    monitor_lock(&p->monitor);
    *ret_age = p->age;
    for (; taken < room && p->count > 0; p->count--) {
        ret_messages[taken++] = p->queue[p->first];
        p->first = (p->first + 1) % QUEUE_MAX;
    }
    int64_t more = room - taken - (int64_t)p->count;
    monitor_unlock(&p->monitor);
    ask(p, more);
    struct pull_place place;
    if (taken > 0 && pull_place(ret_messages[taken - 1], &place) == STATUS_OK)
        atomic_store(&p->pending, place.pending);
    return taken;
}

int64_t pull_look_again_us(struct pull *p)
{
    monitor_lock(&p->monitor);
    int64_t us = p->left > 0 ? p->lost_us : p->retry_us;
    monitor_unlock(&p->monitor);
    return us;
}

bool pull_is_ready(const struct pull *p)
{
    return atomic_load(&p->ready);
}

int64_t pull_pending(const struct pull *p)
{
    return atomic_load(&p->pending);
}

void pull_acknowledge(struct pull *p, natsMsg *message, int64_t age)
{
    say(p, message, age, "+ACK");
}

void pull_send_back(struct pull *p, natsMsg *message, int64_t age, int64_t delay_ms)
{
    char text[NAK_SIZE];
    write_nak(delay_ms, text);
    say(p, message, age, text);
}

void pull_give_back(struct pull *p, natsMsg *message, int64_t age)
{
    pull_send_back(p, message, age, GIVE_BACK_MS);
}

void pull_terminate(struct pull *p, natsMsg *message, int64_t age)
{
    say(p, message, age, "+TERM");
}

void pull_go_on(struct pull *p, natsMsg *message, int64_t age)
{
    say(p, message, age, "+WPI");
}

enum status pull_place(natsMsg *message, struct pull_place *ret_place)
{
    jsMsgMetaData *meta = NULL;
    if (natsMsg_GetMetaData(&meta, message) != NATS_OK)
        return STATUS_INVALID;
    *ret_place = (struct pull_place){.deliveries = (int64_t)meta->NumDelivered,
                                     .stream_seq = (int64_t)meta->Sequence.Stream,
                                     .consumer_seq = (int64_t)meta->Sequence.Consumer,
                                     .stored_us = meta->Timestamp / 1000,
                                     .pending = (int64_t)meta->NumPending};
    jsMsgMetaData_Destroy(meta);
    return STATUS_OK;
}
