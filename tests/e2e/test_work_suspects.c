/* test_work_suspects.c - work that kills its worker each time is dead at last, and takes nobody with it; nor
   does a worker that is killed again and again. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define WAIT_MS  120000
#define STOP_MS  10000
#define INNOCENT 100
#define KILLS    6
#define POISON   "poison.kills"

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];

static size_t add_innocent(const char *prefix)
{
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":7,\"currency\":\"EUR\"}",
                   account);
    return inbound_add(&in, prefix, INNOCENT, "demo.fund", payload);
}

static void one_kills_its_worker_each_time(void **state)
{
    (void)state;
    struct program *p = &h.webhooks[0];
    int ends = program_ends(p) + 1;
    (void)program_stop(p, SIGTERM, STOP_MS);
    program_set(p, "PAYBUS_CRASH_POINT", "%s:1", POISON);
    size_t first = add_innocent("beside-poison-");
    size_t poison = inbound_add(&in, "poison-", 1, POISON, "{}");
    inbound_publish(&in, first, INNOCENT + 1, 1);
    program_start(p);
    program_keep(p, true);
    harness_keep_all(&h, true);
    assert_true(inbound_wait(&in, WAIT_MS));
    harness_keep_all(&h, false);
    assert_true(program_ends(p) > ends + KILLS);
    assert_int_equal(inbound_count(&in).states[INBOUND_DEAD], 1);
    assert_string_equal(inbound_find(&in, poison).state, "dead");
    assert_int_equal(inbound_effects(&in), INNOCENT);
    program_set(p, "PAYBUS_CRASH_POINT", "%s", "");
}

/* One of them, or more, in their so manieth attempt. */
static bool is_begun(void *attempt)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql,
                   "select from paybus.work where state = 'processing' and attempts = %d limit 1",
                   *(int *)attempt);
    PGresult *r = PQexec(db_raw(in.db), sql);
    bool begun = PQntuples(r) == 1;
    PQclear(r);
    return begun;
}

static void run_sql(struct db *db, const char *sql)
{
    if (db_exec(db, sql) != STATUS_OK)
        servers_fail("%s: %s", sql, db_error(db));
}

static void a_worker_is_killed_again_and_again(void **state)
{
    (void)state;
    struct program *p = &h.webhooks[0];
    int64_t effects = inbound_effects(&in);
    struct db *db = harness_database(&h);
    (void)program_stop(p, SIGTERM, STOP_MS);
    size_t first = add_innocent("beside-kills-");
    run_sql(db, "begin");
    run_sql(db, "lock table paybus.entries in exclusive mode"); /* ledger-svc answers late */
    inbound_publish(&in, first, INNOCENT, 1);
    for (int attempt = 1; attempt <= KILLS; attempt++) {
        program_start(p);
        assert_true(eventually(is_begun, &attempt, WAIT_MS));
        (void)program_stop(p, SIGKILL, STOP_MS);
    }
    run_sql(db, "commit");
    db_close(db);
    program_start(p);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_count(&in).states[INBOUND_DEAD], 1); /* the poison of before */
    assert_int_equal(inbound_effects(&in), effects + INNOCENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_kills_its_worker_each_time),
        cmocka_unit_test(a_worker_is_killed_again_and_again),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1, .lease_seconds = 2, .sweep_seconds = 2});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
