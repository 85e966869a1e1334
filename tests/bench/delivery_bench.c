/* delivery_bench.c - how many deliveries a second arrive at a receiver on this machine, and how long a lone
   one takes, also beside what other owners have that bursts, fails or hangs. The events are in the stream
   before the clock runs, which begins with the start of webhook-svc and so counts their way from event to
   delivery, its work through the relay, and the request. Prints a line for run.sh.
   usage: delivery_bench [transfers] */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/bench/lone.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/process.h"

#define DEFAULT_TRANSFERS 10000
#define CROWDS            4 /* further owners: one with much to be told at once, then those whose endpoints hang */
#define ENDPOINTS         100 /* of each: as many as one may have */
#define BURST             400 /* transfers */
#define KINDS             10  /* of endpoints: one that takes what it gets, and those that do not */
#define FOR_BAD_ONES      200 /* in each round */
#define ROUNDS            3   /* of LONE_TIMES lone ones: a p99 of a hundred is its second largest */

static struct lone l;
static struct receiver *hanging; /* for what hangs, which takes all its threads */
static struct stream_reader events;

static void wait_for_events(int64_t count)
{
    for (int64_t until_ms = clock_monotonic_ms() + LONE_WAIT_MS; stream_reader_count(&events) < count;
         pause_ms(10))
        if (clock_monotonic_ms() > until_ms)
            servers_fail("the relay does not publish");
}

static void throughput(int transfers)
{
    int64_t before = stream_reader_count(&events);
    for (int i = 0; i < transfers; i += LONE_BATCH)
        lone_make_batch(&l, &lone_neighbours, i);
    wait_for_events(before + transfers);
    int64_t start_ms = clock_monotonic_ms();
    program_start(&l.h.webhooks[0]);
    if (!receiver_wait(l.receiver, "/ok", 2 * transfers, LONE_WAIT_MS))
        servers_fail("%d of %d deliveries after %d ms", receiver_count(l.receiver, "/ok"), 2 * transfers,
                     LONE_WAIT_MS);
    int64_t took_ms = clock_monotonic_ms() - start_ms;
    (void)printf("RESULT requests=%d seconds=%lld.%03lld non2xx=0 socket_errors=0", 2 * transfers,
                 (long long)took_ms / 1000, (long long)took_ms % 1000);
}

static void alone(void)
{
    struct lone_times times = {.count = 0};
    for (int round = 0; round < ROUNDS; round++)
        lone_take(&l, &times);
    (void)lone_tell("", &times);
}

struct bad_kind {
    const char *name, *scheme, *path;
};

static void beside_bad_one(const struct bad_kind *kind, const struct ring *r)
{
    struct lone_times times = {.count = 0};
    char name[32];
    (void)snprintf(name, sizeof name, "bad-%s", kind->name);
    lone_open_accounts(&l, name, r);
    lone_make_endpoint(&l, &(struct lone_endpoint){name, kind->scheme, kind->path, l.receiver});
    for (int round = 0; round < ROUNDS; round++) {
        for (int n = 0; n < FOR_BAD_ONES; n += LONE_BATCH)
            lone_make_batch(&l, r, n);
        if (strcmp(kind->scheme, "http") == 0 && !receiver_wait(l.receiver, kind->path, 1, LONE_WAIT_MS))
            servers_fail("nothing comes to %s", kind->path);
        lone_take(&l, &times);
    }
    lone_drop_endpoint(&l); /* each kind for itself */
    (void)snprintf(name, sizeof name, "beside_%s_", kind->name);
    (void)lone_tell(name, &times);
}

/* Kind by kind one more owner, more of whose deliveries than may be under way go to an endpoint of that kind.
 */
static void beside_bad_ones(void)
{
    static const struct bad_kind kinds[] = {
        {"good", "http", "/ok_beside"},   {"hang", "http", "/hang"},       {"500", "http", "/500"},
        {"301", "http", "/301"},          {"410", "http", "/gone"},        {"429", "http", "/429"},
        {"bad_tls", "https", "/ok-tls"},  {"endless", "http", "/endless"}, {"slow", "http", "/slow"},
        {"trailers", "http", "/trailers"}};
    for (int i = 0; i < KINDS; i++)
        beside_bad_one(&kinds[i], &(struct ring){LONE_NEIGHBOURS + 2 * (CROWDS + i), 2});
}

/* One more owner, to all of whose endpoints so many transfers of his are told from now on. */
static void crowd(int number, const struct receiver *at, const char *path, int transfers)
{
    const struct ring r = {LONE_NEIGHBOURS + 2 * number, 2};
    char owner[16];
    (void)snprintf(owner, sizeof owner, "crowd-%d", number);
    lone_open_accounts(&l, owner, &r);
    for (int i = 0; i < ENDPOINTS; i++)
        lone_make_endpoint(&l, &(struct lone_endpoint){owner, "http", path, at});
    for (int i = 0; i < transfers; i += LONE_BATCH)
        lone_make_batch(&l, &r, i);
}

static void beside_a_burst(void)
{
    crowd(0, l.receiver, "/ok_burst", BURST);
    (void)lone_measure(&l, "burst_");
    if (!receiver_wait(l.receiver, "/ok_burst", BURST * ENDPOINTS, LONE_WAIT_MS))
        servers_fail("the burst does not end");
}

/* When all of their deliveries are made, none of which ever ends. */
static void beside_many_that_hang(void)
{
    enum { DELIVERIES = (CROWDS - 1) * LONE_BATCH * ENDPOINTS };
    int64_t until_ms = clock_monotonic_ms() + LONE_WAIT_MS;
    for (int i = 1; i < CROWDS; i++)
        crowd(i, hanging, "/hang", LONE_BATCH);
    while (harness_number(&l.h, E2E_SQL_COUNT_PENDING_DELIVERIES) < DELIVERIES) {
        if (clock_monotonic_ms() > until_ms)
            servers_fail("nothing hangs");
        pause_ms(100);
    }
    (void)lone_measure(&l, "hanging_");
}

int main(int argc, char **argv)
{
    int transfers = argc > 1 ? (int)strtol(argv[1], NULL, 10) : DEFAULT_TRANSFERS;
    lone_open(&l, &(struct harness_options){.webhooks = 1});
    (void)program_stop(&l.h.webhooks[0], SIGTERM, LONE_STOP_MS);
    stream_reader_open(&events, &l.h, "PAY_EVENTS");
    hanging = receiver_start();
    throughput(transfers);
    alone();
    beside_a_burst();
    beside_bad_ones();
    beside_many_that_hang();
    (void)printf("\n");
    receiver_stop(hanging);
    stream_reader_close(&events);
    lone_close(&l);
    return 0;
}
