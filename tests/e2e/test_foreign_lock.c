/* test_foreign_lock.c - somebody outside ledger-svc keeps the row of an account or a hold locked, as an
   operator's forgotten session does. Commands that need it are refused for the moment; all others go on as if
   nothing was. */
#include <signal.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define BLOCKED_CLIENTS 4
#define FREE_CALLS      200
#define FREE_MS                                                                                              \
    6000 /* the first may have to wait for a lock_timeout; one more batch in vain would be too many */
#define FREE_SLOWEST_US INT64_C(3000000)
#define AMOUNT          1
#define STOP_MS         10000
#define PROGRESS_MS     20000
#define PATH_SIZE       96

enum { LOCKED, OTHER, FROM, TO, ACCOUNTS };

static struct harness h;
static struct scene scene;
static struct db *foreign;

/* Clients that want what is locked until they are told to stop; what they did not get they ask for again. */
struct blocked {
    pthread_t thread;
    struct client client;
    char path[PATH_SIZE];
    struct transfer_request request;
    struct client_answer answer;
    atomic_int_fast64_t refused;
};
static struct blocked blocked[BLOCKED_CLIENTS];
static int blocked_count;
static atomic_bool is_free;

static void *blocked_main(void *context)
{
    struct blocked *b = context;
    do {
        client_send(&b->client, b->path, b->request.key, b->request.body, &b->answer);
        if (b->answer.status == 503 || b->answer.status == 504)
            atomic_fetch_add(&b->refused, 1);
    } while (b->answer.status >= 500 && !atomic_load(&is_free));
    if (b->answer.status >= 500)
        client_call(&b->client, b->path, b->request.key, b->request.body, &b->answer);
    return NULL;
}

static void lock(int statement, const char *prefix, const char *text)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct uuid id;
    assert_int_equal(typeid_parse(prefix, str_of(text), &id), STATUS_OK);
    db_params_init(&params, 64);
    db_param_uuid(&params, &id);
    foreign = harness_database(&h);
    assert_int_equal(db_exec(foreign, "begin"), STATUS_OK);
    assert_int_equal(db_query(foreign, statement, &params, &r), STATUS_OK);
    assert_int_equal(PQntuples(r), 1);
}

static void unlock(void)
{
    assert_int_equal(db_exec(foreign, "rollback"), STATUS_OK);
    db_close(foreign);
}

static void start_blocked(const char *path, const struct transfer_request *request)
{
    struct blocked *b = &blocked[blocked_count++];
    atomic_store(&is_free, false);
    atomic_store(&b->refused, 0);
    b->request = *request;
    (void)snprintf(b->path, sizeof b->path, "%s", path);
    harness_client(&h, 0, &b->client);
    assert_int_equal(pthread_create(&b->thread, NULL, blocked_main, b), 0);
}

/* They have what they wanted once the lock is gone, each once. */
static void finish_blocked(void)
{
    atomic_store(&is_free, true);
    for (; blocked_count > 0; blocked_count--) {
        int i = blocked_count - 1;
        (void)pthread_join(blocked[i].thread, NULL);
        assert_in_range(atomic_load(&blocked[i].refused), 1, 1000);
        assert_true(blocked[i].answer.status == 201 || blocked[i].answer.status == 200);
        history_add(&scene.history, blocked[i].request.key, &blocked[i].answer);
        client_close(&blocked[i].client);
    }
}

static bool is_noticed(void *context)
{
    (void)context;
    return atomic_load(&blocked[0].refused) > 0 && program_logged(&h.ledgers[0], "rows_locked_by_others");
}

/* Done before: the answer is stored, nothing has to be locked. */
static void expect_replay(struct client *client, const struct transfer_request *request)
{
    struct client_answer answer;
    client_send(client, "/v1/transfers", request->key, request->body, &answer);
    assert_int_equal(answer.status, 200);
}

/* Beside those who are blocked, with what was done before. */
static void expect_free_calls(struct client *client, const struct transfer_request *done)
{
    struct client_answer answer;
    struct transfer_request request;
    assert_true(eventually(is_noticed, NULL, PROGRESS_MS));
    int64_t start_ms = clock_monotonic_ms();
    client->slowest_try_us = 0;
    for (int i = 0; i < FREE_CALLS; i++) {
        harness_new_transfer(scene.accounts[FROM], scene.accounts[TO], AMOUNT, NULL, &request);
        client_send(client, "/v1/transfers", request.key, request.body, &answer);
        assert_int_equal(answer.status, 201);
        history_add(&scene.history, request.key, &answer);
        expect_replay(client, done);
    }
    (void)fprintf(stderr, "%d calls beside the locked row in %lld ms, slowest %lld ms\n", FREE_CALLS,
                  (long long)(clock_monotonic_ms() - start_ms), (long long)client->slowest_try_us / 1000);
    assert_in_range(clock_monotonic_ms() - start_ms, 0, FREE_MS);
    assert_in_range(client->slowest_try_us, 0, FREE_SLOWEST_US);
}

static void do_before(struct client *client, struct transfer_request *ret_done)
{
    struct client_answer answer;
    harness_new_transfer(scene.accounts[LOCKED], scene.accounts[TO], AMOUNT, NULL, ret_done);
    client_send(client, "/v1/transfers", ret_done->key, ret_done->body, &answer);
    assert_int_equal(answer.status, 201);
    history_add(&scene.history, ret_done->key, &answer);
}

static void others_go_on(void **state)
{
    (void)state;
    struct client client;
    struct transfer_request request, done;
    scene_start(&scene, &h, ACCOUNTS, 0);
    harness_client(&h, 0, &client);
    do_before(&client, &done);
    lock(E2E_SQL_LOCK_ACCOUNT, "acct", scene.accounts[LOCKED]);
    for (int i = 0; i < BLOCKED_CLIENTS; i++) {
        harness_new_transfer(scene.accounts[LOCKED], scene.accounts[OTHER], AMOUNT, NULL, &request);
        start_blocked("/v1/transfers", &request);
    }
    expect_free_calls(&client, &done);
    unlock();
    finish_blocked();
    client_close(&client);
    scene_finish(&scene, &h, "an account locked by others");
    assert_int_equal(harness_available(&h, scene.accounts[LOCKED]),
                     SCENE_FUNDS - (BLOCKED_CLIENTS + 1) * AMOUNT);
    assert_true(scene_never_logged(&h, "command_failed"));
}

/* The path that captures a new hold on the account that will be locked. *ret_hold: its id. */
static void authorize(struct client *client, char ret_path[PATH_SIZE], char ret_hold[TYPEID_TEXT_SIZE])
{
    char body[160], key[HARNESS_KEY_SIZE];
    struct client_answer answer;
    (void)snprintf(body, sizeof body, "{\"account\":\"%s\",\"amount\":%d}", scene.accounts[LOCKED], AMOUNT);
    harness_new_key(key);
    client_call(client, "/v1/holds", key, body, &answer);
    assert_int_equal(answer.status, 201);
    const char *at = strstr(answer.body, "\"id\":\"hold_");
    assert_non_null(at);
    at += strlen("\"id\":\"");
    (void)snprintf(ret_hold, TYPEID_TEXT_SIZE, "%.*s", (int)strcspn(at, "\""), at);
    (void)snprintf(ret_path, PATH_SIZE, "/v1/holds/%s/capture", ret_hold);
}

/* A capture names its account by its hold only; it is refused alike, and nobody is taken for poison. */
static void a_capture_is_refused(void **state)
{
    (void)state;
    char path[PATH_SIZE], hold[TYPEID_TEXT_SIZE], key[HARNESS_KEY_SIZE];
    struct client client;
    struct client_answer answer;
    scene_start(&scene, &h, ACCOUNTS, 0);
    harness_client(&h, 0, &client);
    authorize(&client, path, hold);
    lock(E2E_SQL_LOCK_ACCOUNT, "acct", scene.accounts[LOCKED]);
    harness_new_key(key);
    client_send(&client, path, key, "{}", &answer);
    assert_true(answer.status == 503 || answer.status == 504);
    unlock();
    client_call(&client, path, key, "{}", &answer);
    assert_true(answer.status == 201 || answer.status == 200);
    client_close(&client);
    assert_int_equal(money_check(&h, NULL), 0);
    history_free(&scene.history);
    assert_true(scene_never_logged(&h, "command_failed"));
}

/* Nobody waits for a hold's row either, but who wants to capture it. */
static void others_go_on_beside_a_hold(void **state)
{
    (void)state;
    char path[PATH_SIZE], hold[TYPEID_TEXT_SIZE];
    struct client client;
    struct transfer_request done, capture = {.body = "{}"};
    scene_start(&scene, &h, ACCOUNTS, 0);
    harness_client(&h, 0, &client);
    do_before(&client, &done);
    authorize(&client, path, hold);
    lock(E2E_SQL_LOCK_HOLD, "hold", hold);
    harness_new_key(capture.key);
    start_blocked(path, &capture);
    expect_free_calls(&client, &done);
    unlock();
    finish_blocked();
    client_close(&client);
    assert_int_equal(money_check(&h, NULL), 0);
    history_free(&scene.history);
    assert_true(scene_never_logged(&h, "command_failed"));
}

/* One worker: whoever is behind a command that waits, waits too. */
static int one_worker(void **state)
{
    (void)state;
    assert_int_not_equal(program_stop(&h.ledgers[0], SIGTERM, STOP_MS), PROGRAM_STILL_RUNS);
    program_set(&h.ledgers[0], "PAYBUS_LEDGER_WORKERS", "1");
    program_start(&h.ledgers[0]);
    return program_wait_ready(&h.ledgers[0], HARNESS_READY_MS) ? 0 : -1;
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_go_on_beside_a_hold),
        cmocka_unit_test(others_go_on),
        cmocka_unit_test(a_capture_is_refused),
    };
    return cmocka_run_group_tests(tests, one_worker, NULL);
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){0}, run);
}
