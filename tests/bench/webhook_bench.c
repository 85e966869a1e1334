/* webhook_bench.c - how many webhook events a second are worked off to their end, deposits included, and how
   long a lone one takes from its row to its end: a private stack of one PostgreSQL, nats-server, ledger-svc
   and webhook-svc. The rows and the messages are there before the clock runs, which begins with the start of
   webhook-svc: accepting them is measured elsewhere. Prints a line for run.sh.
   usage: webhook_bench [events] */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define DEFAULT_EVENTS 20000
#define ACCOUNTS       100
#define LONE_EVENTS    200
#define WAIT_MS        120000
#define STOP_MS        10000

static struct harness h;
static struct inbound in;
static char accounts[ACCOUNTS][TYPEID_TEXT_SIZE];

static size_t add(const char *prefix, int count, int account)
{
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":1,\"currency\":\"EUR\"}",
                   accounts[account]);
    return inbound_add(&in, prefix, count, "demo.fund", payload);
}

static void throughput(int events)
{
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
    size_t first = in.count;
    for (int i = 0; i < ACCOUNTS; i++) {
        char prefix[32];
        (void)snprintf(prefix, sizeof prefix, "many-%d-", i);
        (void)add(prefix, events / ACCOUNTS, i);
    }
    inbound_publish(&in, first, in.count - first, 1);
    int64_t start_ms = clock_monotonic_ms();
    program_start(&h.webhooks[0]);
    if (!inbound_wait(&in, WAIT_MS))
        servers_fail("not all of them are done after %d ms", WAIT_MS);
    int64_t took_ms = clock_monotonic_ms() - start_ms;
    if (inbound_effects(&in) != (int64_t)in.count)
        servers_fail("%lld effects", (long long)inbound_effects(&in));
    (void)printf("RESULT requests=%zu seconds=%lld.%03lld non2xx=0 socket_errors=0", in.count - first,
                 (long long)took_ms / 1000, (long long)took_ms % 1000);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool is_done(void *context)
{
    const size_t *index = context;
    return inbound_find(&in, *index).state[0] == 'p' && inbound_find(&in, *index).attempts == 1;
}

static void latency(void)
{
    static int64_t us[LONE_EVENTS];
    for (int i = 0; i < LONE_EVENTS; i++) {
        char prefix[32];
        (void)snprintf(prefix, sizeof prefix, "lone-%d-", i);
        size_t index = add(prefix, 1, i % ACCOUNTS);
        inbound_publish(&in, index, 1, 1);
        if (!inbound_wait(&in, WAIT_MS) || !is_done(&index))
            servers_fail("a lone event is not done");
        us[i] = inbound_latency_us(&in, index);
    }
    qsort(us, LONE_EVENTS, sizeof us[0], by_value);
    (void)printf(" p50_us=%lld p99_us=%lld\n", (long long)us[LONE_EVENTS / 2],
                 (long long)us[LONE_EVENTS * 99 / 100]);
}

int main(int argc, char **argv)
{
    int events = argc > 1 ? (int)strtol(argv[1], NULL, 10) : DEFAULT_EVENTS;
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    inbound_open(&in, &h);
    for (int i = 0; i < ACCOUNTS; i++)
        harness_open_account(&h, "EUR", accounts[i]);
    throughput(events);
    latency();
    inbound_close(&in);
    harness_stop(&h, false);
    return 0;
}
