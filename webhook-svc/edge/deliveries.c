/* deliveries.c - see deliveries.h. */
#include "webhook-svc/edge/deliveries.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/sealed.h"
#include "shared/io/secret_file.h"
#include "webhook-svc/edge/dispatcher.h"
#include "webhook-svc/edge/webhook_metrics.h"
#include "webhook-svc/store/deliveries.h"
#include "webhook_statements.h"

#define PARAMS_MAX (16 << 20)
#define BATCH_MAX  256
#define SECRET_MS  60000 /* until it is tried again to open one: operators have given us the wrong keys */

/* Columns of load_deliveries.sql. */
enum column {
    COL_ID,
    COL_ENDPOINT,
    COL_EVENT,
    COL_EVENT_TYPE,
    COL_BODY,
    COL_CREATED_AT,
    COL_URL,
    COL_STATUS,
    COL_SECRET,
    COL_PREVIOUS_SECRET,
    COL_OWNER,
    COL_UNANSWERED,
    COL_URL_VERSION
};

struct delivery {
    struct sending sending;
    struct job *job;
    struct str secrets[2]; /* sealed */
    bool is_enabled;
    int64_t created_us, event_us; /* when it was made, and when happened what it tells of */
    char event_id[TYPEID_TEXT_SIZE];
    char texts[]; /* body, url, sealed secrets and owner, each with a NUL */
};

struct deliveries {
    struct seal_keys keys;
    struct dispatcher *dispatcher;
    struct db_params attempts, health; /* two statements of one pipeline */
};

static struct str keep(char **place, struct str text)
{
    struct str kept = {*place, text.len};
    if (text.data != NULL)
        memcpy(*place, text.data, text.len);
    (*place)[text.len] = '\0';
    *place += text.len + 1;
    return kept;
}

static bool read_delivery(struct job *job, const PGresult *r, int row)
{
    struct str body = db_get_str(r, row, COL_BODY), url = db_get_str(r, row, COL_URL);
    struct str secret = db_get_str(r, row, COL_SECRET), previous = db_get_str(r, row, COL_PREVIOUS_SECRET);
    struct str type = db_get_str(r, row, COL_EVENT_TYPE), owner = db_get_str(r, row, COL_OWNER);
    struct uuid event = db_get_uuid(r, row, COL_EVENT);
    struct delivery *d =
        calloc(1, sizeof *d + body.len + url.len + secret.len + previous.len + owner.len + 5);
    if (d == NULL)
        return false;
    char *place = d->texts;
    typeid_format("evt", &event, d->event_id);
    d->job = job;
    d->created_us = db_get_time(r, row, COL_CREATED_AT);
    d->event_us = uuid7_unix_us(&event);
    d->is_enabled = str_eq_c(db_get_str(r, row, COL_STATUS), "enabled");
    d->sending = (struct sending){.endpoint = db_get_uuid(r, row, COL_ENDPOINT),
                                  .body = keep(&place, body),
                                  .url = keep(&place, url).data,
                                  .url_version = (int)db_get_int(r, row, COL_URL_VERSION),
                                  .owner = keep(&place, owner).data,
                                  .id = d->event_id,
                                  .traceparent = job->work.traceparent,
                                  .unanswered = db_get_int(r, row, COL_UNANSWERED),
                                  .context = d};
    d->secrets[0] = keep(&place, secret);
    d->secrets[1] = keep(&place, previous);
    (void)snprintf(job->event_type, sizeof job->event_type, "%.*s", (int)type.len, type.data);
    job->object = d;
    return true;
}

static void release_delivery(struct job *job)
{
    struct delivery *d = job->object;
    sodium_memzero(d->sending.secrets, sizeof d->sending.secrets);
    free(d);
}

/* Those that can be opened; the newest must be among them. */
static bool open_secrets(const struct deliveries *all, struct delivery *d)
{
    struct sending *s = &d->sending;
    char endpoint[TYPEID_TEXT_SIZE];
    typeid_format("we", &s->endpoint, endpoint);
    for (size_t i = 0; i < 2 && d->secrets[i].len > 0; i++) {
        char plain[SEAL_PLAIN_MAX + 1];
        bool is_open = seal_open(&all->keys, d->secrets[i], str_of(endpoint), plain) == STATUS_OK &&
                       webhook_secret_parse(str_of(plain), &s->secrets[s->secret_count]) == STATUS_OK;
        sodium_memzero(plain, sizeof plain);
        if (is_open)
            s->secret_count++;
        else if (i == 0)
            return false;
    }
    return s->secret_count > 0;
}

/* It was not tried, and that is not the endpoint's fault, or is no news. */
static void put_off(struct delivery *d, enum delivery_delay why, int64_t ms)
{
    d->job->asked_ms = ms;
    metric_add(webhook_metrics.deliveries_put_off[why], 1);
    job_end(d->job, RESULT_POSTPONED, delivery_delay_text(why));
}

static void start_delivery(void *context, struct job *job)
{
    struct deliveries *all = context;
    struct delivery *d = job->object;
    if (!d->is_enabled)
        job_end(job, RESULT_UNWANTED, "the endpoint is disabled or deleted");
    else if (!open_secrets(all, d))
        put_off(d, DELAY_secret, SECRET_MS);
    else
        dispatcher_send(all->dispatcher, &d->sending);
}

/* PostgreSQL's clock said when the event was, ours may be behind it. */
static void observe_since(struct metric *m, int64_t then_us, int64_t now_us)
{
    metric_observe_us(m, now_us > then_us ? now_us - then_us : 0);
}

static void count_lags(const struct delivery *d)
{
    const struct work *w = &d->job->work;
    if (w->generation == 1 && w->attempts == 1)
        observe_since(webhook_metrics.first_attempt_lag, d->event_us, d->sending.started_us);
    if (d->sending.result.outcome == DELIVERY_delivered)
        observe_since(webhook_metrics.delivery_lag, d->event_us, clock_unix_us());
}

/* By the dispatcher's thread. */
static void on_ended(void *context, struct sending *s)
{
    struct delivery *d = s->context;
    (void)context;
    if (s->is_name_unknown)
        s->was_tried = !delivery_waits_for_name(clock_unix_us() - d->created_us);
    if (!s->was_tried) {
        put_off(d, s->delay, s->put_off_ms);
        return;
    }
    const struct transfer_result *r = &s->result;
    d->job->asked_ms = r->retry_after_ms;
    metric_add(webhook_metrics.deliveries[r->outcome], 1);
    metric_observe_us(webhook_metrics.delivery_duration, s->duration_ms * 1000);
    count_lags(d);
    job_end(d->job, delivery_result(r->outcome), r->error);
}

static struct delivery_attempt_row attempt_of(const struct job *job)
{
    const struct delivery *d = job->object;
    const struct sending *s = &d->sending;
    return (struct delivery_attempt_row){.delivery = job->work.object_id,
                                         .generation = job->work.generation,
                                         .number = job->work.attempts,
                                         .outcome = delivery_outcome_name(s->result.outcome),
                                         .http_status = s->result.http_status,
                                         .error = s->result.error,
                                         .address = s->result.address,
                                         .answer = s->result.answer,
                                         .duration_ms = (int)s->duration_ms,
                                         .started_us = s->started_us};
}

/* In the order in which they began. What an address before the newest one answered says nothing. */
static void add_to_health(struct endpoint_health_row *h, const struct delivery *d)
{
    const struct sending *s = &d->sending;
    if (s->url_version > h->url_version)
        *h = (struct endpoint_health_row){.endpoint = h->endpoint, .url_version = s->url_version};
    else if (s->url_version < h->url_version)
        return;
    if (delivery_is_answered(s->result.outcome)) {
        h->unanswered = 0;
        h->answered_us = s->started_us;
    } else {
        h->unanswered++;
    }
    if (s->result.outcome == DELIVERY_delivered) {
        h->failures = 0;
        h->succeeded_us = s->started_us;
    } else {
        h->failures++;
    }
    if (s->result.outcome == DELIVERY_gone)
        h->gone_us = s->started_us;
}

static struct endpoint_health_row *find_health(struct endpoint_health_row *rows, size_t *count,
                                               const struct uuid *endpoint)
{
    for (size_t i = 0; i < *count; i++)
        if (uuid_compare(&rows[i].endpoint, endpoint) == 0)
            return &rows[i];
    rows[*count] = (struct endpoint_health_row){.endpoint = *endpoint};
    return &rows[(*count)++];
}

static int by_endpoint(const void *a, const void *b)
{
    return uuid_compare(&((const struct endpoint_health_row *)a)->endpoint,
                        &((const struct endpoint_health_row *)b)->endpoint);
}

static enum status send_ended(void *context, struct db *db, struct job *const *jobs, size_t count,
                              int *ret_statements)
{
    struct deliveries *all = context;
    struct delivery_attempt_row attempts[BATCH_MAX];
    struct endpoint_health_row health[BATCH_MAX] = {{.failures = 0}};
    size_t attempt_count = 0, health_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct delivery *d = jobs[i]->object;
        if (d == NULL || !d->sending.was_tried ||
            jobs[i]->is_locked) /* it was noted when it was to end first */
            continue;
        attempts[attempt_count++] = attempt_of(jobs[i]);
        add_to_health(find_health(health, &health_count, &d->sending.endpoint), d);
    }
    qsort(health, health_count, sizeof health[0], by_endpoint);
    *ret_statements = (attempt_count > 0) + (health_count > 0);
    enum status s = STATUS_OK;
    if (attempt_count > 0)
        s = store_send_delivery_attempts(db, &all->attempts, attempts, attempt_count);
    if (s == STATUS_OK && health_count > 0)
        s = store_send_endpoint_health(db, &all->health, health, health_count);
    return s;
}

const struct handler deliveries_handler = {.kind = WORK_KIND_delivery,
                                           .load_statement = WEBHOOK_SQL_LOAD_DELIVERIES,
                                           .read = read_delivery,
                                           .start = start_delivery,
                                           .release = release_delivery,
                                           .send_ended = send_ended};

enum status deliveries_open(const struct webhook_config *config, struct deliveries **ret_deliveries)
{
    struct deliveries *d = calloc(1, sizeof *d);
    if (d == NULL)
        return STATUS_NO_MEMORY;
    db_params_init(&d->attempts, PARAMS_MAX);
    db_params_init(&d->health, PARAMS_MAX);
    *ret_deliveries = d; /* its owner closes it, whatever happens here */
    if (config->secrets_key_file != NULL &&
        secret_file_read_keys(config->secrets_key_file, &d->keys) != STATUS_OK)
        return STATUS_INVALID;
    const struct dispatcher_options options = {
        .transfer = {.development = strcmp(config->environment, "development") == 0,
                     .ca_file = config->ca_file,
                     .timeout_ms = config->delivery_timeout_ms},
        .pace = {.at_once = (int)config->endpoint_concurrency, .per_second = (int)config->endpoint_rate},
        .capacity = (int)config->in_flight,
        .ended = on_ended,
        .context = d};
    return dispatcher_open(&options, &d->dispatcher);
}

void deliveries_close(struct deliveries *d)
{
    if (d == NULL)
        return;
    dispatcher_close(d->dispatcher);
    db_params_free(&d->attempts);
    db_params_free(&d->health);
    sodium_memzero(&d->keys, sizeof d->keys);
    free(d);
}
