/* test_recon_life.c - recon-svc's life: it runs by itself, for operators on the bus, by one instance at a
   time; ready with its dependencies and not ready without; its settings, its end. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "shared/io/bus.h"
#include "tests/e2e/harness.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define OUTAGE_NOTICED_MS 15000
#define DRAIN_MS          10000
#define ANSWER_MS         20000
#define RUNS_MS           30000
#define SUBJECT           "pay.ops.recon.run"

static struct harness h;
static struct database database; /* only to connect */
static struct bus *bus;          /* as ops */

static bool is_not_ready(void *context)
{
    return !program_is_ready(context);
}

static bool has_run_thrice(void *conn)
{
    return strtol(
               database_value(conn, "select count(*) from paybus.reconcile_runs where state = 'completed'"),
               NULL, 10) >= 3;
}

static void runs_by_itself(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&database, "postgres");
    assert_true(eventually(has_run_thrice, conn, RUNS_MS));
    assert_string_equal(database_value(conn, "select string_agg(distinct mode, ' ' order by mode) from "
                                             "paybus.reconcile_runs where trigger = 'schedule'"),
                        "full incremental");
    assert_string_equal(
        database_value(conn, "select count(*) from paybus.reconcile_runs where mode = 'full'"), "1");
    assert_string_equal(database_value(conn, "select count(*) from paybus.reconcile_anomalies"), "0");
    PQfinish(conn);
}

/* What it answers, {"status":..,"body":{..}}. */
static json_t *ask_on(const char *subject, const char *body)
{
    natsMsg *msg = NULL;
    assert_int_equal(natsConnection_RequestString(&msg, bus_raw(bus), subject, body, ANSWER_MS), NATS_OK);
    json_t *json = json_loadb(natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg), 0, NULL);
    natsMsg_Destroy(msg);
    assert_non_null(json);
    return json;
}

static json_t *ask(const char *body)
{
    return ask_on(SUBJECT, body);
}

static int64_t status_of(const json_t *answer)
{
    return json_integer_value(json_object_get(answer, "status"));
}

/* One under way answers 409: asked again until it is over. */
static json_t *ask_until_free(const char *body)
{
    for (int i = 0; i < 1000; i++) {
        json_t *answer = ask(body);
        if (status_of(answer) != 409)
            return answer;
        json_decref(answer);
        pause_ms(10);
    }
    fail_msg("always another run");
    return NULL;
}

static void runs_for_operators(void **state)
{
    (void)state;
    json_t *answer = ask_until_free("{\"mode\":\"full\"}"), *body = json_object_get(answer, "body");
    assert_int_equal(status_of(answer), 200);
    assert_string_equal(json_string_value(json_object_get(body, "mode")), "full");
    assert_string_equal(json_string_value(json_object_get(body, "status")), "completed");
    assert_string_equal(json_string_value(json_object_get(body, "trigger")), "request");
    assert_int_equal(json_array_size(json_object_get(body, "anomalies")), 0);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(body, "summary"), "invalid_holds")),
                     0);
    json_decref(answer);
    answer = ask_until_free("{}");
    assert_int_equal(status_of(answer), 200);
    json_decref(answer);
    static const struct {
        const char *request;
        int status;
    } refused[] = {{"{\"mode\":\"half\"}", 422},
                   {"{\"mode\":1}", 400},
                   {"{\"more\":\"full\"}", 400},
                   {"[]", 400},
                   {"{", 400}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        answer = ask(refused[i].request);
        assert_int_equal(status_of(answer), refused[i].status);
        json_decref(answer);
    }
}

/* On the bus anybody is who he says: his name is marked, and he is not the second person, nor the first. */
static void names_on_the_bus_are_marked(void **state)
{
    (void)state;
    static const char *const of_two[][2] = {
        {"pay.ops.recon.approve", "{\"id\":\"an_01h455vb4pex5vsknk084sn02q\",\"note\":\"n\"}"},
        {"pay.ops.recon.resolve",
         "{\"id\":\"an_01h455vb4pex5vsknk084sn02q\",\"note\":\"n\",\"write_off\":true}"}};
    for (size_t i = 0; i < sizeof of_two / sizeof of_two[0]; i++) {
        json_t *answer = ask_on(of_two[i][0], of_two[i][1]), *body = json_object_get(answer, "body");
        assert_int_equal(status_of(answer), 409);
        assert_string_equal(json_string_value(json_object_get(body, "code")), "second_person_required");
        json_decref(answer);
    }
    json_t *missing = ask_on("pay.ops.recon.acknowledge",
                             "{\"id\":\"an_01h455vb4pex5vsknk084sn02q\",\"note\":\"n\",\"actor\":\"ann\"}");
    assert_int_equal(status_of(missing), 404);
    json_decref(missing);
    json_t *run = ask_until_free("{\"actor\":\"ann\"}"), *body = json_object_get(run, "body");
    assert_string_equal(json_string_value(json_object_get(body, "actor")), "nats:ann");
    json_decref(run);
}

static bool full_run_failed(void *conn)
{
    return strcmp(database_value(conn, "select count(*) > 0 from paybus.reconcile_runs"
                                       " where mode = 'full' and state = 'failed'"),
                  "t") == 0;
}

static bool incremental_runs_go_on(void *conn)
{
    return strtol(database_value(
                      conn, "select count(*) from paybus.reconcile_runs r where mode = 'incremental'"
                            " and state = 'completed' and started_at > (select max(f.finished_at)"
                            " from paybus.reconcile_runs f where f.mode = 'full' and f.state = 'failed')"),
                  NULL, 10) >= 3;
}

/* One of everything that cannot be done would otherwise be tried for ever, and nothing new be looked at. */
static void a_full_run_that_fails_stops_no_other(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "revoke select on paybus.idempotency_keys from paybus_recon");
    database_exec(conn, "update paybus.reconcile_runs set finished_at = finished_at - interval '2 days'"
                        " where mode = 'full' and state = 'completed'");
    assert_true(eventually(full_run_failed, conn, RUNS_MS));
    assert_true(eventually(incremental_runs_go_on, conn, RUNS_MS));
    assert_true(strtol(database_value(conn, "select count(*) from paybus.reconcile_runs where mode = 'full'"
                                            " and state = 'failed'"),
                       NULL, 10) <= h.recon_count);
    database_exec(conn, "grant select on paybus.idempotency_keys to paybus_recon");
    json_t *answer = ask_until_free("{\"mode\":\"full\"}");
    assert_int_equal(status_of(answer), 200);
    json_decref(answer);
    PQfinish(conn);
}

static bool misses_runs(void *program)
{
    return program_metric(program, "paybus_recon_runs_missed") >= 2;
}

static void ready_with_the_database_only(void **state)
{
    (void)state;
    servers_postgres_stop(&h.postgres, SERVERS_STOP_FAST);
    assert_true(eventually(is_not_ready, &h.recons[0], OUTAGE_NOTICED_MS));
    assert_true(eventually(misses_runs, &h.recons[0], OUTAGE_NOTICED_MS)); /* though there is nobody to ask */
    servers_postgres_start(&h.postgres);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static void ready_with_the_bus_only(void **state)
{
    (void)state;
    servers_nats_kill(&h.nats);
    assert_true(eventually(is_not_ready, &h.recons[0], OUTAGE_NOTICED_MS));
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static void ends_when_it_is_asked_to(void **state)
{
    (void)state;
    for (int i = 0; i < h.recon_count; i++) {
        assert_int_equal(program_stop(&h.recons[i], SIGTERM, DRAIN_MS), 0);
        assert_false(program_logged(&h.recons[i], "Permissions Violation"));
    }
}

static bool tells_what_is_open(void *program)
{
    return program_metric(program,
                          "paybus_recon_anomalies{code=\"debits_mismatch\",severity=\"critical\"}") == 1;
}

static bool tells_how_far_it_is_behind(void *recon)
{
    return program_metric(recon, "paybus_recon_watermark_lag_seconds") >= 1;
}

/* Alerts stand on these figures: a start must not say that all is well until a run has ended. */
static void what_was_found_is_told_before_the_first_run(void **state)
{
    (void)state;
    char account[TYPEID_TEXT_SIZE];
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(
        conn, "insert into paybus.reconcile_anomalies (id, code, check_id, severity, family, object_type, "
              "object, detail, first_seen_at, last_seen_at, first_run_id, last_run_id) select "
              "gen_random_uuid(), 'debits_mismatch', 'R03', 'critical', 'balances', 'account', 'acct_1', '', "
              "now(), now(), id, id from paybus.reconcile_runs limit 1");
    PQfinish(conn);
    program_set(&h.recons[0], "PAYBUS_RECON_INTERVAL_SECONDS", "3600");
    program_start(&h.recons[0]);
    assert_true(program_wait_ready(&h.recons[0], HARNESS_READY_MS));
    assert_true(eventually(tells_what_is_open, &h.recons[0], ANSWER_MS));
    assert_int_equal(program_metric(&h.recons[0], "paybus_recon_run_duration_seconds_count"), 0);
    assert_true(program_metric(&h.recons[0], "paybus_recon_last_success_timestamp_seconds") > 0);
    assert_true(program_metric(&h.recons[0], "paybus_recon_last_full_success_timestamp_seconds") > 0);
    assert_int_equal(program_metric(&h.recons[0], "paybus_recon_full_runs_missed"), 0);
    harness_open_account(&h, "EUR", account);
    assert_true(eventually(tells_how_far_it_is_behind, &h.recons[0], ANSWER_MS));
    assert_int_equal(program_stop(&h.recons[0], SIGTERM, DRAIN_MS), 0);
}

static void a_wrong_setting_ends_it(void **state)
{
    (void)state;
    program_set(&h.recons[0], "PAYBUS_RECON_LOAD_PERCENT", "0");
    int ends = program_ends(&h.recons[0]);
    program_start(&h.recons[0]);
    assert_true(program_wait_ends(&h.recons[0], ends + 1, DRAIN_MS));
    assert_int_equal(program_stop(&h.recons[0], SIGTERM, DRAIN_MS), 78);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_by_itself),
        cmocka_unit_test(runs_for_operators),
        cmocka_unit_test(names_on_the_bus_are_marked),
        cmocka_unit_test(a_full_run_that_fails_stops_no_other),
        cmocka_unit_test(ready_with_the_database_only),
        cmocka_unit_test(ready_with_the_bus_only),
        cmocka_unit_test(ends_when_it_is_asked_to),
        cmocka_unit_test(what_was_found_is_told_before_the_first_run),
        cmocka_unit_test(a_wrong_setting_ends_it),
    };
    static char credentials[SERVERS_PATH_SIZE + 32];
    harness_start(&h, &(struct harness_options){.recons = 2, .recon_seconds = 1});
    database.postgres = h.postgres;
    (void)snprintf(credentials, sizeof credentials, "%s/ops.nats", h.directory);
    const struct bus_options options = {
        .servers = h.nats.url, .credentials_file = credentials, .name = "test_recon_life"};
    if (bus_open(&options, &bus) != STATUS_OK || bus_wait_connected(bus, ANSWER_MS) != STATUS_OK)
        servers_fail("no connection to nats-server");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    bus_close(bus, 1000);
    harness_stop(&h, failed != 0);
    return failed;
}
