/* test_outage.c - NATS, ledger-svc or PostgreSQL is away or silent: requests are answered 503 or 504 as
   documented, none hangs beyond its route's timeout, and service is back within seconds of their return, with
   no process restarted. A stopped ledger-svc holds no locks for longer than 3 s. */
#include <signal.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CLIENTS          4
#define ROUTE_TIMEOUT_MS 5000
#define MARGIN_MS        1500 /* a busy machine under sanitizers */
#define BACK_MS          5000
#define PROGRESS_MS      15000
#define LOCKS_HELD_MS    3000
#define RIVALS           12
#define FILES_MARGIN     12 /* the pool of ingress fills up; an outage has dozens of tries to leak in */

static struct harness h;
static struct scene scene;

struct outage {
    const char *name;
    void (*begin)(void);
    void (*end)(void);
    int reads_answer; /* status of a read meanwhile */
    int back_ms;
};

static void nats_away(void)
{
    servers_nats_stop(&h.nats);
}

static void nats_back(void)
{
    servers_nats_start(&h.nats);
}

static void nats_silent(void)
{
    servers_nats_freeze(&h.nats);
}

static void nats_speaks(void)
{
    servers_nats_thaw(&h.nats);
}

static void ledgers_away(void)
{
    for (int i = 0; i < h.ledger_count; i++)
        assert_int_equal(program_stop(&h.ledgers[i], SIGKILL, PROGRESS_MS), 128 + SIGKILL);
}

static void ledgers_back(void)
{
    for (int i = 0; i < h.ledger_count; i++)
        program_start(&h.ledgers[i]);
}

static void postgres_away(void)
{
    servers_postgres_stop(&h.postgres, SERVERS_STOP_FAST);
}

static void postgres_back(void)
{
    servers_postgres_start(&h.postgres);
}

static void database_cut(void)
{
    fault_proxy_set(h.database_proxy, FAULT_CUT, 0);
}

static void database_deaf(void)
{
    fault_proxy_set(h.database_proxy, FAULT_CUT, 0);
    fault_proxy_set(h.database_proxy, FAULT_DEAF, 0);
}

static void database_silent(void)
{
    fault_proxy_set(h.database_proxy, FAULT_MUTE_TO_CLIENT, 0);
}

static void bus_cut(void)
{
    fault_proxy_set(h.bus_proxy, FAULT_CUT, 0);
}

static void lines_pass(void)
{
    fault_proxy_set(h.database_proxy, FAULT_NONE, 0);
    fault_proxy_set(h.bus_proxy, FAULT_NONE, 0);
}

/* 503 with Retry-After when nothing was done, 504 when that is not known; in time; as a problem. */
static void assert_refused_well(const struct client_answer *a)
{
    char code[64];
    if (a->status != 503 && a->status != 504)
        (void)fprintf(stderr, "answer %d: %s\n", a->status, a->body);
    assert_true(a->status == 503 || a->status == 504);
    assert_string_equal(a->content_type, "application/problem+json");
    assert_true(client_answer_string(a, "code", code, sizeof code));
    if (a->status == 503)
        assert_in_range(a->retry_after_s, 1, 60);
    else
        assert_string_equal(code, "outcome_unknown");
    assert_true(a->took_us / 1000 <= ROUTE_TIMEOUT_MS + MARGIN_MS);
}

static void new_transfer(struct transfer_request *ret_request)
{
    harness_new_transfer(scene.accounts[0], scene.accounts[1], 5, NULL, ret_request);
}

static int files_open(void)
{
    int files = 0;
    for (int i = 0; i < h.ledger_count; i++)
        files += program_open_files(&h.ledgers[i]);
    return files + program_open_files(&h.ingresses[0]);
}

static void away_and_back(void **state)
{
    const struct outage *outage = *state;
    struct client client;
    struct client_answer refused, read, final;
    struct transfer_request request;
    char path[96];
    scene_start(&scene, &h, 2, CLIENTS);
    harness_client(&h, 0, &client);
    new_transfer(&request);
    (void)snprintf(path, sizeof path, "/v1/accounts/%s", scene.accounts[0]);
    assert_true(load_progress(scene.load, CLIENTS * 4, PROGRESS_MS));
    int files = files_open();

    outage->begin();
    client_send(&client, "/v1/transfers", request.key, request.body, &refused);
    assert_refused_well(&refused);
    client_send(&client, path, NULL, NULL, &read);
    if (outage->reads_answer == 503)
        assert_refused_well(&read);
    else
        assert_int_equal(read.status, outage->reads_answer);

    outage->end();
    int64_t healed_ms = clock_monotonic_ms();
    client_call(&client, "/v1/transfers", request.key, request.body, &final);
    int64_t back_ms = clock_monotonic_ms() - healed_ms;
    (void)fprintf(stderr, "%s: refused with %d after %lld ms, back after %lld ms\n", outage->name,
                  refused.status, (long long)refused.took_us / 1000, (long long)back_ms);
    assert_true(final.status == 201 || final.status == 200);
    assert_true(back_ms <= outage->back_ms);
    if (refused.status == 503) /* it said that nothing was done */
        assert_false(final.replayed && final.tries == 1);
    client_close(&client);
    assert_true(harness_wait_ready(&h, BACK_MS));
    history_add(&scene.history, request.key, &final);
    scene_finish(&scene, &h, outage->name);
    int files_after = files_open();
    if (files_after > files + FILES_MARGIN)
        (void)fprintf(stderr, "%d files open before, %d after\n", files, files_after);
    assert_true(files_after <= files + FILES_MARGIN);
}

struct rival {
    struct client client;
    pthread_t thread;
    struct client_answer first, final;
    struct transfer_request request;
};

static void *rival_main(void *context)
{
    struct rival *r = context;
    client_send(&r->client, "/v1/transfers", r->request.key, r->request.body, &r->first);
    return NULL;
}

static void start_rivals(struct rival *rivals)
{
    for (int i = 0; i < RIVALS; i++) {
        struct rival *r = &rivals[i];
        new_transfer(&r->request);
        harness_client(&h, 0, &r->client);
        assert_int_equal(pthread_create(&r->thread, NULL, rival_main, r), 0);
    }
}

static bool first_ledger_is_stopped(void *context)
{
    (void)context;
    return program_is_stopped(&h.ledgers[0]);
}

/* The first instance stops in the middle of a transaction that has both accounts locked. Of the commands that
   come then it swallows some; ingress sends those again, and the second instance answers as soon as the locks
   are gone. */
static void stopped_in_a_transaction(void **state)
{
    (void)state;
    static struct rival victim[1], rivals[RIVALS];
    if (!PAYBUS_CRASH_POINTS)
        skip();
    scene_start(&scene, &h, 2, 0);
    assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, PROGRESS_MS), 0);
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "ledger.before_commit:1:stop");
    program_start(&h.ledgers[0]);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    assert_int_equal(program_stop(&h.ledgers[1], SIGTERM, PROGRESS_MS), 0);

    new_transfer(&victim->request);
    harness_client(&h, 0, &victim->client);
    assert_int_equal(pthread_create(&victim->thread, NULL, rival_main, victim), 0);
    assert_true(eventually(first_ledger_is_stopped, NULL, PROGRESS_MS));
    int64_t stopped_ms = clock_monotonic_ms();
    program_start(&h.ledgers[1]);
    assert_true(program_wait_ready(&h.ledgers[1], LOCKS_HELD_MS));
    start_rivals(rivals);
    int answered = 0;
    int64_t soonest_us = INT64_MAX, ready_ms = clock_monotonic_ms() - stopped_ms;
    for (int i = 0; i < RIVALS; i++) {
        (void)pthread_join(rivals[i].thread, NULL);
        answered += rivals[i].first.status == 201;
        if (rivals[i].first.status == 201 && rivals[i].first.took_us < soonest_us)
            soonest_us = rivals[i].first.took_us;
    }
    (void)pthread_join(victim->thread, NULL);
    (void)fprintf(
        stderr,
        "locks of a stopped ledger-svc were gone %lld ms after it stopped; %d of %d answered at once\n",
        (long long)(ready_ms + soonest_us / 1000), answered, RIVALS);
    assert_true(answered > 0 && ready_ms + soonest_us / 1000 <= LOCKS_HELD_MS);

    program_signal(&h.ledgers[0], SIGCONT);
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", "");
    for (int i = -1; i < RIVALS; i++) {
        struct rival *r = i < 0 ? victim : &rivals[i];
        client_call(&r->client, "/v1/transfers", r->request.key, r->request.body, &r->final);
        assert_true(r->final.status == 200 || r->final.status == 201);
        history_add(&scene.history, r->request.key, &r->final);
        client_close(&r->client);
    }
    scene_finish(&scene, &h, "stopped in a transaction");
    assert_int_equal(harness_available(&h, scene.accounts[0]), SCENE_FUNDS - 5 * (RIVALS + 1));
}

static int run(void)
{
    static struct outage nats = {"NATS away", nats_away, nats_back, 200, BACK_MS};
    static struct outage frozen = {"NATS silent", nats_silent, nats_speaks, 200, BACK_MS};
    static struct outage ledger = {"ledger-svc away", ledgers_away, ledgers_back, 200, BACK_MS};
    static struct outage bus = {"ledger-svc cut off from NATS", bus_cut, lines_pass, 200, BACK_MS};
    static struct outage postgres = {"PostgreSQL away", postgres_away, postgres_back, 503, BACK_MS};
    static struct outage cut = {"PostgreSQL cut off", database_cut, lines_pass, 200, BACK_MS};
    static struct outage deaf = {"PostgreSQL deaf", database_deaf, lines_pass, 200, BACK_MS};
    static struct outage silent = {"PostgreSQL silent", database_silent, lines_pass, 200, BACK_MS};
    const struct CMUnitTest tests[] = {
        {"NATS away", away_and_back, NULL, NULL, &nats},
        {"NATS silent", away_and_back, NULL, NULL, &frozen},
        {"ledger-svc away", away_and_back, NULL, NULL, &ledger},
        {"ledger-svc cut off from NATS", away_and_back, NULL, NULL, &bus},
        {"PostgreSQL away", away_and_back, NULL, NULL, &postgres},
        {"PostgreSQL cut off", away_and_back, NULL, NULL, &cut},
        {"PostgreSQL deaf", away_and_back, NULL, NULL, &deaf},
        {"PostgreSQL silent", away_and_back, NULL, NULL, &silent},
        cmocka_unit_test(stopped_in_a_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .database_proxy = true, .bus_proxy = true},
                      run);
}
