/* dispatcher.c - see dispatcher.h. A sending is looked up, then waits until its endpoint has room, then is
 * under way. */
#include "webhook-svc/edge/dispatcher.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/monitor.h"
#include "webhook-svc/edge/lookup.h"
#include "webhook-svc/edge/receivers.h"

#define POLL_MS          1000
#define POOL_CONNECTIONS 256L
#define FRESH_US         INT64_C(5000000) /* nothing is sent that was read longer ago */
#define LOOKED_UP_US     INT64_C(1000000) /* what has waited longer is looked up again */
#define TEND_US          INT64_C(1000000)
#define ASK_US           INT64_C(250000)  /* between looks at what waits for its name, if nothing was found */
#define SILENT_STEP_US   INT64_C(1000000) /* between turns at a silent endpoint */
#define PROBES_SHARE     4                /* silent endpoints have a quarter of all places together */

struct dispatcher {
    struct dispatcher_options options;
    pthread_t thread;
    bool started;
    atomic_bool stopping, has_found; /* has_found: a name, by the lookup */
    CURLM *multi;
    struct lookup *lookup;
    struct monitor monitor; /* guards inbox */
    struct queue inbox;
    /* The thread's own. */
    struct queue asking; /* names that are being looked up */
    struct receivers *receivers;
    int64_t tend_us, ask_us;
    struct transfer **all, **idle;
    int all_count, idle_count, held, probes;
};

static void finish(struct dispatcher *d, struct sending *s)
{
    struct receiver *r = s->receiver;
    s->receiver = NULL;
    d->held--;
    if (r != NULL) {
        struct owner_share *o = receivers_of_owner(d->receivers, s->owner);
        o->in_hand--;
        o->probes -= s->is_probe;
        r->in_hand--;
        d->probes -= s->is_probe;
    }
    d->options.ended(d->options.context, s);
}

/* Not tried now: it comes again at its endpoint's next turn. */
static void put_off(struct dispatcher *d, struct sending *s, struct receiver *r, enum delivery_delay why)
{
    int64_t step_us =
        circuit_is_open(&r->circuit) ? SILENT_STEP_US : turns_step_us(&r->turns, d->options.pace.at_once);
    s->delay = why;
    s->put_off_ms = turns_put_off_ms(&r->turns, step_us, r->circuit.next_us, clock_monotonic_us());
    finish(d, s);
}

static void note_result(struct sending *s, enum delivery_outcome outcome, const char *error)
{
    s->result = (struct transfer_result){.outcome = outcome};
    (void)snprintf(s->result.error, sizeof s->result.error, "%s", error);
    s->started_us = clock_unix_us();
}

static void end_tried(struct dispatcher *d, struct sending *s, enum delivery_outcome outcome,
                      const char *error)
{
    s->was_tried = true;
    note_result(s, outcome, error);
    finish(d, s);
}

/* There are never more than capacity. */
static struct transfer *take_transfer(struct dispatcher *d)
{
    if (d->idle_count > 0)
        return d->idle[--d->idle_count];
    struct transfer *t = transfer_new(&d->options.transfer);
    if (t != NULL)
        d->all[d->all_count++] = t;
    return t;
}

static void give_transfer(struct dispatcher *d, struct transfer *t)
{
    d->idle[d->idle_count++] = t;
}

static void start(struct dispatcher *d, struct sending *s)
{
    CURL *easy = NULL;
    struct transfer *t = take_transfer(d);
    const struct transfer_request request = {.url = s->url,
                                             .target = &s->target,
                                             .addresses = &s->addresses,
                                             .id = s->id,
                                             .secrets = s->secrets,
                                             .secret_count = s->secret_count,
                                             .traceparent = s->traceparent,
                                             .body = s->body};
    s->started_us = clock_unix_us();
    s->begun_us = clock_monotonic_us();
    if (t != NULL && transfer_begin(t, &request, s, &easy) == STATUS_OK &&
        curl_multi_add_handle(d->multi, easy) == CURLM_OK)
        return;
    if (t != NULL)
        give_transfer(d, t);
    delivery_give_back(&s->receiver->budget);
    put_off(d, s, s->receiver, DELAY_memory);
}

/* The name's newest addresses, if they are there at once. */
static void refresh(struct dispatcher *d, struct sending *s)
{
    struct lookup_result found;
    if (clock_monotonic_us() - s->queued_us > LOOKED_UP_US &&
        lookup_find(d->lookup, s->owner, &s->target, &found) && found.status == STATUS_OK)
        s->addresses = found.addresses;
}

/* Why the first that waits cannot be sent any more; false: it can. */
static bool is_too_late(const struct receiver *r, int64_t now_us, enum delivery_delay *ret_why)
{
    const struct sending *s = r->waiting.first;
    bool is_stale = now_us - s->queued_us >= FRESH_US;
    *ret_why = is_stale ? DELAY_stale : DELAY_silent;
    return is_stale || (circuit_is_open(&r->circuit) && !s->is_probe);
}

/* Starts what has room. */
static void serve(struct dispatcher *d, struct receiver *r, int64_t *again_us)
{
    int64_t us = INT64_MAX;
    struct delivery_pace pace = d->options.pace;
    pace.at_once = circuit_at_once(&r->circuit, pace.at_once);
    for (const struct sending *first; (first = r->waiting.first) != NULL;) {
        enum delivery_delay why;
        int64_t now_us = clock_monotonic_us();
        if (is_too_late(r, now_us, &why)) {
            put_off(d, queue_pop(&r->waiting), r, why);
        } else if (delivery_take(&r->budget, &pace, now_us, &us)) {
            refresh(d, r->waiting.first);
            start(d, queue_pop(&r->waiting));
        } else {
            int64_t stale_us = first->queued_us + FRESH_US;
            us = us < stale_us ? us : stale_us;
            break;
        }
    }
    *again_us = us < *again_us ? us : *again_us;
}

static void serve_all(struct dispatcher *d, int64_t *again_us)
{
    for (struct receiver *r = receivers_take_listed(d->receivers), *next; r != NULL; r = next) {
        next = r->next_listed;
        serve(d, r, again_us);
        if (r->waiting.first != NULL)
            receivers_list(d->receivers, r);
    }
}

/* Its name is looked up, or it goes on. */
static void look_up(struct dispatcher *d, struct sending *s)
{
    struct lookup_result found;
    struct receiver *r = s->receiver;
    int64_t now_us = clock_monotonic_us();
    if (!lookup_find(d->lookup, s->owner, &s->target, &found)) {
        if (now_us - s->queued_us < FRESH_US) {
            queue_push(&d->asking, s);
            return;
        }
        receivers_note_answer(s, false, now_us);
        put_off(d, s, r, DELAY_name);
    } else if (found.status == STATUS_OK) {
        s->addresses = found.addresses;
        queue_push(&r->waiting, s);
        receivers_list(d->receivers, r);
    } else if (found.status == STATUS_INVALID || found.status == STATUS_NOT_FOUND) {
        end_tried(d, s, DELIVERY_blocked, found.reason);
    } else {
        receivers_note_answer(s, false, now_us);
        s->is_name_unknown = true;
        note_result(s, DELIVERY_unreachable, found.reason);
        put_off(d, s, r, DELAY_name);
    }
}

/* How much may wait for an endpoint: what is sent before it is stale. */
static bool has_time(const struct dispatcher *d, const struct receiver *r)
{
    return r->waiting.count * turns_step_us(&r->turns, d->options.pace.at_once) < FRESH_US / 2;
}

static bool has_room(const struct dispatcher *d, const struct receiver *r, const struct owner_share *o)
{
    int free = d->options.capacity - d->held;
    int free_of_probes = d->options.capacity / PROBES_SHARE - d->probes;
    return delivery_has_share(r->in_hand, free - o->in_hand) && has_time(d, r) &&
           (!circuit_is_open(&r->circuit) || delivery_has_share(o->probes, free_of_probes));
}

/* It is in hand from now on, and counts for its endpoint and its owner. */
static bool admit(struct dispatcher *d, struct sending *s, struct receiver *r)
{
    struct owner_share *o = receivers_of_owner(d->receivers, s->owner);
    bool is_silent = !circuit_admits(&r->circuit, r->in_hand, clock_monotonic_us());
    bool is_admitted = !is_silent && has_room(d, r, o);
    d->held++;
    s->delay = is_silent ? DELAY_silent : DELAY_busy;
    s->receiver = r;
    r->in_hand++;
    o->in_hand++;
    s->is_probe = is_admitted && circuit_is_open(&r->circuit);
    o->probes += s->is_probe;
    d->probes += s->is_probe;
    return is_admitted;
}

static void begin(struct dispatcher *d, struct sending *s)
{
    char reason[WEBHOOK_REASON_SIZE];
    struct receiver *r = receivers_find(d->receivers, s);
    s->queued_us = clock_monotonic_us();
    s->was_tried = s->is_name_unknown = false;
    s->put_off_ms = 0;
    if (r == NULL) {
        s->delay = DELAY_memory;
        d->options.ended(d->options.context, s);
    } else if (!admit(d, s, r)) {
        put_off(d, s, r, s->delay);
    } else if (webhook_target_parse(s->url, d->options.transfer.development, &s->target, reason) !=
               STATUS_OK) {
        end_tried(d, s, DELIVERY_blocked, reason);
    } else {
        look_up(d, s);
    }
}

static void take_inbox(struct dispatcher *d)
{
    monitor_lock(&d->monitor);
    struct queue arrived = d->inbox;
    d->inbox = (struct queue){.count = 0};
    monitor_unlock(&d->monitor);
    for (struct sending *s; (s = queue_pop(&arrived)) != NULL;)
        begin(d, s);
}

static void ask_again(struct dispatcher *d)
{
    struct queue before = d->asking;
    int64_t now_us = clock_monotonic_us();
    if (!atomic_exchange(&d->has_found, false) && now_us < d->ask_us)
        return;
    d->ask_us = now_us + ASK_US;
    d->asking = (struct queue){.count = 0};
    for (struct sending *s; (s = queue_pop(&before)) != NULL;)
        look_up(d, s);
}

static void note_try(struct sending *s)
{
    struct receiver *r = s->receiver;
    int64_t now_us = clock_monotonic_us();
    s->duration_ms = (now_us - s->begun_us) / 1000;
    turns_note(&r->turns, now_us - s->begun_us);
    receivers_note_answer(s, delivery_is_answered(s->result.outcome), now_us);
    if (s->result.http_status == 0 || s->result.was_cut)
        receivers_doubt(s);
}

static void take_ended(struct dispatcher *d)
{
    int left = 0;
    for (CURLMsg *m; (m = curl_multi_info_read(d->multi, &left)) != NULL;) {
        CURLcode code = m->data.result; /* m is gone with its handle */
        CURL *easy = m->easy_handle;
        struct transfer *t = transfer_of(easy);
        struct sending *s = transfer_context(t);
        (void)curl_multi_remove_handle(d->multi, easy);
        transfer_end(t, code, &s->result);
        give_transfer(d, t);
        s->was_tried = true;
        note_try(s);
        delivery_give_back(&s->receiver->budget);
        finish(d, s);
    }
}

static int poll_ms(int64_t again_us)
{
    int64_t ms = again_us == INT64_MAX ? POLL_MS : (again_us - clock_monotonic_us()) / 1000 + 1;
    ms = ms < 1 ? 1 : ms;
    return (int)(ms < POLL_MS ? ms : POLL_MS);
}

static void tend(struct dispatcher *d)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us < d->tend_us)
        return;
    d->tend_us = now_us + TEND_US;
    lookup_tend(d->lookup);
    receivers_forget_idle(d->receivers, now_us);
}

static void *dispatcher_main(void *context)
{
    struct dispatcher *d = context;
    while (!atomic_load(&d->stopping)) {
        int64_t again_us = INT64_MAX;
        int running = 0;
        take_inbox(d);
        ask_again(d);
        serve_all(d, &again_us);
        (void)curl_multi_perform(d->multi, &running);
        take_ended(d);
        serve_all(d, &again_us);
        tend(d);
        (void)curl_multi_poll(d->multi, NULL, 0, poll_ms(again_us), NULL);
    }
    return NULL;
}

static void on_found(void *context)
{
    struct dispatcher *d = context;
    atomic_store(&d->has_found, true);
    (void)curl_multi_wakeup(d->multi);
}

void dispatcher_send(struct dispatcher *d, struct sending *sending)
{
    monitor_lock(&d->monitor);
    bool was_empty = d->inbox.first == NULL;
    queue_push(&d->inbox, sending);
    monitor_unlock(&d->monitor);
    if (was_empty)
        (void)curl_multi_wakeup(d->multi);
}

enum status dispatcher_open(const struct dispatcher_options *options, struct dispatcher **ret)
{
    struct dispatcher *d = calloc(1, sizeof *d);
    if (d == NULL)
        return STATUS_NO_MEMORY;
    d->options = *options;
    monitor_init(&d->monitor);
    *ret = d; /* its owner closes it, whatever happens here */
    const struct lookup_options lookup = {
        .development = options->transfer.development, .notify = on_found, .context = d};
    d->receivers = receivers_new();
    d->multi = curl_multi_init();
    d->idle = calloc((size_t)options->capacity, sizeof(struct transfer *));
    d->all = calloc((size_t)options->capacity, sizeof(struct transfer *));
    if (d->receivers == NULL || d->multi == NULL || d->idle == NULL || d->all == NULL)
        return STATUS_NO_MEMORY;
    (void)curl_multi_setopt(d->multi, CURLMOPT_MAXCONNECTS, POOL_CONNECTIONS);
    enum status s = lookup_open(&lookup, &d->lookup);
    if (s == STATUS_OK && pthread_create(&d->thread, NULL, dispatcher_main, d) != 0)
        s = STATUS_FAILED;
    d->started = s == STATUS_OK;
    return s;
}

void dispatcher_close(struct dispatcher *d)
{
    if (d == NULL)
        return;
    atomic_store(&d->stopping, true);
    if (d->started) {
        (void)curl_multi_wakeup(d->multi);
        (void)pthread_join(d->thread, NULL);
    }
    lookup_close(d->lookup);
    receivers_free(d->receivers);
    for (int i = 0; i < d->all_count; i++) {
        (void)curl_multi_remove_handle(d->multi, transfer_easy(d->all[i]));
        transfer_free(d->all[i]);
    }
    free(d->all);
    free(d->idle);
    if (d->multi != NULL)
        (void)curl_multi_cleanup(d->multi);
    monitor_destroy(&d->monitor);
    free(d);
}
