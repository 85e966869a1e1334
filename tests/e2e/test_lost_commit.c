/* test_lost_commit.c - PostgreSQL commits and the report of it never reaches ledger-svc, which must find out
   by itself: each client gets its answer as if nothing had happened, and there is one effect. */
#include "e2e_statements.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CLIENTS       8
#define LOST_COMMITS  12
#define CALLS_BETWEEN 25
#define PROGRESS_MS   15000

static struct harness h;
static struct scene scene;

struct lone {
    const char *name;
    int amount, status, status_again;
};

/* In a single try: the doubt is resolved before the client's patience ends. */
static void lone_command(void **state)
{
    const struct lone *lone = *state;
    struct client client;
    struct client_answer first, again;
    struct transfer_request request;
    scene_start(&scene, &h, 2, 0);
    harness_new_transfer(scene.accounts[0], scene.accounts[1], lone->amount, NULL, &request);
    harness_client(&h, 0, &client);
    int swallowed = fault_proxy_swallowed(h.database_proxy);
    fault_proxy_swallow_commits(h.database_proxy, 1);
    client_send(&client, "/v1/transfers", request.key, request.body, &first);
    assert_int_equal(fault_proxy_swallowed(h.database_proxy), swallowed + 1);
    client_send(&client, "/v1/transfers", request.key, request.body, &again);
    client_close(&client);
    assert_int_equal(first.status, lone->status);
    assert_false(first.replayed);
    assert_int_equal(again.status, lone->status_again);
    assert_true(again.replayed);
    assert_string_equal(again.body, first.body);
    history_add(&scene.history, request.key, &first);
    scene_finish(&scene, &h, lone->name);
}

struct slow_call {
    struct client client;
    pthread_t thread;
    struct transfer_request request;
    struct client_answer answer;
};

static void *slow_call_main(void *context)
{
    struct slow_call *c = context;
    client_send(&c->client, "/v1/transfers", c->request.key, c->request.body, &c->answer);
    return NULL;
}

static bool is_committing(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_SLOW_COMMITS) > 0;
}

/* The line is cut while PostgreSQL is still busy with the COMMIT: who only reads now finds nothing and would
   do it again; who waits for the key's lock first finds what was done. */
static void cut_within_a_commit(void **state)
{
    (void)state;
    static const int statements[] = {E2E_SQL_CREATE_SLOW_COMMIT_FUNCTION, E2E_SQL_CREATE_SLOW_COMMIT_TRIGGER};
    static struct slow_call call;
    struct client_answer again;
    harness_do(&h, statements, 2);
    scene_start(&scene, &h, 2, 0);
    harness_new_transfer(scene.accounts[0], scene.accounts[1], 13, "slow", &call.request);
    harness_client(&h, 0, &call.client);
    assert_int_equal(pthread_create(&call.thread, NULL, slow_call_main, &call), 0);
    assert_true(eventually(is_committing, NULL, PROGRESS_MS));
    fault_proxy_set(h.database_proxy, FAULT_CUT, 0);
    fault_proxy_set(h.database_proxy, FAULT_NONE, 0);
    (void)pthread_join(call.thread, NULL);
    client_send(&call.client, "/v1/transfers", call.request.key, call.request.body, &again);
    client_close(&call.client);
    assert_int_equal(call.answer.status, 201);
    assert_int_equal(again.status, 200);
    assert_string_equal(again.body, call.answer.body);
    history_add(&scene.history, call.request.key, &call.answer);
    scene_finish(&scene, &h, "cut within a COMMIT");
    assert_true(scene_never_logged(&h, "command_failed")); /* the unique key did not have to help */
}

static void under_load(void **state)
{
    (void)state;
    int swallowed = fault_proxy_swallowed(h.database_proxy);
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 1; i <= LOST_COMMITS; i++) {
        fault_proxy_swallow_commits(h.database_proxy, 1);
        assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
    }
    scene_finish(&scene, &h, "lost COMMIT reports");
    assert_int_equal(fault_proxy_swallowed(h.database_proxy), swallowed + LOST_COMMITS);
    assert_int_equal(scene.report.server_errors, 0);
}

/* The report is lost, and so are those of the tries to find out. */
static void lost_again_and_again(void **state)
{
    (void)state;
    int swallowed = fault_proxy_swallowed(h.database_proxy);
    scene_start(&scene, &h, 4, CLIENTS);
    fault_proxy_swallow_commits(h.database_proxy, LOST_COMMITS);
    assert_true(load_progress(scene.load, CALLS_BETWEEN, PROGRESS_MS));
    scene_finish(&scene, &h, "COMMIT reports lost in a row");
    assert_int_equal(fault_proxy_swallowed(h.database_proxy), swallowed + LOST_COMMITS);
}

static int run(void)
{
    static struct lone success = {"a transfer", 11, 201, 200};
    static struct lone refusal = {"a refused transfer", SCENE_FUNDS + 1, 402, 402};
    const struct CMUnitTest tests[] = {
        {"a transfer", lone_command, NULL, NULL, &success},
        {"a refused transfer", lone_command, NULL, NULL, &refusal},
        cmocka_unit_test(cut_within_a_commit),
        cmocka_unit_test(under_load),
        cmocka_unit_test(lost_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .database_proxy = true}, run);
}
