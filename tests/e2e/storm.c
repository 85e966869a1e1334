/* storm.c - see storm.h. */
#include "tests/e2e/storm.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/support/process.h"

#define WAVES         20
#define ACCEPTED_MS   60000
#define SENT_BETWEEN  200 /* two kills, while events are sent */
#define CALM_MS       150000
#define DOWN_MS       300
#define REPLAYS_MAX   5
#define AMOUNT        3
#define STORM_MS      20000 /* for what is left after the last wave */
#define NOBODY        "acct_01h455vb4pex5vsknk084sn02q"
#define MIRROR_MS     90000
#define WIPED_SHARE   4 /* of nats-server's deaths, one of so many takes its disk along */
#define FAILING_SHARE 5 /* of a wave's events, one of so many fails at first */

static int below(struct storm *s, int limit)
{
    return (int)((unsigned)rand_r(&s->seed) % (unsigned)limit);
}

static void kill_something(struct storm *s)
{
    struct harness *h = s->h;
    switch (below(s, 5)) {
    case 0:
        servers_nats_kill(&h->nats);
        if (below(s, WIPED_SHARE) == 0)
            servers_nats_wipe(&h->nats);
        pause_ms(1 + below(s, DOWN_MS));
        servers_nats_start(&h->nats);
        break;
    case 1:
        program_signal(&h->ledgers[below(s, h->ledger_count)], SIGKILL);
        break;
    default:
        program_signal(&h->webhooks[below(s, h->webhook_count)], SIGKILL);
        break;
    }
    pause_ms(1 + below(s, (int)s->rest_ms));
}

static void add_wave(struct storm *s, const char *account, int wave)
{
    char good[160], bad[160], prefix[32], poison[32];
    int count = s->events / WAVES, bad_count = s->poison / WAVES;
    (void)snprintf(good, sizeof good, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}", account,
                   AMOUNT);
    (void)snprintf(bad, sizeof bad, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}", NOBODY,
                   AMOUNT);
    (void)snprintf(prefix, sizeof prefix, "wave-%d-", wave);
    (void)snprintf(poison, sizeof poison, "poison-%d-", wave);
    inbound_fail(s->in, prefix, (count - bad_count) / FAILING_SHARE, 1 + below(s, 2));
    size_t first = inbound_add(s->in, prefix, count - bad_count, "demo.fund", good);
    (void)inbound_add(s->in, poison, bad_count, "demo.fund", bad);
    inbound_publish(s->in, first, (size_t)count, 1 + below(s, 2));
}

static void send_event(struct storm *s, const char *account, int wave, int number)
{
    static const char format[] = "{'event_id':'%s-%d-%d','event_type':'demo.fund',"
                                 "'payload':{'account':'%s','amount':%d,'currency':'EUR'}}";
    bool is_bad = number > s->events / WAVES - s->poison / WAVES;
    int64_t give_up_ms = clock_monotonic_ms() + ACCEPTED_MS;
    while (webhook_send(s->api, format, is_bad ? "poison" : "wave", wave, number, is_bad ? NOBODY : account,
                        AMOUNT) != 202)
        if (clock_monotonic_ms() > give_up_ms)
            fail_msg("event %d of wave %d is not accepted: %d", number, wave, s->api->status);
}

static void send_wave(struct storm *s, const char *account, int wave)
{
    int count = s->events / WAVES, total = 0;
    int *order = calloc(2 * (size_t)count, sizeof *order);
    char prefix[32];
    assert_non_null(order);
    (void)snprintf(prefix, sizeof prefix, "wave-%d-", wave);
    inbound_fail(s->in, prefix, (count - s->poison / WAVES) / FAILING_SHARE, 1 + below(s, 2));
    for (int i = 1; i <= count; i++)
        for (int copies = 1 + below(s, 2); copies > 0; copies--) {
            int place = below(s, total + 1); /* each order is as likely as any other */
            order[total++] = order[place];
            order[place] = i;
        }
    for (int i = 0; i < total; i++) {
        send_event(s, account, wave, order[i]);
        if (below(s, SENT_BETWEEN) == 0)
            kill_something(s);
    }
    free(order);
}

/* Work whose worker was killed each time is dead, too: an operator brings it back. */
static void replay_victims(struct storm *s)
{
    static char answer[INBOUND_ANSWER_SIZE];
    for (int i = 0; i < REPLAYS_MAX && inbound_count(s->in).states[INBOUND_DEAD] > s->poison; i++) {
        (void)fprintf(stderr, "%lld are dead, %d of them poison\n",
                      (long long)inbound_count(s->in).states[INBOUND_DEAD], s->poison);
        assert_int_equal(inbound_ask(s->in, "pay.ops.dlq.replay",
                                     "{\"filter\":{\"kind\":\"webhook\"},\"limit\":1000}", answer),
                         202);
        assert_true(inbound_wait(s->in, CALM_MS));
    }
}

/* A nats-server that was killed may have forgotten a message id and have a dead letter twice. */
static bool mirror_is_right(void *context)
{
    struct inbound *in = context;
    struct inbound_dead dead = inbound_dead(in);
    return dead.published == dead.open && inbound_stream_messages(in, "PAY_DLQ") >= dead.open;
}

static bool nothing_is_left(void *context)
{
    return inbound_stream_messages(context, "PAY_WORK") == 0;
}

static void check(struct storm *s, const char *account)
{
    struct inbound_counts counts = inbound_count(s->in);
    int64_t good = s->events - s->poison;
    struct inbound_dead dead = inbound_dead(s->in);
    assert_int_equal(harness_number(s->h, E2E_SQL_COUNT_WEBHOOK_EVENTS), s->events);
    assert_int_equal(counts.states[INBOUND_PROCESSED], good);
    assert_int_equal(counts.states[INBOUND_DEAD], s->poison);
    assert_int_equal(inbound_effects(s->in), good);
    assert_int_equal(harness_available(s->h, account), good * AMOUNT);
    assert_int_equal(dead.open, s->poison);
    assert_int_equal(dead.of_dead_work, s->poison);
    assert_int_equal(dead.missing, 0);
    assert_true(eventually(mirror_is_right, s->in, MIRROR_MS));
    assert_true(eventually(nothing_is_left, s->in, MIRROR_MS));
}

void storm_run(struct storm *s, const char *account)
{
    (void)fprintf(stderr, "seed %u\n", s->seed);
    harness_keep_all(s->h, true);
    for (int wave = 0; wave < WAVES; wave++) {
        if (s->api != NULL)
            send_wave(s, account, wave);
        else
            add_wave(s, account, wave);
        kill_something(s);
    }
    int64_t until_ms = clock_monotonic_ms() + STORM_MS;
    while (clock_monotonic_ms() < until_ms &&
           inbound_count(s->in).states[INBOUND_PROCESSED] < (s->events - s->poison) * 9 / 10)
        kill_something(s);
    assert_true(harness_wait_ready(s->h, HARNESS_READY_MS));
    assert_true(inbound_wait(s->in, CALM_MS));
    replay_victims(s);
    check(s, account);
}
