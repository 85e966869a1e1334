/* test_recon_http.c - reconciliation for operators over HTTP: runs and their reports, what is wrong, and what
   people decide about it. What is planted is a counter of an account that nothing explains. */
#include <signal.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/recon.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define STOP_MS 10000
#define SOON_MS 20000
#define BUSY_RUN                                                                                             \
    "insert into paybus.reconcile_runs (id, mode, trigger, actor, instance, from_seq, mark_seq, mark_above)" \
    " values ('01890000-0000-7000-8000-000000000001', 'full', 'once', 'x', 'x', 0, 0, '1')"

static struct harness h;
static struct api api;
static struct database database; /* only to connect */
static struct api_key ann, ben;
static char account[TYPEID_TEXT_SIZE], anomaly[64];

static void superuser(const char *sql)
{
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "set session_replication_role = replica");
    database_exec(conn, sql);
    PQfinish(conn);
}

static int post_as(const struct api_key *key, const char *path, const char *body)
{
    char text[512];
    cast_text(body, text, sizeof text);
    return api_send(&api, &(struct api_request){.path = path, .api_key = key->secret, .body = text});
}

/* A full run as ann; its report is the answer. */
static void run_full(void)
{
    assert_int_equal(post_as(&ann, "/v1/reconcile/run", "{'mode':'full'}"), 200);
    assert_string_equal(api_string(&api, "status"), "completed");
}

/* Of the last run. */
static size_t anomalies_reported(void)
{
    return json_array_size(api_at(&api, "anomalies"));
}

static int decide(const struct api_key *key, const char *what, const char *body)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/reconcile/anomalies/%s/%s", anomaly, what);
    return post_as(key, path, body);
}

static void look(const char *state)
{
    assert_int_equal(api_get(&api, "/v1/reconcile/anomalies/%s", anomaly), 200);
    assert_string_equal(api_string(&api, "state"), state);
}

static bool has_run(void *context)
{
    (void)context;
    return api_get(&api, "/v1/reconcile/latest") == 200;
}

static void runs_and_reports(void **state)
{
    (void)state;
    char path[96];
    assert_true(eventually(has_run, NULL, SOON_MS)); /* the first one is due at once */
    assert_int_equal(post_as(&ann, "/v1/reconcile/run", "{}"), 200);
    assert_string_equal(api_string(&api, "mode"), "incremental");
    assert_string_equal(api_string(&api, "trigger"), "request");
    assert_string_equal(api_string(&api, "actor"), ann.id);
    run_full();
    assert_string_equal(api_string(&api, "mode"), "full");
    assert_int_equal(anomalies_reported(), 0);
    assert_int_equal(api_int(&api, "summary.unbalanced_transactions"), 0);
    assert_int_equal(api_int(&api, "summary.dlq_state_anomalies"), 0);
    assert_true(api_int(&api, "scanned.entries") >= 2);
    json_t *report = json_deep_copy(api.json);
    (void)snprintf(path, sizeof path, "/v1/reconcile/runs/%s", api_string(&api, "run_id"));
    assert_int_equal(api_get(&api, "%s", path), 200);
    assert_true(json_equal(report, api.json));
    assert_int_equal(api_get(&api, "/v1/reconcile/latest"), 200);
    assert_true(json_equal(report, api.json));
    json_decref(report);
}

static void runs_are_listed(void **state)
{
    (void)state;
    assert_int_equal(api_get(&api, "/v1/reconcile/runs?mode=full&status=completed&limit=1"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
    assert_string_equal(api_string(&api, "data.0.actor"), ann.id);
    assert_non_null(api_at(&api, "data.0.summary.invalid_holds"));
    char cursor[256];
    (void)snprintf(cursor, sizeof cursor, "%s", api_string(&api, "next_cursor"));
    assert_int_equal(api_get(&api, "/v1/reconcile/runs?mode=full&status=completed&limit=1&cursor=%s", cursor),
                     200);
    assert_string_equal(api_string(&api, "data.0.trigger"), "schedule");
    assert_true(json_is_null(api_at(&api, "next_cursor")));
    assert_int_equal(api_get(&api, "/v1/reconcile/runs?status=failed"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
    assert_int_equal(api_get(&api, "/v1/reconcile/runs?created_to=2020-01-01T00:00:00Z"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
}

static void wrong_requests(void **state)
{
    (void)state;
    static const struct {
        const char *path, *body;
        int status;
        const char *code, *pointer;
    } cases[] = {
        {"run", "{'mode':'half'}", 422, "invalid_value", "/mode"},
        {"run", "{'mode':1}", 400, "wrong_type", "/mode"},
        {"run", "{'actor':'bob'}", 400, "unknown_field", "/actor"},
        {"run", "[]", 400, "invalid_json", NULL},
        {"anomalies/an_01h455vb4pex5vsknk084sn02q/acknowledge", "{}", 400, "missing_field", "/note"},
        {"anomalies/an_01h455vb4pex5vsknk084sn02q/acknowledge", "{'note':''}", 422, "invalid_value", "/note"},
        {"anomalies/an_01h455vb4pex5vsknk084sn02q/acknowledge", "{'note':'n','write_off':true}", 400,
         "unknown_field", "/write_off"},
        {"anomalies/an_01h455vb4pex5vsknk084sn02q/resolve", "{'note':'n','write_off':'yes'}", 400,
         "wrong_type", "/write_off"},
        {"anomalies/an_01h455vb4pex5vsknk084sn02q/acknowledge", "{'note':'n'}", 404, "not_found", NULL},
        {"anomalies/an_01h455vb4pex5vsknk084sn02q/resolve", "{'note':'n'}", 404, "not_found", NULL},
        {"anomalies/an_01h455vb4pex5vsknk084sn02q/approve", "{'note':'n'}", 404, "not_found", NULL},
        {"anomalies/acct_01h455vb4pex5vsknk084sn02q/approve", "{'note':'n'}", 404, "not_found", NULL},
    };
    char path[128];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(path, sizeof path, "/v1/reconcile/%s", cases[i].path);
        (void)post_as(&ann, path, cases[i].body);
        api_expect_problem(&api, cases[i].status, cases[i].code, cases[i].pointer);
    }
    static const char *const lists[] = {"runs?mode=half", "runs?state=open", "anomalies?state=closed",
                                        "anomalies?limit=0", "anomalies?cursor=x"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        assert_int_equal(api_get(&api, "/v1/reconcile/%s", lists[i]), 400);
}

static void plant(int amount)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql,
                   "update paybus.accounts set credits_pending = %d "
                   "where api.typeid('acct', id) = '%s'",
                   amount, account);
    superuser(sql);
}

static void an_anomaly_is_shown(void **state)
{
    (void)state;
    plant(5);
    run_full();
    assert_int_equal(anomalies_reported(), 1);
    assert_int_equal(api_int(&api, "summary.invalid_holds"), 1);
    assert_string_equal(api_string(&api, "anomalies.0.code"), "pending_credits");
    assert_string_equal(api_string(&api, "anomalies.0.check"), "R04");
    assert_string_equal(api_string(&api, "anomalies.0.severity"), "error");
    assert_string_equal(api_string(&api, "anomalies.0.object"), account);
    assert_string_equal(api_string(&api, "anomalies.0.state"), "open");
    assert_int_equal(api_int(&api, "anomalies.0.actual"), 5);
    (void)snprintf(anomaly, sizeof anomaly, "%s", api_string(&api, "anomalies.0.id"));
    static const struct {
        const char *filter;
        size_t rows;
    } cases[] = {{"", 1},
                 {"?code=pending_credits&check=R04&severity=error&family=invalid_holds&state=open", 1},
                 {"?code=held_mismatch", 0},
                 {"?check=R05", 0},
                 {"?severity=critical", 0},
                 {"?family=event_anomalies", 0},
                 {"?object=acct_x", 0},
                 {"?state=acknowledged", 0},
                 {"?state=resolved", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(api_get(&api, "/v1/reconcile/anomalies%s", cases[i].filter), 200);
        assert_int_equal(json_array_size(api_at(&api, "data")), cases[i].rows);
    }
}

static void two_people_write_off(void **state)
{
    (void)state;
    look("open");
    assert_int_equal(json_array_size(api_at(&api, "decisions")), 0);
    assert_int_equal(decide(&ann, "acknowledge", "{'note':'a look'}"), 200);
    assert_string_equal(api_string(&api, "state"), "acknowledged");
    (void)decide(&ben, "approve", "{'note':'nobody asked'}");
    api_expect_problem(&api, 409, "invalid_anomaly_state", NULL);
    assert_int_equal(decide(&ann, "resolve", "{'note':'five cents','write_off':true}"), 200);
    assert_string_equal(api_string(&api, "state"), "acknowledged");
    assert_string_equal(api_string(&api, "write_off_by"), ann.id);
    (void)decide(&ann, "approve", "{'note':'by myself'}");
    api_expect_problem(&api, 409, "second_person_required", NULL);
    assert_int_equal(decide(&ben, "approve", "{'note':'agreed'}"), 200);
    assert_string_equal(api_string(&api, "state"), "written_off");
    (void)decide(&ann, "resolve", "{'note':'too late'}");
    api_expect_problem(&api, 409, "invalid_anomaly_state", NULL);
    run_full(); /* it is still there, and known */
    assert_int_equal(anomalies_reported(), 0);
    assert_int_equal(api_int(&api, "summary.invalid_holds"), 0);
    look("written_off");
    assert_int_equal(json_array_size(api_at(&api, "decisions")), 3);
    assert_string_equal(api_string(&api, "decisions.0.action"), "write_off_approved");
    assert_string_equal(api_string(&api, "decisions.0.actor"), ben.id);
    assert_string_equal(api_string(&api, "decisions.0.note"), "agreed");
}

/* What was agreed to was five; nor is a wish of then one for an amount of now. */
static void another_amount_opens_it_again(void **state)
{
    (void)state;
    plant(6);
    run_full();
    assert_int_equal(anomalies_reported(), 1);
    look("open");
    assert_string_equal(api_string(&api, "decisions.0.action"), "opened");
    assert_int_equal(decide(&ben, "resolve", "{'note':'six','write_off':true}"), 200);
    plant(7);
    run_full();
    (void)decide(&ann, "approve", "{'note':'agreed to six'}");
    api_expect_problem(&api, 409, "invalid_anomaly_state", NULL);
}

static void resolved_by_people_and_by_itself(void **state)
{
    (void)state;
    assert_int_equal(decide(&ann, "resolve", "{'note':'said somebody'}"), 200);
    assert_string_equal(api_string(&api, "state"), "resolved");
    run_full();
    look("open"); /* it was not true */
    plant(0);
    run_full();
    assert_int_equal(anomalies_reported(), 0);
    look("resolved");
    assert_string_equal(api_string(&api, "decisions.0.action"), "resolved");
    assert_string_equal(api_string(&api, "decisions.0.actor"), "recon-svc");
    assert_int_equal(api_get(&api, "/v1/reconcile/anomalies?state=resolved"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
}

static void demo_figures(void **state)
{
    (void)state;
    assert_int_equal(api_get(&api, "/v1/demo/stats"), 200);
    assert_true(api_int(&api, "reconcile_runs_total") >= 3);
    assert_non_null(strchr(api_string(&api, "last_reconcile_at"), 'T'));
}

/* Another process has the lock, and its run. */
static void one_at_a_time(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "select pg_advisory_lock('paybus.reconcile_runs'::regclass::oid::bigint)");
    database_exec(conn, BUSY_RUN);
    (void)post_as(&ann, "/v1/reconcile/run", "{}");
    api_expect_problem(&api, 409, "reconciliation_running", NULL);
    assert_string_equal(api_string(&api, "run_id"),
                        database_value(conn, "select api.typeid('run', id) from paybus.reconcile_runs "
                                             "where state = 'running'"));
    PQfinish(conn);
    run_full(); /* it took that for left behind */
    assert_int_equal(api_get(&api, "/v1/reconcile/runs?status=aborted"), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 1);
}

static void nobody_is_there(void **state)
{
    (void)state;
    assert_int_equal(program_stop(&h.recons[0], SIGTERM, STOP_MS), 0);
    assert_false(program_logged(&h.recons[0], "Permissions Violation"));
    (void)post_as(&ann, "/v1/reconcile/run", "{}");
    api_expect_problem(&api, 503, "unavailable", NULL);
    assert_int_equal(api_get(&api, "/v1/reconcile/latest"), 200);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_and_reports),
        cmocka_unit_test(runs_are_listed),
        cmocka_unit_test(wrong_requests),
        cmocka_unit_test(an_anomaly_is_shown),
        cmocka_unit_test(two_people_write_off),
        cmocka_unit_test(another_amount_opens_it_again),
        cmocka_unit_test(resolved_by_people_and_by_itself),
        cmocka_unit_test(demo_figures),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(nobody_is_there),
    };
    database.postgres = h.postgres;
    api_open(&api, &h, 0);
    api_key_make(&h, "ann", "ops,reconcile:write", &ann);
    api_key_make(&h, "ben", "ops,reconcile:write", &ben);
    harness_open_account(&h, "EUR", account);
    harness_deposit(&h, account, "EUR", 1000);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.recons = 1, .recon_seconds = 3600}, run);
}
