/* delivery_bench.c - how many deliveries a second arrive at a receiver on this machine, and how long a lone
   one takes, also beside what other owners have that bursts, fails or hangs, from its transfer's answer to
   its receiver: a private stack of one PostgreSQL, nats-server, ledger-svc, ingress and webhook-svc. The
   events are in the stream before the clock runs, which begins with the start of webhook-svc and so counts
   their way from event to delivery, its work through the relay, and the request. Prints a line for run.sh.
   usage: delivery_bench [transfers] */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define DEFAULT_TRANSFERS 10000
#define OWNERS            8 /* each transfer is told to two of them */
#define CROWDS            4 /* further owners: one with much to be told at once, then those whose endpoints hang */
#define ENDPOINTS         100 /* of each: as many as one may have */
#define BURST             400 /* transfers */
#define BATCH             100
#define FUNDS             100000000
#define LONE              100
#define KINDS             9 /* of endpoints that do not take what they get */
#define FOR_BAD_ONES      200
#define WAIT_MS           120000
#define STOP_MS           10000
#define BODY_SIZE         (BATCH * 160)

static struct harness h;
static struct api api;
static struct receiver *receiver, *hanging; /* the second for what hangs, which takes all its threads */
static struct stream_reader events;
static char accounts[OWNERS + 2 * (CROWDS + KINDS)][TYPEID_TEXT_SIZE];

/* Accounts of which each pays the next one, in turn. */
struct ring {
    int first, count;
};
static const struct ring neighbours = {0, OWNERS};

static void must(int status, int wanted)
{
    if (status != wanted)
        servers_fail("answered %d, not %d: %s", status, wanted, api.body.data);
}

static int post(const char *path, const char *body)
{
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    return api_send(&api, &(struct api_request){.path = path, .key = key, .body = body});
}

static void make_endpoint_by(const char *scheme, const char *owner, const struct receiver *at,
                             const char *path)
{
    char body[256];
    (void)snprintf(
        body, sizeof body,
        "{\"owner\":\"%s\",\"url\":\"%s://127.0.0.1:%d%s\",\"event_types\":[\"transaction.posted\"]}", owner,
        scheme, receiver_port(at), path);
    must(post("/v1/webhook-endpoints", body), 201);
}

static void make_endpoint(const char *owner, const struct receiver *at, const char *path)
{
    make_endpoint_by("http", owner, at, path);
}

static int write_transfer(char *to, size_t size, const struct ring *r, int n)
{
    return snprintf(to, size, "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":1}",
                    accounts[r->first + n % r->count], accounts[r->first + (n + 1) % r->count]);
}

static void make_batch(const struct ring *r, int first)
{
    static char body[BODY_SIZE];
    int len = snprintf(body, sizeof body, "{\"mode\":\"each\",\"transfers\":[");
    for (int i = 0; i < BATCH; i++) {
        if (i > 0)
            body[len++] = ',';
        len += write_transfer(body + len, sizeof body - (size_t)len, r, first + i);
    }
    (void)snprintf(body + len, sizeof body - (size_t)len, "]}");
    must(post("/v1/transfers/batch", body), 200);
}

static void wait_for_events(int64_t count)
{
    for (int64_t until_ms = clock_monotonic_ms() + WAIT_MS; stream_reader_count(&events) < count;
         pause_ms(10))
        if (clock_monotonic_ms() > until_ms)
            servers_fail("the relay does not publish");
}

static void throughput(int transfers)
{
    int64_t before = stream_reader_count(&events);
    for (int i = 0; i < transfers; i += BATCH)
        make_batch(&neighbours, i);
    wait_for_events(before + transfers);
    int64_t start_ms = clock_monotonic_ms();
    program_start(&h.webhooks[0]);
    if (!receiver_wait(receiver, "/ok", 2 * transfers, WAIT_MS))
        servers_fail("%d of %d deliveries after %d ms", receiver_count(receiver, "/ok"), 2 * transfers,
                     WAIT_MS);
    int64_t took_ms = clock_monotonic_ms() - start_ms;
    (void)printf("RESULT requests=%d seconds=%lld.%03lld non2xx=0 socket_errors=0", 2 * transfers,
                 (long long)took_ms / 1000, (long long)took_ms % 1000);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Between owners of whom nobody has an endpoint that hangs. */
static void latency(const char *name)
{
    static int64_t us[LONE];
    for (int i = 0; i < LONE; i++) {
        char body[256];
        struct received got;
        int count = receiver_count(receiver, "/ok");
        (void)write_transfer(body, sizeof body, &neighbours, 2 + i % (OWNERS - 3));
        must(post("/v1/transfers", body), 201);
        int64_t answered_us = clock_monotonic_us();
        if (!receiver_wait(receiver, "/ok", count + 2, WAIT_MS) ||
            !receiver_get(receiver, "/ok", count, &got))
            servers_fail("a lone event does not arrive");
        us[i] = got.at_us - answered_us;
    }
    qsort(us, LONE, sizeof us[0], by_value);
    (void)printf(" %sp50_us=%lld %sp99_us=%lld %smax_us=%lld", name, (long long)us[LONE / 2 - 1], name,
                 (long long)us[LONE * 99 / 100 - 1], name, (long long)us[LONE - 1]);
}

static void open_accounts(const char *owner, const struct ring *r)
{
    for (int i = r->first; i < r->first + r->count; i++) {
        harness_open_account_of(&h, owner, "EUR", accounts[i]);
        harness_deposit(&h, accounts[i], "EUR", FUNDS);
    }
}

/* Kind by kind one more owner, more of whose deliveries than may be under way go to an endpoint of that kind;
   those of the kinds before are tried again meanwhile. */
static void beside_bad_ones(void)
{
    static const struct {
        const char *name, *scheme, *path;
    } kinds[] = {
        {"hang", "http", "/hang"},       {"500", "http", "/500"},   {"301", "http", "/301"},
        {"410", "http", "/gone"},        {"429", "http", "/429"},   {"bad_tls", "https", "/ok-tls"},
        {"endless", "http", "/endless"}, {"slow", "http", "/slow"}, {"trailers", "http", "/trailers"}};
    for (int i = 0; i < KINDS; i++) {
        const struct ring r = {OWNERS + 2 * (CROWDS + i), 2};
        char name[32];
        (void)snprintf(name, sizeof name, "bad-%s", kinds[i].name);
        open_accounts(name, &r);
        make_endpoint_by(kinds[i].scheme, name, receiver, kinds[i].path);
        for (int n = 0; n < FOR_BAD_ONES; n += BATCH)
            make_batch(&r, n);
        if (strcmp(kinds[i].scheme, "http") == 0 && !receiver_wait(receiver, kinds[i].path, 1, WAIT_MS))
            servers_fail("nothing comes to %s", kinds[i].path);
        (void)snprintf(name, sizeof name, "beside_%s_", kinds[i].name);
        latency(name);
    }
}

/* One more owner, to all of whose endpoints so many transfers of his are told from now on. */
static void crowd(int number, const struct receiver *at, const char *path, int transfers)
{
    const struct ring r = {OWNERS + 2 * number, 2};
    char owner[16];
    (void)snprintf(owner, sizeof owner, "crowd-%d", number);
    open_accounts(owner, &r);
    for (int i = 0; i < ENDPOINTS; i++)
        make_endpoint(owner, at, path);
    for (int i = 0; i < transfers; i += BATCH)
        make_batch(&r, i);
}

static void beside_a_burst(void)
{
    crowd(0, receiver, "/ok_burst", BURST);
    latency("burst_");
    if (!receiver_wait(receiver, "/ok_burst", BURST * ENDPOINTS, WAIT_MS))
        servers_fail("the burst does not end");
}

/* When all of their deliveries are made, none of which ever ends. */
static void beside_many_that_hang(void)
{
    enum { DELIVERIES = (CROWDS - 1) * BATCH * ENDPOINTS };
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
    for (int i = 1; i < CROWDS; i++)
        crowd(i, hanging, "/hang", BATCH);
    while (harness_number(&h, E2E_SQL_COUNT_PENDING_DELIVERIES) < DELIVERIES) {
        if (clock_monotonic_ms() > until_ms)
            servers_fail("nothing hangs");
        pause_ms(100);
    }
    latency("hanging_");
}

int main(int argc, char **argv)
{
    int transfers = argc > 1 ? (int)strtol(argv[1], NULL, 10) : DEFAULT_TRANSFERS;
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    api_open(&api, &h, 0);
    stream_reader_open(&events, &h, "PAY_EVENTS");
    receiver = receiver_start();
    hanging = receiver_start();
    for (int i = 0; i < OWNERS; i++) {
        char owner[16];
        (void)snprintf(owner, sizeof owner, "owner-%d", i);
        open_accounts(owner, &(struct ring){i, 1});
        make_endpoint(owner, receiver, "/ok");
    }
    throughput(transfers);
    latency("");
    beside_a_burst();
    beside_bad_ones();
    beside_many_that_hang();
    (void)printf("\n");
    receiver_stop(receiver);
    receiver_stop(hanging);
    stream_reader_close(&events);
    api_close(&api);
    harness_stop(&h, false);
    return 0;
}
