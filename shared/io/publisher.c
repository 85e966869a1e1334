/* publisher.c - the publishing part of stream.h. A message's reply subject ends in its number, which goes up
   for the life of the publisher: the acknowledgement of an earlier round is told by it, and ignored. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/json_in.h"
#include "shared/core/parse.h"
#include "shared/io/log.h"
#include "shared/io/metrics.h"
#include "shared/io/stream.h"

#define REPLY_SIZE     (BUS_INBOX_SIZE + 24)
#define STREAM_SIZE    64
#define SEQ_SIZE       24
#define FORGET_WAIT_MS 1
#define HEADERS_MAX    (2 * (2 + PUBLISHER_HEADERS_MAX) + 1) /* pairs and NULL */
#define SUBJECT_TAIL   2                                     /* ".*" */
#define REFUSED        (-1)

struct publisher {
    struct bus *bus;
    natsSubscription *acks;
    char stream[STREAM_SIZE], inbox[BUS_INBOX_SIZE];
    struct metric *ack_seconds, *acknowledged, *refusals, *timeouts, *unsent;
    bool in_order;
    bool may_send;                        /* false: after a failure, until publisher_begin */
    int64_t last_seq;                     /* of the stream, for the first message */
    char last_id[STREAM_ID_SIZE];         /* of the message sent before; "": there is none yet */
    int64_t first;                        /* number of the first message of this round */
    size_t count;                         /* messages of this round */
    int64_t started_us;                   /* when the first of these was sent */
    size_t answered;                      /* of these */
    bool refused;                         /* one of these, logged */
    int64_t seqs[PUBLISHER_MESSAGES_MAX]; /* 0: not acknowledged; REFUSED */
};

static struct metric *result_counter(const struct publisher *p, const char *result)
{
    char labels[STREAM_SIZE + 40];
    (void)snprintf(labels, sizeof(labels), "stream=\"%s\",result=\"%s\"", p->stream, result);
    return metrics_counter("paybus_bus_publishes_total", "Messages for a stream, by what it answered.",
                           labels);
}

static void register_metrics(struct publisher *p)
{
    char labels[STREAM_SIZE + 16];
    (void)snprintf(labels, sizeof(labels), "stream=\"%s\"", p->stream);
    p->ack_seconds = metrics_histogram("paybus_bus_puback_duration_seconds",
                                       "From a round's first message to the acknowledgement of all of them.",
                                       labels, METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT);
    p->acknowledged = result_counter(p, "acknowledged");
    p->refusals = result_counter(p, "refused");
    p->timeouts = result_counter(p, "timeout");
    p->unsent = result_counter(p, "unsent");
}

enum status publisher_open(struct bus *bus, const char *stream, bool in_order,
                           struct publisher **ret_publisher)
{
    struct publisher *p = calloc(1, sizeof(*p));
    if (!p)
        return STATUS_NO_MEMORY;
    char subject[BUS_INBOX_SIZE + SUBJECT_TAIL];
    p->bus = bus;
    p->in_order = in_order;
    (void)snprintf(p->stream, sizeof(p->stream), "%s", stream);
    register_metrics(p);
    bus_new_inbox(bus, p->inbox);
    (void)snprintf(subject, sizeof(subject), "%s.*", p->inbox);
    if (natsConnection_SubscribeSync(&p->acks, bus_raw(bus), subject) != NATS_OK) {
        free(p);
        return STATUS_UNAVAILABLE;
    }
    *ret_publisher = p;
    return STATUS_OK;
}

void publisher_stop(struct publisher *p)
{
    if (p)
        (void)natsSubscription_Unsubscribe(p->acks);
}

void publisher_close(struct publisher *p)
{
    if (!p)
        return;
    natsSubscription_Destroy(p->acks);
    free(p);
}

/* What is still to come of earlier rounds: nats.c hides whose "no responders" one is, and each that is left
   over would fail a round. */
static void forget_answers(struct publisher *p)
{
    natsStatus s = NATS_OK;
    bus_flush(p->bus);
    while (s == NATS_OK || s == NATS_NO_RESPONDERS || s == NATS_SLOW_CONSUMER) {
        natsMsg *message = NULL;
        s = natsSubscription_NextMsg(&message, p->acks, FORGET_WAIT_MS);
        bus_discard(p->bus, message);
    }
}

void publisher_begin(struct publisher *p, int64_t last_seq)
{
    forget_answers(p);
    p->first += (int64_t)p->count;
    p->count = p->answered = 0;
    p->refused = false;
    p->may_send = true;
    p->last_seq = last_seq;
    p->last_id[0] = '\0';
}

enum status publisher_send(struct publisher *p, const struct publisher_message *m)
{
    char reply[REPLY_SIZE], last_seq[SEQ_SIZE];
    const char *headers[HEADERS_MAX] = {"Nats-Msg-Id", m->id};
    size_t n = 2;
    if (!p->may_send)
        return STATUS_INVALID;
    if (p->count == PUBLISHER_MESSAGES_MAX || strlen(m->id) >= sizeof(p->last_id))
        return STATUS_FULL;
    (void)snprintf(last_seq, sizeof(last_seq), "%" PRId64, p->last_seq);
    if (p->in_order) {
        bool is_first = p->last_id[0] == '\0';
        headers[n++] = is_first ? "Nats-Expected-Last-Sequence" : "Nats-Expected-Last-Msg-Id";
        headers[n++] = is_first ? last_seq : p->last_id;
    }
    for (size_t i = 0; i < PUBLISHER_HEADERS_MAX && m->headers[i].name; i++) {
        headers[n++] = m->headers[i].name;
        headers[n++] = m->headers[i].value;
    }
    (void)snprintf(reply, sizeof(reply), "%s.%" PRId64, p->inbox, p->first + (int64_t)p->count);
    enum status s = bus_publish(p->bus, m->subject, reply, headers, m->body.data, (int)m->body.len);
    p->may_send = s == STATUS_OK;
    if (s == STATUS_OK && p->count == 0)
        p->started_us = clock_monotonic_us();
    if (s != STATUS_OK) {
        metric_add(p->unsent, 1);
    } else {
        (void)snprintf(p->last_id, sizeof(p->last_id), "%s", m->id);
        p->seqs[p->count++] = 0;
    }
    return s;
}

/* PubAck: {"stream","seq","duplicate"?} or {"error":{"code","err_code","description"}}. REFUSED for the
   latter. */
static int64_t read_ack(struct publisher *p, const char *data, int len)
{
    json_t *ack = json_loadb(data, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
    json_int_t seq = json_integer_value(json_object_get(ack, "seq"));
    const json_t *error = json_object_get(ack, "error");
    bool refused = seq <= 0 || error != NULL;
    if (refused && !p->refused) /* once a round: a full stream refuses many */
        log_event(LOG_WARN, "publish_refused", log_str("stream", p->stream),
                  log_int("code", json_integer_value(json_object_get(error, "err_code"))),
                  log_str("reason", json_string_value(json_object_get(error, "description"))));
    p->refused = p->refused || refused;
    json_decref(ack);
    return refused ? REFUSED : seq;
}

/* Which message of this round the acknowledgement is for; false: of none. */
static bool find_place(const struct publisher *p, const char *subject, size_t *ret_place)
{
    const char *number = strrchr(subject, '.');
    int64_t n = 0;
    if (!number ||
        parse_int64(str_of(number + 1), p->first, p->first + (int64_t)p->count - 1, &n) != STATUS_OK)
        return false;
    *ret_place = (size_t)(n - p->first);
    return true;
}

/* One answer. STATUS_FAILED: nothing listens to the subject. */
static enum status receive(struct publisher *p, int64_t wait_ms)
{
    natsMsg *message = NULL;
    size_t place = 0;
    natsStatus s = natsSubscription_NextMsg(&message, p->acks, wait_ms);
    if (s == NATS_NO_RESPONDERS) {
        log_event(LOG_WARN, "publish_refused", log_str("stream", p->stream),
                  log_str("reason", "no stream has this subject"));
        return STATUS_FAILED;
    }
    if (s != NATS_OK)
        return s == NATS_TIMEOUT ? STATUS_TIMEOUT : STATUS_UNAVAILABLE;
    if (find_place(p, natsMsg_GetSubject(message), &place)) {
        int64_t seq = read_ack(p, natsMsg_GetData(message), natsMsg_GetDataLength(message));
        p->answered += p->seqs[place] == 0;
        p->seqs[place] = seq;
    }
    bus_discard(p->bus, message);
    return STATUS_OK;
}

/* Those that were not answered were given up, unless a refusal ended the round before. */
static void count_round(const struct publisher *p, enum status s)
{
    int64_t refused = 0;
    for (size_t i = 0; i < p->count; i++)
        refused += p->seqs[i] == REFUSED;
    metric_add(p->acknowledged, (int64_t)p->answered - refused);
    metric_add(p->refusals, refused);
    if (s == STATUS_TIMEOUT)
        metric_add(p->timeouts, (int64_t)(p->count - p->answered));
    if (s == STATUS_OK && p->count > 0)
        metric_observe_us(p->ack_seconds, clock_monotonic_us() - p->started_us);
}

enum status publisher_wait(struct publisher *p, int64_t timeout_ms, struct publisher_acks *ret_acks)
{
    int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    struct publisher_acks acks = {0};
    enum status s = STATUS_OK;
    bus_flush(p->bus);
    while (s == STATUS_OK && p->answered < p->count && !(p->refused && p->in_order)) {
        int64_t left_ms = deadline_ms - clock_monotonic_ms();
        s = left_ms > 0 ? receive(p, left_ms) : STATUS_TIMEOUT;
    }
    if (s == STATUS_OK && p->refused)
        s = STATUS_FAILED;
    for (; acks.count < p->count && p->seqs[acks.count] > 0; acks.count++) {
        if (p->seqs[acks.count] > acks.last_seq) {
            acks.last = acks.count;
            acks.last_seq = p->seqs[acks.count];
        }
    }
    if (acks.count < p->count)
        p->may_send = false;
    count_round(p, s);
    p->first += (int64_t)p->count;
    p->count = p->answered = 0;
    p->refused = false;
    *ret_acks = acks;
    return s;
}
