/* lone.c - see lone.h. */
#include "tests/bench/lone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/core/clock.h"

#define FUNDS    100000000
#define BODY_MAX ((size_t)1 << 20)

const struct ring lone_neighbours = {0, LONE_NEIGHBOURS};

static void post(struct lone *l, const char *path, const struct buf *body, int wanted)
{
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    int status = api_send(&l->api, &(struct api_request){.path = path, .key = key, .body = body->data});
    if (status != wanted)
        servers_fail("answered %d, not %d: %s", status, wanted, l->api.body.data);
}

void lone_make_endpoint(struct lone *l, const struct lone_endpoint *e)
{
    CLEANUP(buf_free) struct buf body = {0};
    buf_init(&body, BODY_MAX);
    buf_addf(&body,
             "{\"owner\":\"%s\",\"url\":\"%s://127.0.0.1:%d%s\",\"event_types\":[\"transaction.posted\"]}",
             e->owner, e->scheme, receiver_port(e->at), e->path);
    post(l, "/v1/webhook-endpoints", &body, 201);
    (void)snprintf(l->endpoint, sizeof l->endpoint, "%s", api_string(&l->api, "id"));
}

void lone_drop_endpoint(struct lone *l)
{
    char path[96], key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    (void)snprintf(path, sizeof path, "/v1/webhook-endpoints/%s", l->endpoint);
    int status = api_send(&l->api, &(struct api_request){.method = "DELETE", .path = path, .key = key});
    if (status < 200 || status > 299)
        servers_fail("the endpoint is not deleted: %d %s", status, l->api.body.data);
}

static void write_transfer(struct buf *body, const struct lone *l, const struct ring *r, int n)
{
    buf_addf(body, "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":1}",
             l->accounts[r->first + n % r->count], l->accounts[r->first + (n + 1) % r->count]);
}

void lone_make_batch(struct lone *l, const struct ring *r, int first)
{
    CLEANUP(buf_free) struct buf body = {0};
    buf_init(&body, BODY_MAX);
    buf_add_str(&body, "{\"mode\":\"each\",\"transfers\":[");
    for (int i = 0; i < LONE_BATCH; i++) {
        if (i > 0)
            buf_add_char(&body, ',');
        write_transfer(&body, l, r, first + i);
    }
    buf_add_str(&body, "]}");
    post(l, "/v1/transfers/batch", &body, 200);
}

static int64_t measure_one(struct lone *l, int n)
{
    CLEANUP(buf_free) struct buf body = {0};
    struct received got;
    int count = receiver_count(l->receiver, "/ok");
    buf_init(&body, BODY_MAX);
    write_transfer(&body, l, &lone_neighbours, n);
    post(l, "/v1/transfers", &body, 201);
    int64_t answered_us = clock_monotonic_us();
    if (!receiver_wait(l->receiver, "/ok", count + 2, LONE_WAIT_MS) ||
        !receiver_get(l->receiver, "/ok", count, &got))
        servers_fail("a lone event does not arrive");
    return got.at_us - answered_us;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void lone_take(struct lone *l, struct lone_times *times)
{
    for (int i = 0; i < LONE_TIMES && times->count < LONE_TIMES_MAX; i++)
        times->us[times->count++] = measure_one(l, i);
}

int64_t lone_tell(const char *name, struct lone_times *times)
{
    size_t count = times->count;
    qsort(times->us, count, sizeof times->us[0], by_value);
    int64_t p50_us = times->us[count / 2 - 1], p99_us = times->us[count * 99 / 100 - 1],
            max_us = times->us[count - 1];
    (void)printf(" %sp50_us=%" PRId64 " %sp99_us=%" PRId64 " %smax_us=%" PRId64, name, p50_us, name, p99_us,
                 name, max_us);
    (void)fflush(stdout);
    return p50_us;
}

int64_t lone_measure(struct lone *l, const char *name)
{
    struct lone_times times = {.count = 0};
    lone_take(l, &times);
    return lone_tell(name, &times);
}

void lone_open_accounts(struct lone *l, const char *owner, const struct ring *r)
{
    for (int i = r->first; i < r->first + r->count; i++) {
        harness_open_account_of(&l->h, owner, "EUR", l->accounts[i]);
        harness_deposit(&l->h, l->accounts[i], "EUR", FUNDS);
    }
}

void lone_open(struct lone *l, const struct harness_options *options)
{
    harness_start(&l->h, options);
    api_open(&l->api, &l->h, 0);
    l->receiver = receiver_start();
    for (int i = 0; i < LONE_NEIGHBOURS; i++) {
        char owner[16];
        (void)snprintf(owner, sizeof owner, "owner-%d", i);
        lone_open_accounts(l, owner, &(struct ring){i, 1});
        lone_make_endpoint(l, &(struct lone_endpoint){owner, "http", "/ok", l->receiver});
    }
}

void lone_close(struct lone *l)
{
    receiver_stop(l->receiver);
    api_close(&l->api);
    harness_stop(&l->h, false);
}
