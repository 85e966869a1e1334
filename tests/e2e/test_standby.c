/* test_standby.c - PostgreSQL with a synchronous standby: a 2xx is on both servers, whoever cancels the wait
   for the standby and however a key is sent again meanwhile; so a failover loses nothing that was
   acknowledged. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "e2e_statements.h"
#include "tests/e2e/chain.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CLIENTS     4
#define CALLERS_MAX 8
#define TRANSFERS   5
#define PROGRESS_MS 15000
#define STORED_ONCE 2 /* the key and the transaction */

static struct harness h;
static struct servers_postgres standby;
static struct harness at_standby; /* only to look at the standby's database */
static struct scene scene;

static bool is_synchronous(void *context)
{
    (void)context;
    return harness_number(&h, E2E_SQL_COUNT_SYNCHRONOUS_STANDBYS) == 1;
}

/* ledger-svc is connected already: the settings change under its sessions. */
static int add_standby(void **state)
{
    (void)state;
    static const int statements[] = {E2E_SQL_REQUIRE_STANDBY, E2E_SQL_RELOAD_SETTINGS};
    servers_standby_create(&standby, &h.postgres, "standby");
    at_standby.postgres = standby;
    harness_do(&h, statements, 2);
    return eventually(is_synchronous, NULL, PROGRESS_MS) ? 0 : -1;
}

/* An earlier test that failed may have left the standby away and callers waiting for it. */
static void start_scene(int accounts, int clients)
{
    if (standby.pid == 0)
        skip();
    scene_start(&scene, &h, accounts, clients);
}

static int64_t count_stored(const struct harness *where, const char *key)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct db *db = harness_database(where);
    db_params_init(&params, 1024);
    db_param_text(&params, str_of(key));
    assert_int_equal(db_query(db, E2E_SQL_COUNT_STORED, &params, &r), STATUS_OK);
    int64_t count = db_get_int(r, 0, 0);
    db_close(db);
    return count;
}

static bool standby_has(void *key)
{
    return count_stored(&at_standby, key) == STORED_ONCE;
}

/* The standby is cut off the moment the answer is there: what it shows from then on, it has had. */
static void answered_is_on_the_standby(void **state)
{
    (void)state;
    struct client client;
    struct client_answer answer;
    struct transfer_request request;
    start_scene(2, 0);
    harness_client(&h, 0, &client);
    pid_t receiver = servers_standby_receiver(&standby);
    for (int i = 0; i < TRANSFERS; i++) {
        harness_new_transfer(scene.accounts[0], scene.accounts[1], 7, NULL, &request);
        client_send(&client, "/v1/transfers", request.key, request.body, &answer);
        assert_int_equal(kill(receiver, SIGSTOP), 0);
        bool there = eventually(standby_has, request.key, PROGRESS_MS);
        assert_int_equal(kill(receiver, SIGCONT), 0);
        assert_int_equal(answer.status, 201);
        assert_true(there);
        history_add(&scene.history, request.key, &answer);
    }
    client_close(&client);
    scene_finish(&scene, &h, "a standby");
}

/* Callers of the same transfer at the same time, each until it has a final answer. */
struct caller {
    struct client client;
    pthread_t thread;
    const struct transfer_request *request;
    struct client_answer answer;
    atomic_bool answered;
};
static struct caller callers[CALLERS_MAX];

static void *caller_main(void *context)
{
    struct caller *c = context;
    client_call(&c->client, "/v1/transfers", c->request->key, c->request->body, &c->answer);
    atomic_store(&c->answered, true);
    return NULL;
}

static void start_callers(int count, const struct transfer_request *request)
{
    for (int i = 0; i < count; i++) {
        struct caller *c = &callers[i];
        atomic_store(&c->answered, false);
        c->request = request;
        harness_client(&h, 0, &c->client);
        assert_int_equal(pthread_create(&c->thread, NULL, caller_main, c), 0);
    }
}

static void assert_nobody_was_answered(int count)
{
    for (int i = 0; i < count; i++) {
        if (atomic_load(&callers[i].answered))
            (void)fprintf(stderr, "answered %d without the standby\n", callers[i].answer.status);
        assert_false(atomic_load(&callers[i].answered));
    }
}

/* All were told the same, as created or as a replay. */
static void finish_callers(int count)
{
    for (int i = 0; i < count; i++)
        (void)pthread_join(callers[i].thread, NULL);
    for (int i = 0; i < count; i++) {
        assert_true(callers[i].answer.status == 201 || callers[i].answer.status == 200);
        assert_string_equal(callers[i].answer.body, callers[0].answer.body);
        client_close(&callers[i].client);
    }
}

/* Another session than *context waits: the one before was refused its wait, and what it did is looked at
 * anew. */
static bool waits_anew(void *context)
{
    int64_t *pid = context, now = harness_number(&h, E2E_SQL_FIND_WAIT_FOR_STANDBY);
    if (now == 0 || now == *pid)
        return false;
    *pid = now;
    return true;
}

static void end_wait(const char *function, int64_t pid)
{
    char sql[80];
    struct db *db = harness_database(&h);
    (void)snprintf(sql, sizeof sql, "select %s(%d)", function, (int)pid);
    assert_int_equal(db_exec(db, sql), STATUS_OK);
    db_close(db);
}

struct meddling {
    const char *name;
    int callers, rounds;
    const char *functions[2]; /* what ends the waits, in turn */
};

static void wait_is_cancelled(void **state)
{
    const struct meddling *m = *state;
    static struct transfer_request request;
    int64_t pid = 0;
    start_scene(2, 0);
    harness_new_transfer(scene.accounts[0], scene.accounts[1], 7, NULL, &request);
    servers_postgres_stop(&standby, SERVERS_STOP_FAST);
    start_callers(m->callers, &request);
    for (int i = 0; i < m->rounds; i++) {
        assert_true(eventually(waits_anew, &pid, PROGRESS_MS));
        assert_nobody_was_answered(m->callers);
        end_wait(m->functions[i % 2], pid);
    }
    assert_true(eventually(waits_anew, &pid, PROGRESS_MS));
    assert_int_equal(count_stored(&h, request.key), STORED_ONCE); /* done long since, on this server */
    assert_nobody_was_answered(m->callers);

    servers_postgres_start(&standby);
    finish_callers(m->callers);
    assert_int_equal(count_stored(&h, request.key), STORED_ONCE);
    assert_true(eventually(standby_has, request.key, PROGRESS_MS));
    history_add(&scene.history, request.key, &callers[0].answer);
    scene_finish(&scene, &h, m->name);
}

static bool standby_is_refused(void *context)
{
    (void)context;
    return program_logged(&h.ledgers[0], "in_hot_standby is on") ||
           program_logged(&h.ledgers[1], "in_hot_standby is on");
}

/* The standby takes the primary's address, and only then its part: who comes in between is not refused for
   good. The chain of blocks goes on where the old primary's was. */
static void failover(void **state)
{
    (void)state;
    char head[CHAIN_HEAD_SIZE];
    struct tool tool;
    start_scene(4, CLIENTS);
    assert_true(load_progress(scene.load, CLIENTS * 20, PROGRESS_MS));
    chain_head(&h, head); /* of the old primary, while it is writing */
    servers_postgres_stop(&h.postgres, SERVERS_STOP_KILL);
    servers_standby_move(&standby, h.postgres.port);
    assert_true(eventually(standby_is_refused, NULL, PROGRESS_MS));
    servers_standby_promote(&standby);
    assert_true(load_progress(scene.load, CLIENTS * 20, PROGRESS_MS));
    scene_finish(&scene, &h, "failover");
    assert_true(scene_never_logged(&h, "command_failed"));
    assert_true(eventually(chain_is_sealed, &h, PROGRESS_MS));
    assert_int_equal(chain_verify(&h, "--head", head, &tool), 0);
    assert_non_null(strstr(tool.output, "whole: "));
}

static int remove_standby(void **state)
{
    (void)state;
    servers_postgres_destroy(&standby);
    return 0;
}

static int run(void)
{
    static struct meddling lone = {"a wait cancelled", 1, 3, {"pg_cancel_backend", "pg_terminate_backend"}};
    static struct meddling twins = {
        "waits of twins cancelled", CALLERS_MAX, 10, {"pg_cancel_backend", "pg_cancel_backend"}};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answered_is_on_the_standby),
        /* First: a cancelled wait makes its ledger-svc connect anew, and then it cannot be wrong about the
           standby any more. */
        {"waits of twins cancelled", wait_is_cancelled, NULL, NULL, &twins},
        {"a wait cancelled", wait_is_cancelled, NULL, NULL, &lone},
        cmocka_unit_test(failover),
    };
    return cmocka_run_group_tests(tests, add_standby, remove_standby);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2}, run);
}
