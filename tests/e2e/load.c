/* load.c - see load.h. */
#include "tests/e2e/load.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/support/process.h"

#define REPLAY_ONE_IN    20
#define UNEXPECTED_SHOWN 5

struct load_client {
    struct load *load;
    pthread_t thread;
    int number;
    unsigned seed;
    struct client http;
    struct load_report report;
    struct transfer_request request; /* the last intent */
    struct client_answer answer;     /* its final answer */
    struct client_answer again;
};
struct load {
    struct load_options options;
    struct load_client *clients;
    atomic_int_fast64_t calls;
    atomic_bool stopping;
};

static int below(struct load_client *c, int limit)
{
    return (int)((unsigned)rand_r(&c->seed) % (unsigned)limit);
}

static void next_intent(struct load_client *c)
{
    const struct load_options *o = &c->load->options;
    int from = below(c, o->account_count);
    int step = o->shape == LOAD_RING ? 1 : 1 + below(c, o->account_count - 1);
    int to = (from + step) % o->account_count;
    harness_new_transfer(o->accounts[from], o->accounts[to], 1 + below(c, (int)o->amount_max), NULL,
                         &c->request);
}

static void count_answer(struct load_client *c)
{
    struct load_report *r = &c->report;
    int status = c->answer.status;
    r->calls++;
    if (status == 200 || status == 201) {
        r->created++;
    } else if (status == 402) {
        r->refused++;
    } else if (status == 0 || status == 503 || status == 504) {
        r->given_up++;
    } else if (r->unexpected++ < UNEXPECTED_SHOWN) {
        (void)fprintf(stderr, "unexpected answer %d: %s\n", status, c->answer.body);
    }
}

/* The same request once more: the same bytes must come. */
static void replay(struct load_client *c)
{
    int wanted = c->answer.status == 201 ? 200 : c->answer.status;
    client_call(&c->http, "/v1/transfers", c->request.key, c->request.body, &c->again);
    if (c->again.status == 0 || c->again.status >= 500) {
        c->report.given_up++;
        return;
    }
    if (c->again.status == wanted && c->again.replayed && strcmp(c->again.body, c->answer.body) == 0)
        return;
    if (c->report.replays_differ++ < UNEXPECTED_SHOWN)
        (void)fprintf(stderr, "replay differs: %d %s\n  first: %d %s\n", c->again.status, c->again.body,
                      c->answer.status, c->answer.body);
}

static void *client_main(void *context)
{
    struct load_client *c = context;
    const struct load_options *o = &c->load->options;
    while (!atomic_load(&c->load->stopping) &&
           (o->calls_per_client == 0 || c->report.calls < o->calls_per_client)) {
        next_intent(c);
        client_call(&c->http, "/v1/transfers", c->request.key, c->request.body, &c->answer);
        count_answer(c);
        c->report.late += c->answer.took_us > LOAD_LATE_MS * INT64_C(1000);
        history_add(o->history, c->request.key, &c->answer);
        if (c->answer.status < 500 && c->answer.status > 0 && below(c, REPLAY_ONE_IN) == 0)
            replay(c);
        atomic_fetch_add(&c->load->calls, 1);
    }
    return NULL;
}

struct load *load_start(const struct load_options *options)
{
    struct load *l = calloc(1, sizeof *l);
    if (l == NULL || (l->clients = calloc((size_t)options->clients, sizeof *l->clients)) == NULL)
        servers_fail("no memory for the load");
    l->options = *options;
    for (int i = 0; i < options->clients; i++) {
        struct load_client *c = &l->clients[i];
        c->load = l;
        c->number = i;
        c->seed = (unsigned)clock_monotonic_us() + (unsigned)i * 7919U;
        harness_client(options->harness, i % options->harness->ingress_count, &c->http);
        if (pthread_create(&c->thread, NULL, client_main, c) != 0)
            servers_fail("no thread for a client");
    }
    return l;
}

int64_t load_calls(const struct load *l)
{
    return atomic_load(&l->calls);
}

bool load_progress(const struct load *l, int64_t more, int timeout_ms)
{
    int64_t target = load_calls(l) + more, deadline_ms = clock_monotonic_ms() + timeout_ms;
    while (load_calls(l) < target) {
        if (clock_monotonic_ms() > deadline_ms)
            return false;
        pause_ms(2);
    }
    return true;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_up(struct load_report *sum, const struct load_client *c)
{
    sum->calls += c->report.calls;
    sum->created += c->report.created;
    sum->refused += c->report.refused;
    sum->late += c->report.late;
    sum->given_up += c->report.given_up;
    sum->unexpected += c->report.unexpected;
    sum->replays_differ += c->report.replays_differ;
    sum->retries += c->http.retries;
    sum->server_errors += c->http.server_errors;
    sum->connection_errors += c->http.connection_errors;
    sum->slowest_call_us = larger(sum->slowest_call_us, c->http.slowest_call_us);
    sum->slowest_try_us = larger(sum->slowest_try_us, c->http.slowest_try_us);
}

void load_stop(struct load *l, struct load_report *ret_report)
{
    *ret_report = (struct load_report){0};
    if (l->options.calls_per_client == 0)
        atomic_store(&l->stopping, true);
    for (int i = 0; i < l->options.clients; i++) {
        struct load_client *c = &l->clients[i];
        (void)pthread_join(c->thread, NULL);
        add_up(ret_report, c);
        client_close(&c->http);
    }
    free(l->clients);
    free(l);
}

bool load_was_smooth(const char *name, const struct load_report *r)
{
    (void)fprintf(stderr,
                  "%s: %lld calls, %lld created, %lld refused, %lld late, %lld retries, %lld 5xx, %lld "
                  "broken connections, "
                  "slowest call %lld ms, slowest try %lld ms\n",
                  name, (long long)r->calls, (long long)r->created, (long long)r->refused, (long long)r->late,
                  (long long)r->retries, (long long)r->server_errors, (long long)r->connection_errors,
                  (long long)r->slowest_call_us / 1000, (long long)r->slowest_try_us / 1000);
    if (r->given_up + r->unexpected + r->replays_differ > 0)
        (void)fprintf(stderr, "%s: %lld given up, %lld unexpected, %lld replays differ\n", name,
                      (long long)r->given_up, (long long)r->unexpected, (long long)r->replays_differ);
    return r->given_up == 0 && r->unexpected == 0 && r->replays_differ == 0;
}
