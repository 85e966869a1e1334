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

#define POLL_MS          1000
#define POOL_CONNECTIONS 256L
#define BUCKETS          1024
#define OWNER_SLOTS      4096

struct queue {
    struct sending *first, *last;
};
/* An endpoint that has something in hand. */
struct receiver {
    struct uuid endpoint;
    struct delivery_budget budget;
    struct queue waiting; /* looked up, for room */
    int in_hand;
    struct receiver *next; /* in its bucket */
};
struct dispatcher {
    struct dispatcher_options options;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    CURLM *multi;
    struct lookup *lookup;
    struct monitor monitor; /* guards inbox */
    struct queue inbox;
    /* The thread's own. */
    struct queue asking; /* names that are being looked up */
    struct receiver *buckets[BUCKETS];
    int owners_in_hand[OWNER_SLOTS]; /* owners whose names hash alike have one share together */
    struct transfer **all, **idle;
    int all_count, idle_count, held;
};

static void push(struct queue *q, struct sending *s)
{
    s->next = NULL;
    if (q->last != NULL)
        q->last->next = s;
    else
        q->first = s;
    q->last = s;
}

static struct sending *pop(struct queue *q)
{
    struct sending *s = q->first;
    if (s == NULL)
        return NULL;
    q->first = s->next;
    if (q->first == NULL)
        q->last = NULL;
    return s;
}

static size_t bucket_of(const struct uuid *id)
{
    uint32_t random_part;
    memcpy(&random_part, id->bytes + 12, sizeof random_part);
    return random_part % BUCKETS;
}

/* FNV-1a */
static int *of_owner(struct dispatcher *d, const char *owner)
{
    uint32_t hash = 2166136261U;
    for (const char *c = owner; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619U;
    return &d->owners_in_hand[hash % OWNER_SLOTS];
}

static struct receiver *find_receiver(struct dispatcher *d, const struct uuid *endpoint)
{
    struct receiver **place = &d->buckets[bucket_of(endpoint)];
    for (; *place != NULL; place = &(*place)->next)
        if (uuid_compare(&(*place)->endpoint, endpoint) == 0)
            return *place;
    *place = calloc(1, sizeof **place);
    if (*place != NULL)
        (*place)->endpoint = *endpoint;
    return *place;
}

/* One with nothing in hand is forgotten, once its rate allows that. */
static void drop_receiver(struct dispatcher *d, struct receiver *gone)
{
    struct receiver **place = &d->buckets[bucket_of(&gone->endpoint)];
    if (gone->in_hand > 0 || gone->budget.spent_us > clock_monotonic_us())
        return;
    while (*place != gone)
        place = &(*place)->next;
    *place = gone->next;
    free(gone);
}

static void finish(struct dispatcher *d, struct sending *s)
{
    struct receiver *r = s->receiver;
    s->receiver = NULL;
    d->held--;
    if (r != NULL) {
        (*of_owner(d, s->owner))--;
        r->in_hand--;
        drop_receiver(d, r);
    }
    d->options.ended(d->options.context, s);
}

static void end_tried(struct dispatcher *d, struct sending *s, enum delivery_outcome outcome,
                      const char *error)
{
    s->was_tried = true;
    s->result = (struct transfer_result){.outcome = outcome};
    (void)snprintf(s->result.error, sizeof s->result.error, "%s", error);
    s->started_us = clock_unix_us();
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
    if (t != NULL && transfer_begin(t, &request, s, &easy) == STATUS_OK &&
        curl_multi_add_handle(d->multi, easy) == CURLM_OK)
        return;
    if (t != NULL)
        give_transfer(d, t);
    delivery_give_back(&s->receiver->budget);
    finish(d, s); /* not tried: no memory now */
}

/* Starts what has room. */
static void serve(struct dispatcher *d, struct receiver *r, int64_t *again_us)
{
    int64_t us = INT64_MAX;
    while (r->waiting.first != NULL &&
           delivery_take(&r->budget, &d->options.pace, clock_monotonic_us(), &us)) {
        r->in_hand++; /* keeps the receiver until the loop has ended */
        start(d, pop(&r->waiting));
        r->in_hand--;
    }
    *again_us = us < *again_us ? us : *again_us;
}

static void serve_all(struct dispatcher *d, int64_t *again_us)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct receiver *r = d->buckets[i], *next; r != NULL; r = next) {
            next = r->next;
            if (r->waiting.first != NULL)
                serve(d, r, again_us);
            if (r->in_hand == 0)
                drop_receiver(d, r);
        }
}

/* Its name is looked up, or it goes on. */
static void look_up(struct dispatcher *d, struct sending *s)
{
    struct lookup_result found;
    if (!lookup_find(d->lookup, s->owner, &s->target, &found)) {
        if (clock_monotonic_us() - s->queued_us > d->options.transfer.timeout_ms * 1000)
            finish(d, s); /* that a name server is slow, or our threads busy, says nothing of the endpoint */
        else
            push(&d->asking, s);
        return;
    }
    if (found.status == STATUS_OK) {
        s->addresses = found.addresses;
        push(&s->receiver->waiting, s);
    } else {
        end_tried(d, s, found.status == STATUS_INVALID ? DELIVERY_blocked : DELIVERY_unreachable,
                  found.reason);
    }
}

static void admit(struct dispatcher *d, struct sending *s)
{
    char reason[WEBHOOK_REASON_SIZE];
    struct receiver *r = find_receiver(d, &s->endpoint);
    int free = d->options.capacity - d->held, *of_its_owner = of_owner(d, s->owner);
    d->held++;
    s->queued_us = clock_monotonic_us();
    s->was_tried = false;
    s->receiver = NULL;
    if (r == NULL || !delivery_has_share(r->in_hand, free - *of_its_owner)) {
        finish(d, s);
        return;
    }
    s->receiver = r;
    r->in_hand++;
    (*of_its_owner)++;
    if (webhook_target_parse(s->url, d->options.transfer.development, &s->target, reason) != STATUS_OK)
        end_tried(d, s, DELIVERY_blocked, reason);
    else
        look_up(d, s);
}

static void take_inbox(struct dispatcher *d)
{
    monitor_lock(&d->monitor);
    struct queue arrived = d->inbox;
    d->inbox = (struct queue){NULL, NULL};
    monitor_unlock(&d->monitor);
    for (struct sending *s; (s = pop(&arrived)) != NULL;)
        admit(d, s);
}

static void ask_again(struct dispatcher *d)
{
    struct queue before = d->asking;
    d->asking = (struct queue){NULL, NULL};
    for (struct sending *s; (s = pop(&before)) != NULL;)
        look_up(d, s);
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
        s->duration_ms = (clock_unix_us() - s->started_us) / 1000;
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
        (void)curl_multi_poll(d->multi, NULL, 0, poll_ms(again_us), NULL);
    }
    return NULL;
}

static void wake(void *context)
{
    struct dispatcher *d = context;
    (void)curl_multi_wakeup(d->multi);
}

void dispatcher_send(struct dispatcher *d, struct sending *sending)
{
    monitor_lock(&d->monitor);
    bool was_empty = d->inbox.first == NULL;
    push(&d->inbox, sending);
    monitor_unlock(&d->monitor);
    if (was_empty)
        wake(d);
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
        .development = options->transfer.development, .notify = wake, .context = d};
    d->multi = curl_multi_init();
    d->idle = calloc((size_t)options->capacity, sizeof(struct transfer *));
    d->all = calloc((size_t)options->capacity, sizeof(struct transfer *));
    if (d->multi == NULL || d->idle == NULL || d->all == NULL)
        return STATUS_NO_MEMORY;
    (void)curl_multi_setopt(d->multi, CURLMOPT_MAXCONNECTS, POOL_CONNECTIONS);
    enum status s = lookup_open(&lookup, &d->lookup);
    if (s == STATUS_OK && pthread_create(&d->thread, NULL, dispatcher_main, d) != 0)
        s = STATUS_FAILED;
    d->started = s == STATUS_OK;
    return s;
}

static void free_receivers(struct dispatcher *d)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct receiver *r = d->buckets[i], *next; r != NULL; r = next) {
            next = r->next;
            free(r);
        }
}

void dispatcher_close(struct dispatcher *d)
{
    if (d == NULL)
        return;
    atomic_store(&d->stopping, true);
    if (d->started) {
        wake(d);
        (void)pthread_join(d->thread, NULL);
    }
    lookup_close(d->lookup);
    free_receivers(d);
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
