/* fanout.c - a batch of events is read, its accounts' owners are asked for, its deliveries and their work are
   written in one statement, and only then are the messages acknowledged. An event that comes again finds its
   deliveries there. */
#include "webhook-svc/edge/fanout.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/crash_point.h"
#include "shared/io/log.h"
#include "shared/io/pull.h"
#include "shared/io/service.h"
#include "webhook-svc/domain/owner_event.h"
#include "webhook-svc/edge/ids.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/subscribers.h"
#include "webhook-svc/edge/wake.h"
#include "webhook-svc/edge/webhook_metrics.h"
#include "webhook-svc/store/deliveries.h"

#define BATCH_MAX       128
#define ROWS_MAX        1024 /* deliveries of one statement */
#define ACCOUNTS_MAX    (BATCH_MAX * OWNER_EVENT_ACCOUNTS_MAX)
#define BODY_MAX        ((size_t)1 << 20)
#define PARAMS_MAX      (64 << 20)
#define BYTES_MAX       ((size_t)32 << 20) /* of bodies of one statement */
#define LOOK_US         INT64_C(250000)
#define NOBODY_US       INT64_C(1000000) /* without endpoints: how soon a first one is noticed */
#define EARLIER_US      INT64_C(60000000)
#define ACK_WAIT_MS     30000
#define ACK_PENDING_MAX 4096
#define RETRY_MS        1000

/* A message of the batch in hand. */
struct message {
    natsMsg *raw;
    json_t *event; /* NULL: nobody wants it */
};
struct fanout {
    struct bus *bus;
    struct link link;
    struct bell bell;
    struct pull_spec spec;
    struct pull *pull;
    pthread_t thread;
    bool started;
    struct ids ids;
    struct db_params params;
    struct subscribers subscribers;
    int64_t updated_us; /* monotonic: when they were asked for last */
    /* The batch in hand. */
    struct message messages[BATCH_MAX];
    int message_count;
    int64_t age; /* of the consumer that brought it */
    struct uuid accounts[ACCOUNTS_MAX];
    size_t account_count;
    struct account_owner owners[ACCOUNTS_MAX];
    struct account_owners known;
    struct delivery_row rows[ROWS_MAX];
    struct buf bodies[ROWS_MAX];
    size_t row_count, byte_count;
};

static struct str text_of(const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    return (struct str){json_string_value(value), json_string_length(value)};
}

/* What is older than every endpoint need not even be read. */
static void read_message(struct fanout *f, natsMsg *raw)
{
    struct message *m = &f->messages[f->message_count++];
    struct pull_place place = {0};
    *m = (struct message){.raw = raw};
    if (pull_place(raw, &place) == STATUS_OK && place.stored_us < f->subscribers.created_us - EARLIER_US)
        return;
    json_t *event = json_loadb(natsMsg_GetData(raw), (size_t)natsMsg_GetDataLength(raw), 0, NULL);
    if (event != NULL && subscribers_want(&f->subscribers, text_of(event, "type")))
        m->event = event;
    else
        json_decref(event);
}

static void gather_accounts(struct fanout *f)
{
    struct uuid ids[OWNER_EVENT_ACCOUNTS_MAX];
    f->account_count = 0;
    for (int i = 0; i < f->message_count; i++) {
        size_t count = f->messages[i].event != NULL ? owner_event_accounts(f->messages[i].event, ids) : 0;
        for (size_t k = 0; k < count; k++)
            f->accounts[f->account_count++] = ids[k];
    }
}

/* *ret_rows holds the names. */
static enum status find_owners(struct fanout *f, PGresult **ret_rows)
{
    f->known = (struct account_owners){f->owners, 0};
    if (f->account_count == 0)
        return STATUS_OK;
    enum status s =
        store_find_account_owners(f->link.db, &f->params, f->accounts, f->account_count, ret_rows);
    for (int row = 0; s == STATUS_OK && row < PQntuples(*ret_rows); row++)
        f->owners[f->known.count++] =
            (struct account_owner){db_get_uuid(*ret_rows, row, 0), db_get_str(*ret_rows, row, 1)};
    return s;
}

static enum status flush_rows(struct fanout *f)
{
    int64_t made = 0;
    if (f->row_count == 0)
        return STATUS_OK;
    enum status s = store_insert_deliveries(f->link.db, &f->params, f->rows, f->row_count, &made);
    if (s != STATUS_OK)
        return s;
    metric_add(webhook_metrics.deliveries_made, made);
    f->row_count = f->byte_count = 0;
    if (made > 0)
        wake_relay(f->bus);
    return STATUS_OK;
}

static enum status add_row(struct fanout *f, const json_t *event, const struct subscriber *to)
{
    struct buf *body = &f->bodies[f->row_count];
    struct delivery_row *row = &f->rows[f->row_count];
    bool is_theirs = owner_event_is_ordered_by(event, str_of(to->owner));
    *row = (struct delivery_row){.id = ids_next(&f->ids),
                                 .endpoint = to->id,
                                 .work = ids_next(&f->ids),
                                 .event_type = text_of(event, "type"),
                                 .traceparent =
                                     is_theirs ? text_of(event, "traceparent") : (struct str){NULL, 0},
                                 .is_sent = to->is_enabled};
    buf_reset(body);
    if (typeid_parse("evt", text_of(event, "id"), &row->event) != STATUS_OK)
        return STATUS_OK; /* not one of ours */
    enum status s = owner_event_write(event, &f->known, str_of(to->owner), body);
    row->body = (struct str){body->data, body->len};
    if (s != STATUS_OK)
        return s;
    f->row_count++;
    f->byte_count += body->len;
    return f->row_count == ROWS_MAX || f->byte_count > BYTES_MAX ? flush_rows(f) : STATUS_OK;
}

/* An event from before an endpoint was made is not for it. */
static bool is_later(const json_t *event, const struct subscriber *s)
{
    struct uuid id;
    return typeid_parse("evt", text_of(event, "id"), &id) == STATUS_OK &&
           uuid7_unix_us(&id) >= s->created_us / 1000 * 1000;
}

static enum status add_deliveries(struct fanout *f, const json_t *event)
{
    struct str owners[OWNER_EVENT_OWNERS_MAX], type = text_of(event, "type");
    size_t count = owner_event_owners(event, &f->known, owners);
    enum status s = STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        const struct subscriber *to = NULL;
        while (s == STATUS_OK && (to = subscribers_next(&f->subscribers, owners[i], type, to)) != NULL)
            if (is_later(event, to))
                s = add_row(f, event, to);
    }
    return s;
}

static enum status write_batch(struct fanout *f)
{
    CLEANUP(db_result_ptr) PGresult *owners = NULL;
    f->row_count = f->byte_count = 0;
    gather_accounts(f);
    enum status s = find_owners(f, &owners);
    for (int i = 0; i < f->message_count && s == STATUS_OK; i++)
        if (f->messages[i].event != NULL)
            s = add_deliveries(f, f->messages[i].event);
    return s == STATUS_OK ? flush_rows(f) : s;
}

/* What could not be written comes again. */
static void settle(struct fanout *f, enum status s)
{
    for (int i = 0; i < f->message_count; i++) {
        struct message *m = &f->messages[i];
        if (s == STATUS_OK)
            pull_acknowledge(f->pull, m->raw, f->age);
        else
            pull_send_back(f->pull, m->raw, f->age, RETRY_MS);
        json_decref(m->event);
        bus_discard(f->bus, m->raw);
    }
    f->message_count = 0;
}

/* Before each batch: an endpoint that is there when an event arrives was made before or after it, and its
 * time tells. */
static bool update_subscribers(struct fanout *f)
{
    enum status s = link_connect(&f->link);
    if (s == STATUS_OK && (s = subscribers_update(&f->subscribers, f->link.db)) != STATUS_OK)
        link_failed(&f->link, "list_endpoints", s);
    f->updated_us = clock_monotonic_us();
    return s == STATUS_OK;
}

static void work_off(struct fanout *f, natsMsg **raw, int count)
{
    bool is_known = update_subscribers(f);
    for (int i = 0; i < count; i++)
        read_message(f, raw[i]);
    enum status s = is_known ? write_batch(f) : STATUS_UNAVAILABLE;
    if (s != STATUS_OK && is_known)
        link_failed(&f->link, "fan_out", s);
    crash_point("fanout_written");
    settle(f, s);
}

/* The consumer is made for the first endpoint, and begins where that was made. */
static enum status open_pull(struct fanout *f)
{
    f->spec = (struct pull_spec){.stream = "PAY_EVENTS",
                                 .name = "deliveries",
                                 .filter = "pay.evt.>",
                                 .description = "webhook-svc makes deliveries of it",
                                 .ack_wait_ms = ACK_WAIT_MS,
                                 .ack_pending_max = ACK_PENDING_MAX,
                                 .start_us = f->subscribers.created_us - EARLIER_US};
    return pull_open(f->bus, &f->spec, &f->bell, &f->pull);
}

static void turn(struct fanout *f)
{
    natsMsg *raw[BATCH_MAX];
    bool is_stale = clock_monotonic_us() > f->updated_us + NOBODY_US;
    if (f->subscribers.count == 0 && is_stale)
        (void)update_subscribers(f);
    if (f->subscribers.count > 0 && f->pull == NULL && open_pull(f) != STATUS_OK)
        f->pull = NULL;
    if (f->subscribers.count == 0 || f->pull == NULL) {
        bell_wait(&f->bell, clock_monotonic_us() + LOOK_US);
        return;
    }
    int count = pull_take(f->pull, BATCH_MAX, raw, &f->age);
    if (count > 0) {
        metric_set(webhook_metrics.fanout_pending, pull_pending(f->pull));
        work_off(f, raw, count);
        return;
    }
    int64_t again_us = clock_monotonic_us() + LOOK_US, pull_us = pull_look_again_us(f->pull);
    bell_wait(&f->bell, pull_us < again_us ? pull_us : again_us);
}

static void *fanout_main(void *context)
{
    struct fanout *f = context;
    while (!service_is_stopping())
        turn(f);
    pull_stop(f->pull);
    bus_flush(f->bus);
    nats_ReleaseThreadMemory();
    return NULL;
}

enum status fanout_start(const struct webhook_config *config, struct bus *bus, struct fanout **ret_fanout)
{
    struct fanout *f = calloc(1, sizeof *f);
    if (f == NULL)
        return STATUS_NO_MEMORY;
    f->bus = bus;
    link_init(&f->link, config->database_url);
    bell_init(&f->bell);
    db_params_init(&f->params, PARAMS_MAX);
    for (size_t i = 0; i < ROWS_MAX; i++)
        buf_init(&f->bodies[i], BODY_MAX);
    *ret_fanout = f; /* its owner closes it, whatever happens here */
    f->started = pthread_create(&f->thread, NULL, fanout_main, f) == 0;
    return f->started ? STATUS_OK : STATUS_FAILED;
}

void fanout_join(struct fanout *f)
{
    if (f == NULL || !f->started)
        return;
    bell_ring(&f->bell);
    (void)pthread_join(f->thread, NULL);
}

void fanout_close(struct fanout *f)
{
    if (f == NULL)
        return;
    pull_close(f->pull);
    subscribers_free(&f->subscribers);
    link_close(&f->link);
    db_params_free(&f->params);
    for (size_t i = 0; i < ROWS_MAX; i++)
        buf_free(&f->bodies[i]);
    bell_destroy(&f->bell);
    free(f);
}
