/* neighbour_bench.c - how long a lone delivery takes while something that all owners share is full, slow or
   locked: streams, PostgreSQL, rows of another owner. Prints a line for run.sh.
   usage: neighbour_bench [case]..., all of them without */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/bench/lone.h"
#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define POISON      200
#define STUCK       400 /* pieces of work that fail again and again, of which the stream takes so many */
#define WORK_ROOM   300
#define TIMEOUT_MS  1000 /* of a delivery: several end while they are locked */
#define ROUND_TRIPS 50
#define LOCKS       3

static struct lone l;
static struct inbound in;
static int64_t alone_us; /* p50 */

static void alone(void)
{
    alone_us = lone_measure(&l, "alone_");
}

/* What nobody can do anything with is given up at once. */
static void beside_a_full_dlq(void)
{
    inbound_refuse(&in, "PAY_DLQ", true);
    (void)inbound_add(&in, "poison-", POISON, "demo.fund", "{\"nothing\":1}");
    (void)lone_measure(&l, "full_dlq_");
    inbound_refuse(&in, "PAY_DLQ", false);
}

static bool is_work_full(void *context)
{
    (void)context;
    return inbound_stream_messages(&in, "PAY_WORK") >= WORK_ROOM;
}

/* Until all of it is dead, half a minute later. */
static void beside_full_work(void)
{
    inbound_fail(&in, "stuck-", STUCK, -1);
    inbound_limit_work(&in, WORK_ROOM);
    (void)inbound_add(&in, "stuck-", STUCK, "demo.fund", "{}");
    if (!eventually(is_work_full, NULL, LONE_WAIT_MS))
        servers_fail("PAY_WORK does not fill");
    (void)lone_measure(&l, "full_work_");
    inbound_limit_work(&in, -1);
}

static int64_t round_trip_us(void)
{
    char conninfo[128];
    (void)snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=postgres dbname=paybus",
                   fault_proxy_port(l.h.webhook_database_proxy));
    PGconn *c = PQconnectdb(conninfo);
    int64_t begun_us = clock_monotonic_us();
    for (int i = 0; i < ROUND_TRIPS; i++) {
        CLEANUP(db_result_ptr) PGresult *r = PQexec(c, "select");
        if (PQresultStatus(r) != PGRES_TUPLES_OK)
            servers_fail("no answer through the proxy: %s", PQerrorMessage(c));
    }
    PQfinish(c);
    return (clock_monotonic_us() - begun_us) / ROUND_TRIPS;
}

/* As many times as webhook-svc asks PostgreSQL, one question after the answer to the one before. */
static void beside_slow_postgresql(void)
{
    static const int delays_ms[] = {2, 5, 10};
    for (size_t i = 0; i < sizeof delays_ms / sizeof delays_ms[0]; i++) {
        char name[32];
        fault_proxy_set(l.h.webhook_database_proxy, FAULT_DELAY, delays_ms[i]);
        int64_t trip_us = round_trip_us();
        (void)snprintf(name, sizeof name, "slow_%d_", 2 * delays_ms[i]);
        int64_t p50_us = lone_measure(&l, name);
        (void)printf(" %strip_us=%" PRId64 " %strips=%.1f", name, trip_us, name,
                     (double)(p50_us - alone_us) / (double)trip_us);
        fault_proxy_set(l.h.webhook_database_proxy, FAULT_NONE, 0);
    }
}

/* Rows of one more owner are locked while there is something to be done with them. */
static void beside_locked_rows(void)
{
    static const struct {
        const char *table, *path, *rows;
    } locks[] = {{"webhook_endpoints", "/500", "id"},
                 {"webhook_endpoint_health", "/500", "endpoint_id"},
                 {"work", "/hang", "endpoint_id"}};
    for (int i = 0; i < LOCKS; i++) {
        const struct ring r = {LONE_NEIGHBOURS + 2 * i, 2};
        struct db *db = harness_database(&l.h);
        char name[64], sql[256];
        (void)snprintf(name, sizeof name, "locked-%d", i);
        lone_open_accounts(&l, name, &r);
        lone_make_endpoint(&l, &(struct lone_endpoint){name, "http", locks[i].path, l.receiver});
        int before = receiver_count(l.receiver, locks[i].path);
        lone_make_batch(&l, &r, 0);
        if (!receiver_wait(l.receiver, locks[i].path, before + 1, LONE_WAIT_MS))
            servers_fail("nothing comes to %s", name);
        (void)snprintf(sql, sizeof sql,
                       "select from paybus.%s where %s in (select id from paybus.webhook_endpoints where"
                       " owner = '%s') for update",
                       locks[i].table, locks[i].rows, name);
        if (db_exec(db, "begin") != STATUS_OK || db_exec(db, sql) != STATUS_OK)
            servers_fail("nothing is locked: %s", db_error(db));
        lone_make_batch(&l, &r, 0);
        (void)snprintf(name, sizeof name, "locked_%s_", locks[i].table);
        (void)lone_measure(&l, name);
        if (db_exec(db, "commit") != STATUS_OK)
            servers_fail("the lock is lost: %s", db_error(db));
        db_close(db);
    }
}

static void beside_a_long_snapshot(void)
{
    struct db *db = harness_database(&l.h);
    if (db_exec(db, "begin isolation level repeatable read") != STATUS_OK ||
        db_exec(db, "select count(*) from paybus.work") != STATUS_OK)
        servers_fail("no snapshot: %s", db_error(db));
    for (int i = 0; i < 20; i++)
        lone_make_batch(&l, &lone_neighbours, i);
    pause_ms(3000);
    (void)lone_measure(&l, "long_snapshot_");
    db_close(db);
}

static void beside_a_heavy_query(void)
{
    struct db *db = harness_database(&l.h);
    if (PQsendQuery(db_raw(db), "select count(md5(i::text)) from generate_series(1, 1000000000) i") != 1)
        servers_fail("no query: %s", PQerrorMessage(db_raw(db)));
    (void)lone_measure(&l, "heavy_query_");
    PGcancel *cancel = PQgetCancel(db_raw(db));
    char why[256];
    if (PQcancel(cancel, why, sizeof why) != 1)
        servers_fail("it goes on: %s", why);
    PQfreeCancel(cancel);
    db_close(db);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"full_dlq", beside_a_full_dlq}, {"full_work", beside_full_work},      {"slow", beside_slow_postgresql},
    {"locked", beside_locked_rows},  {"snapshot", beside_a_long_snapshot}, {"query", beside_a_heavy_query},
};

static bool is_asked_for(const char *name, int argc, char **argv)
{
    bool asked = argc < 2;
    for (int i = 1; i < argc; i++)
        asked = asked || strcmp(argv[i], name) == 0;
    return asked;
}

int main(int argc, char **argv)
{
    lone_open(&l, &(struct harness_options){.webhooks = 1, .webhook_database_proxy = true});
    (void)program_stop(&l.h.webhooks[0], SIGTERM, LONE_STOP_MS);
    program_set(&l.h.webhooks[0], "PAYBUS_WEBHOOK_DELIVERY_TIMEOUT_MS", "%d", TIMEOUT_MS);
    program_start(&l.h.webhooks[0]);
    inbound_open(&in, &l.h);
    (void)printf("RESULT");
    alone();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (is_asked_for(cases[i].name, argc, argv))
            cases[i].run();
    (void)printf("\n");
    inbound_close(&in);
    lone_close(&l);
    return 0;
}
