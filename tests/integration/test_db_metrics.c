/* test_db_metrics.c - what is counted of a real PostgreSQL: round trips by what they do, connects that fail
 * by why. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger_statements.h"
#include "shared/io/db.h"
#include "shared/io/log.h"
#include "shared/io/metrics.h"
#include "tests/support/ports.h"
#include "tests/support/servers.h"

enum { READ, WRITE, LOCK, STATEMENTS };
static const struct db_statement statements[] = {
    [READ] = {"read", "select count(*) from item", DB_READ},
    [WRITE] = {"write", "insert into item default values", DB_WRITE},
    [LOCK] = {"lock", "select pg_advisory_xact_lock(1)", DB_LOCK},
};
static const char *const classes[] = {"control", "read", "write", "lock", "commit"};
static const char *const reasons[] = {"unreachable", "timeout",    "credentials", "full",
                                      "starting",    "statements", "other"};
#define CLASSES (sizeof classes / sizeof classes[0])
#define REASONS (sizeof reasons / sizeof reasons[0])

static struct servers_postgres pg;
static struct db_options options = {.service = "test_db_metrics", .connect_timeout_ms = 2000};

static int start_server(void **state)
{
    (void)state;
    struct db *db = NULL;
    servers_postgres_create(&pg, NULL);
    options.conninfo = pg.conninfo;
    enum status s = db_open(&options, &db);
    if (s == STATUS_OK)
        s = db_exec(db, "create table item (id int8 generated always as identity);"
                        "create role crowded login connection limit 0");
    db_close(db);
    options.statements = statements;
    options.statement_count = STATEMENTS;
    return s == STATUS_OK ? 0 : -1;
}

static int stop_server(void **state)
{
    (void)state;
    servers_postgres_destroy(&pg);
    return 0;
}

static void close_db(struct db **db)
{
    db_close(*db);
}

/* The same series as the library's, by its name. */
static int64_t round_trips(size_t class)
{
    static const double bound = 1;
    char labels[32];
    snprintf(labels, sizeof labels, "class=\"%s\"", classes[class]);
    return metric_value(metrics_histogram("paybus_db_query_duration_seconds", "", labels, &bound, 1));
}

static int64_t failures(size_t reason)
{
    char labels[32];
    snprintf(labels, sizeof labels, "reason=\"%s\"", reasons[reason]);
    return metric_value(metrics_counter("paybus_db_connect_failures_total", "", labels));
}

static enum status one_statement(struct db *db, int statement)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    return db_query(db, statement, NULL, &r);
}

static enum status pipeline(struct db *db, const int *sent, size_t count, bool commits)
{
    enum status s = db_pipeline_begin(db);
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(db, "begin");
    for (size_t i = 0; s == STATUS_OK && i < count; i++)
        s = db_pipeline_send(db, sent[i], NULL);
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(db, commits ? "commit" : "rollback");
    return s == STATUS_OK ? db_pipeline_finish(db, NULL, (int)count + 2) : s;
}

static void a_round_trip_counts_as_the_most_that_it_does(void **state)
{
    (void)state;
    static const int some[] = {READ, LOCK, WRITE};
    static const struct {
        const char *text;
        bool is_pipeline, commits;
        int statement;
        size_t count;
        enum db_class wanted;
    } cases[] = {
        {"a read", .statement = READ, .wanted = DB_READ},
        {"a write", .statement = WRITE, .wanted = DB_WRITE},
        {"a lock", .statement = LOCK, .wanted = DB_LOCK},
        {"begin and rollback", .is_pipeline = true, .wanted = DB_CONTROL},
        {"with a read", .is_pipeline = true, .count = 1, .wanted = DB_READ},
        {"with a read, a lock and a write", .is_pipeline = true, .count = 3, .wanted = DB_LOCK},
        {"committed", .is_pipeline = true, .count = 3, .commits = true, .wanted = DB_COMMIT},
    };
    struct db *db CLEANUP(close_db) = NULL;
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t before[CLASSES];
        for (size_t c = 0; c < CLASSES; c++)
            before[c] = round_trips(c);
        enum status s = cases[i].is_pipeline ? pipeline(db, some, cases[i].count, cases[i].commits)
                                             : one_statement(db, cases[i].statement);
        assert_int_equal(s, STATUS_OK);
        for (size_t c = 0; c < CLASSES; c++)
            if (round_trips(c) - before[c] != (c == (size_t)cases[i].wanted))
                fail_msg("%s: %lld of class %s", cases[i].text, (long long)(round_trips(c) - before[c]),
                         classes[c]);
    }
}

static enum status nothing(struct db *db, void *context)
{
    (void)db, (void)context;
    return STATUS_OK;
}

static void a_transaction_without_a_pipeline_commits(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = NULL;
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    int64_t before = round_trips(DB_COMMIT);
    assert_int_equal(db_tx_run(db, NULL, 1, nothing, NULL), STATUS_OK);
    assert_int_equal(round_trips(DB_COMMIT) - before, 1);
}

static void how_long_it_took_is_what_it_took(void **state)
{
    (void)state;
    static const double bound = 1;
    struct db *db CLEANUP(close_db) = NULL;
    struct db_options plain = options;
    plain.statement_count = 0;
    assert_int_equal(db_open(&plain, &db), STATUS_OK);
    const struct metric *m =
        metrics_histogram("paybus_db_query_duration_seconds", "", "class=\"control\"", &bound, 1);
    int64_t before_us = metric_sum_us(m);
    assert_int_equal(db_exec(db, "select pg_sleep(0.2)"), STATUS_OK);
    assert_in_range(metric_sum_us(m) - before_us, 200000, 4000000);
}

static void statements_of_files_have_their_class(void **state)
{
    (void)state;
    static const struct {
        enum ledger_statement statement;
        enum db_class wanted;
    } cases[] = {
        {LEDGER_SQL_TAKE_LOCKS, DB_LOCK},           {LEDGER_SQL_LOAD_KEYS, DB_READ},
        {LEDGER_SQL_LOAD_ACCOUNTS, DB_READ},        {LEDGER_SQL_INSERT_EVENTS, DB_WRITE},
        {LEDGER_SQL_INSERT_TRANSACTIONS, DB_WRITE}, {LEDGER_SQL_UPDATE_ACCOUNTS, DB_WRITE},
        {LEDGER_SQL_FIND_FREE_ACCOUNTS, DB_READ}, /* it skips what is locked */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (ledger_statements[cases[i].statement].class != cases[i].wanted)
            fail_msg("%s is of class %d", ledger_statements[cases[i].statement].name,
                     (int)ledger_statements[cases[i].statement].class);
}

/* --- connects --- */

static void expect_failure(const struct db_options *o, const char *wanted)
{
    int64_t before[REASONS];
    struct db *db CLEANUP(close_db) = NULL;
    for (size_t r = 0; r < REASONS; r++)
        before[r] = failures(r);
    assert_int_equal(db_open(o, &db), STATUS_UNAVAILABLE);
    for (size_t r = 0; r < REASONS; r++)
        if (failures(r) - before[r] != (strcmp(reasons[r], wanted) == 0))
            fail_msg("%s, where %s was meant: %s", reasons[r], wanted, db_connect_error());
}

static void a_connect_that_fails_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *user, *database, *wanted;
    } cases[] = {{"nobody", "postgres", "credentials"},
                 {"crowded", "postgres", "full"},
                 {"postgres", "no_such_database", "other"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char conninfo[128];
        struct db_options o = options;
        o.conninfo = conninfo;
        snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=%s dbname=%s", pg.port,
                 cases[i].user, cases[i].database);
        expect_failure(&o, cases[i].wanted);
    }
}

static void a_schema_of_another_version(void **state)
{
    (void)state;
    static const struct db_statement unknown = {"unknown", "select 1 from no_such_table", DB_READ};
    struct db_options o = options;
    o.statements = &unknown;
    o.statement_count = 1;
    expect_failure(&o, "statements");
}

static void nobody_listens(void **state)
{
    (void)state;
    char conninfo[64];
    struct db_options o = options;
    o.conninfo = conninfo;
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=postgres", port_free());
    expect_failure(&o, "unreachable");
}

/* Its queue takes the connection, and nobody ever answers. */
static void somebody_listens_and_says_nothing(void **state)
{
    (void)state;
    char conninfo[64];
    struct db_options o = options;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=postgres", ntohs(address.sin_port));
    o.conninfo = conninfo;
    o.connect_timeout_ms = 200;
    expect_failure(&o, "timeout");
    close(fd);
}

int main(void)
{
    log_init("test_db_metrics", "1", LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_trip_counts_as_the_most_that_it_does),
        cmocka_unit_test(a_transaction_without_a_pipeline_commits),
        cmocka_unit_test(how_long_it_took_is_what_it_took),
        cmocka_unit_test(statements_of_files_have_their_class),
        cmocka_unit_test(a_connect_that_fails_says_why),
        cmocka_unit_test(a_schema_of_another_version),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(somebody_listens_and_says_nothing),
    };
    return cmocka_run_group_tests_name("db_metrics", tests, start_server, stop_server);
}
