/* test_db.c - a connection, pipelines and transactions against a real PostgreSQL, and what happens when it
 * breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/io/db.h"
#include "shared/io/log.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

enum {
    ROUND_TRIP,
    ARRAYS,
    PLACES,
    AT_PLACES,
    INSERT_ITEM,
    COUNT_ITEMS,
    DIVIDE,
    LOCK_ITEM,
    BACKEND_PID,
    SLEEP,
    BIG,
    STATEMENTS
};

static const struct db_statement statements[] = {
    [ROUND_TRIP] = {"round_trip",
                    "select $1::bool, $2::int2, $3::int4, $4::int8, $5::text, $6::json, $7::bytea,"
                    " $8::uuid, $9::timestamptz, $10::date",
                    DB_READ},
    [ARRAYS] =
        {"arrays",
         "select b, i2, i4, i8, t, j, y, u, ts, d from unnest($1::bool[], $2::int2[], $3::int4[],"
         " $4::int8[], $5::text[], $6::json[], $7::bytea[], $8::uuid[], $9::timestamptz[], $10::date[])"
         " with ordinality as r(b, i2, i4, i8, t, j, y, u, ts, d, n) order by n",
         DB_READ},
    [PLACES] = {"places", "select item.ctid from item where id between 1 and 3 order by id", DB_READ},
    [AT_PLACES] = {"at_places",
                   "select id from unnest($1::tid[]) as p join item on item.ctid = p order by id", DB_READ},
    [INSERT_ITEM] = {"insert_item", "insert into item (id) values ($1)", DB_WRITE},
    [COUNT_ITEMS] = {"count_items", "select count(*) from item where id = $1", DB_READ},
    [DIVIDE] = {"divide", "select 1 / $1::int4", DB_READ},
    [LOCK_ITEM] = {"lock_item", "select id from item where id = $1 for update", DB_LOCK},
    [BACKEND_PID] = {"backend_pid", "select pg_backend_pid()", DB_READ},
    [SLEEP] = {"sleep", "select 1 from pg_sleep($1::int4)", DB_READ},
    [BIG] = {"big", "select length($1::text), repeat('y', $2)", DB_READ},
};

static struct servers_postgres pg;
static struct db_options options = {
    .service = "test_db", .statements = statements, .statement_count = STATEMENTS, .query_timeout_ms = 3000};

static int start_server(void **state)
{
    (void)state;
    servers_postgres_create(&pg, NULL);
    options.conninfo = pg.conninfo;
    struct db *db = NULL;
    struct db_options bare = options;
    bare.statement_count = 0;
    enum status s = db_open(&bare, &db);
    if (s == STATUS_OK)
        s = db_exec(db, "create table item (id int8 primary key deferrable initially immediate)");
    db_close(db);
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

static struct db *open_db(const struct db_options *o)
{
    struct db *db = NULL;
    if (db_open(o, &db) != STATUS_OK)
        fail_msg("%s", db_connect_error());
    return db;
}

static int64_t backend_pid(struct db *db)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    assert_int_equal(db_query(db, BACKEND_PID, NULL, &r), STATUS_OK);
    return db_get_int(r, 0, 0);
}

static void terminate_backend(struct db *by, int64_t pid)
{
    char sql[80];
    snprintf(sql, sizeof(sql), "select pg_terminate_backend(%d, 5000)", (int)pid);
    assert_int_equal(db_exec(by, sql), STATUS_OK);
}

static int64_t count_items(struct db *db, int64_t id)
{
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, 64);
    db_param_int8(&p, id);
    assert_int_equal(db_query(db, COUNT_ITEMS, &p, &r), STATUS_OK);
    return db_get_int(r, 0, 0);
}

/* --- values --- */

static const struct uuid some_uuid = {{0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0}};
#define SOME_TIME_US INT64_C(1795203601234567)
#define SOME_DAY     20777

static void check_row(const PGresult *r, int row)
{
    assert_true(db_get_bool(r, row, 0));
    assert_int_equal(db_get_int(r, row, 1), -2);
    assert_int_equal(db_get_int(r, row, 2), INT32_MIN);
    assert_int_equal(db_get_int(r, row, 3), INT64_MAX);
    assert_true(str_eq_c(db_get_str(r, row, 4), "g\xc3\xbcltig"));
    assert_true(str_eq_c(db_get_str(r, row, 5), "{\"a\": 1}"));
    assert_true(str_eq(db_get_str(r, row, 6), (struct str){"\0\377", 2}));
    struct uuid u = db_get_uuid(r, row, 7);
    assert_int_equal(uuid_compare(&u, &some_uuid), 0);
    assert_int_equal(db_get_time(r, row, 8), SOME_TIME_US);
    assert_int_equal(db_get_date(r, row, 9), SOME_DAY);
}

static void values_round_trip(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, 1024);
    db_param_bool(&p, true);
    db_param_int2(&p, -2);
    db_param_int4(&p, INT32_MIN);
    db_param_int8(&p, INT64_MAX);
    db_param_text(&p, STR_LIT("g\xc3\xbcltig"));
    db_param_text(&p, STR_LIT("{\"a\": 1}"));
    db_param_bytea(&p, "\0\377", 2);
    db_param_uuid(&p, &some_uuid);
    db_param_time(&p, SOME_TIME_US);
    db_param_date(&p, SOME_DAY);
    assert_int_equal(db_query(db, ROUND_TRIP, &p, &r), STATUS_OK);
    check_row(r, 0);
}

static void nulls_and_empty_values_differ(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, 1024);
    for (int i = 0; i < 4; i++)
        db_param_null(&p);
    db_param_text(&p, STR_LIT(""));
    db_param_null(&p);
    db_param_bytea(&p, "", 0);
    for (int i = 7; i < 10; i++)
        db_param_null(&p);
    assert_int_equal(db_query(db, ROUND_TRIP, &p, &r), STATUS_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(db_is_null(r, 0, i), i != 4 && i != 6);
    assert_int_equal(db_get_str(r, 0, 4).len, 0);
    assert_non_null(db_get_str(r, 0, 4).data);
    assert_null(db_get_str(r, 0, 5).data);
}

static const enum db_type array_types[] = {DB_BOOL, DB_INT2,  DB_INT4, DB_INT8, DB_TEXT,
                                           DB_JSON, DB_BYTEA, DB_UUID, DB_TIME, DB_DATE};

static void add_element(struct db_params *p, enum db_type type)
{
    switch (type) {
    case DB_BOOL:
        db_array_bool(p, true);
        break;
    case DB_INT2:
        db_array_int(p, -2);
        break;
    case DB_INT4:
        db_array_int(p, INT32_MIN);
        break;
    case DB_INT8:
        db_array_int(p, INT64_MAX);
        break;
    case DB_TEXT:
        db_array_bytes(p, "g\xc3\xbcltig", 7);
        break;
    case DB_JSON:
        db_array_bytes(p, "{\"a\": 1}", 8);
        break;
    case DB_BYTEA:
        db_array_bytes(p, "\0\377", 2);
        break;
    case DB_UUID:
        db_array_uuid(p, &some_uuid);
        break;
    case DB_TIME:
        db_array_time(p, SOME_TIME_US);
        break;
    case DB_DATE:
        db_array_int(p, SOME_DAY);
        break;
    case DB_PLACE: /* has a test of its own: a place is only ever read and given back */
        break;
    }
}

/* Every array: value, NULL, value, ... */
static void arrays_of(struct db *db, int elements, PGresult **ret_result)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 1 << 20);
    for (size_t i = 0; i < sizeof(array_types) / sizeof(array_types[0]); i++) {
        db_array_open(&p, array_types[i]);
        for (int n = 0; n < elements; n++) {
            if (n % 2 == 0)
                add_element(&p, array_types[i]);
            else
                db_array_null(&p);
        }
        db_array_close(&p);
    }
    assert_int_equal(db_query(db, ARRAYS, &p, ret_result), STATUS_OK);
}

static void arrays_round_trip(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    static const int sizes[] = {0, 1, 2, 3, 512};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        PGresult *r CLEANUP(db_result_ptr) = NULL;
        arrays_of(db, sizes[i], &r);
        assert_int_equal(PQntuples(r), sizes[i]);
        for (int row = 0; row < sizes[i]; row++) {
            if (row % 2 == 0)
                check_row(r, row);
            for (int column = 0; row % 2 == 1 && column < 10; column++)
                assert_true(db_is_null(r, row, column));
        }
    }
}

static void rows_are_found_at_their_places(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db_params p CLEANUP(db_params_free);
    PGresult *places CLEANUP(db_result_ptr) = NULL, *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, 1 << 10);
    assert_int_equal(db_exec(db, "delete from item; insert into item select generate_series(1, 3)"),
                     STATUS_OK);
    assert_int_equal(db_query(db, PLACES, &p, &places), STATUS_OK);
    assert_int_equal(PQntuples(places), 3);
    db_array_open(&p, DB_PLACE);
    for (int row = 0; row < 3; row += 2) {
        uint8_t place[DB_PLACE_SIZE];
        db_get_place(places, row, 0, place);
        db_array_place(&p, place);
    }
    db_array_close(&p);
    assert_int_equal(db_query(db, AT_PLACES, &p, &r), STATUS_OK);
    assert_int_equal(PQntuples(r), 2);
    assert_int_equal(db_get_int(r, 0, 0), 1);
    assert_int_equal(db_get_int(r, 1, 0), 3);
    assert_int_equal(db_exec(db, "delete from item"), STATUS_OK);
}

static void session_is_as_promised(void **state)
{
    (void)state;
    struct db_options o = options;
    o.settings = "set statement_timeout = '1234ms'; set jit = off";
    struct db *db CLEANUP(close_db) = open_db(&o);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    assert_int_equal(
        db_exec_result(db,
                       "select current_setting('timezone'), current_setting('application_name'),"
                       " current_setting('client_encoding'), current_setting('statement_timeout')",
                       &r),
        STATUS_OK);
    assert_string_equal(PQgetvalue(r, 0, 0), "UTC");
    assert_string_equal(PQgetvalue(r, 0, 1), "test_db");
    assert_string_equal(PQgetvalue(r, 0, 2), "UTF8");
    assert_string_equal(PQgetvalue(r, 0, 3), "1234ms");
}

/* --- failures of statements --- */

static void sqlstates_are_classified(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sqlstate;
        enum status wanted;
        bool usable;
    } cases[] = {
        {"serialization failure", "40001", STATUS_RETRY, true},
        {"deadlock", "40P01", STATUS_RETRY, true},
        {"disk full", "53100", STATUS_RETRY, true},
        {"lock not available", "55P03", STATUS_RETRY, true},
        {"connection exception", "08006", STATUS_RETRY, true},
        {"canceled", "57014", STATUS_TIMEOUT, true},
        {"unique violation", "23505", STATUS_FAILED, true},
        {"raised by us", "P0001", STATUS_FAILED, true},
    };
    struct db *db CLEANUP(close_db) = open_db(&options);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char sql[128];
        snprintf(sql, sizeof(sql), "do $$ begin raise exception using errcode = '%s'; end $$",
                 cases[i].sqlstate);
        enum status s = db_exec(db, sql);
        if (s != cases[i].wanted || strcmp(db_sqlstate(db), cases[i].sqlstate) != 0)
            fail_msg("%s: %s %s", cases[i].name, status_name(s), db_sqlstate(db));
        assert_int_equal(db_is_usable(db), cases[i].usable);
    }
}

static void send_item(struct db *db, int64_t id)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 64);
    db_param_int8(&p, id);
    assert_int_equal(db_pipeline_send(db, INSERT_ITEM, &p), STATUS_OK);
}

static void send_division(struct db *db, int32_t by)
{
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 64);
    db_param_int4(&p, by);
    assert_int_equal(db_pipeline_send(db, DIVIDE, &p), STATUS_OK);
}

static void free_results(PGresult **results, int count)
{
    for (int i = 0; i < count; i++)
        db_result_ptr(&results[i]);
}

static void a_pipeline_commits(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    PGresult *results[4];
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "begin"), STATUS_OK);
    send_item(db, 1);
    send_division(db, 1);
    assert_int_equal(db_pipeline_send_sql(db, "commit"), STATUS_OK);
    assert_int_equal(db_pipeline_finish(db, results, 4), STATUS_OK);
    assert_int_equal(db_get_int(results[2], 0, 0), 1);
    assert_true(db_committed(results[3]));
    assert_false(db_committed(results[0]));
    free_results(results, 4);
    assert_int_equal(count_items(db, 1), 1);
    assert_true(db_is_usable(db));
}

static void a_failing_statement_in_the_middle(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    PGresult *results[5];
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "begin"), STATUS_OK);
    send_item(db, 2);
    send_division(db, 0);
    send_item(db, 3);
    assert_int_equal(db_pipeline_send_sql(db, "commit"), STATUS_OK);
    assert_int_equal(db_pipeline_finish(db, results, 5), STATUS_FAILED);
    assert_int_equal(db_failed_index(db), 2);
    assert_string_equal(db_sqlstate(db), "22012");
    for (int i = 0; i < 5; i++)
        assert_null(results[i]);
    /* The transaction is still open, in its failed state. */
    assert_false(db_is_usable(db));
    assert_int_equal(db_exec(db, "rollback"), STATUS_OK);
    assert_true(db_is_usable(db));
    assert_int_equal(count_items(db, 2), 0);
}

static void commit_of_a_failed_transaction_is_no_success(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    assert_int_equal(db_exec(db, "begin"), STATUS_OK);
    assert_int_equal(db_exec(db, "select 1 / 0"), STATUS_FAILED);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    assert_int_equal(db_exec_result(db, "commit", &r), STATUS_OK);
    assert_false(db_committed(r));
}

static void a_deferred_constraint_fails_the_commit(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "begin"), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "set constraints all deferred"), STATUS_OK);
    send_item(db, 20);
    send_item(db, 20);
    assert_int_equal(db_pipeline_send_sql(db, "commit"), STATUS_OK);
    assert_int_equal(db_pipeline_finish(db, NULL, 5), STATUS_FAILED);
    assert_int_equal(db_failed_index(db), 4);
    assert_string_equal(db_sqlstate(db), "23505");
    assert_true(db_is_usable(db));
}

static void parameters_that_do_not_fit_are_never_committed_around(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db *other CLEANUP(close_db) = open_db(&options);
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 4);
    db_param_int8(&p, 31);
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "begin"), STATUS_OK);
    send_item(db, 30);
    assert_int_equal(db_pipeline_send(db, INSERT_ITEM, &p), STATUS_FULL);
    assert_int_equal(db_pipeline_send_sql(db, "commit"), STATUS_FULL);
    assert_int_equal(db_pipeline_finish(db, NULL, 4), STATUS_FULL);
    assert_int_equal(db_failed_index(db), 2);
    assert_false(db_is_usable(db));
    assert_int_equal(count_items(other, 30), 0);
}

/* Requests and answers far beyond every socket buffer, in both directions at once: neither side may wait for
   the other to read. */
static void a_big_pipeline_does_not_lock_up(void **state)
{
    (void)state;
    enum { COUNT = 40, SIZE = 400000 };
    static char text[SIZE];
    memset(text, 'x', sizeof(text));
    struct db_options o = options;
    o.query_timeout_ms = 20000;
    struct db *db CLEANUP(close_db) = open_db(&o);
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, SIZE + 64);
    PGresult *results[COUNT];
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    for (int i = 0; i < COUNT; i++) {
        db_params_reset(&p);
        db_param_text(&p, (struct str){text, SIZE});
        db_param_int4(&p, SIZE);
        assert_int_equal(db_pipeline_send(db, BIG, &p), STATUS_OK);
    }
    assert_int_equal(db_pipeline_finish(db, results, COUNT), STATUS_OK);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(db_get_int(results[i], 0, 0), SIZE);
        assert_int_equal(db_get_str(results[i], 0, 1).len, SIZE);
    }
    free_results(results, COUNT);
}

static void a_bad_statement_is_named_when_opening(void **state)
{
    (void)state;
    static const struct db_statement bad[] = {{"good_one", "select 1", DB_READ},
                                              {"bad_one", "select * from no_such_table", DB_READ}};
    struct db_options o = options;
    o.statements = bad;
    o.statement_count = 2;
    struct db *db = NULL;
    assert_int_equal(db_open(&o, &db), STATUS_UNAVAILABLE);
    assert_null(db);
    assert_non_null(strstr(db_connect_error(), "bad_one"));
    assert_non_null(strstr(db_connect_error(), "no_such_table"));
}

/* --- waits and lost connections --- */

static void a_locked_row_ends_at_the_deadline(void **state)
{
    (void)state;
    struct db *holder CLEANUP(close_db) = open_db(&options);
    struct db_options o = options;
    o.query_timeout_ms = 200;
    struct db *db CLEANUP(close_db) = open_db(&o);
    assert_int_equal(db_exec(holder, "insert into item (id) values (40)"), STATUS_OK);
    assert_int_equal(db_exec(holder, "begin; select id from item where id = 40 for update"), STATUS_OK);
    struct db_params p CLEANUP(db_params_free);
    db_params_init(&p, 64);
    db_param_int8(&p, 40);
    int64_t before_ms = clock_monotonic_ms();
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    assert_int_equal(db_query(db, LOCK_ITEM, &p, &r), STATUS_TIMEOUT);
    assert_in_range(clock_monotonic_ms() - before_ms, 190, 1500);
    assert_string_equal(db_sqlstate(db), "");
    assert_false(db_is_usable(db));
}

static void statement_timeout_keeps_the_connection(void **state)
{
    (void)state;
    struct db_options o = options;
    o.settings = "set statement_timeout = '100ms'";
    struct db *db CLEANUP(close_db) = open_db(&o);
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, 64);
    db_param_int4(&p, 5);
    assert_int_equal(db_query(db, SLEEP, &p, &r), STATUS_TIMEOUT);
    assert_string_equal(db_sqlstate(db), "57014");
    assert_true(db_is_usable(db));
}

static void a_backend_terminated_before_the_pipeline(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db *other CLEANUP(close_db) = open_db(&options);
    terminate_backend(other, backend_pid(db));
    enum status s = db_pipeline_begin(db);
    if (s == STATUS_OK) {
        assert_int_equal(db_pipeline_send_sql(db, "begin"), STATUS_OK);
        send_item(db, 50);
        assert_int_equal(db_pipeline_send_sql(db, "commit"), STATUS_OK);
        s = db_pipeline_finish(db, NULL, 3);
    }
    assert_int_equal(s, STATUS_RETRY);
    assert_false(db_is_usable(db));
    assert_int_equal(count_items(other, 50), 0);
}

static void a_backend_that_ends_itself_before_commit(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db *other CLEANUP(close_db) = open_db(&options);
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "begin"), STATUS_OK);
    send_item(db, 51);
    assert_int_equal(db_pipeline_send_sql(db, "select pg_terminate_backend(pg_backend_pid())"), STATUS_OK);
    send_item(db, 52);
    assert_int_equal(db_pipeline_send_sql(db, "commit"), STATUS_OK);
    assert_int_equal(db_pipeline_finish(db, NULL, 5), STATUS_RETRY);
    /* Known to be rolled back: the server spoke before it came to COMMIT. */
    assert_string_equal(db_sqlstate(db), "57P01");
    assert_int_equal(db_failed_index(db), 2);
    assert_false(db_is_usable(db));
    assert_int_equal(count_items(other, 51), 0);
}

static void a_backend_that_ends_in_the_last_statement(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "select 1"), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "select pg_terminate_backend(pg_backend_pid())"), STATUS_OK);
    assert_int_equal(db_pipeline_finish(db, NULL, 2), STATUS_RETRY);
    assert_string_equal(db_sqlstate(db), "");
    assert_string_not_equal(db_error(db), "");
    assert_false(db_is_usable(db));
}

static void a_backend_killed_in_the_pipeline(void **state)
{
    (void)state;
    struct db_options o = options;
    o.query_timeout_ms = 10000;
    struct db *db CLEANUP(close_db) = open_db(&o);
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "select 1"), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "select pg_sleep(60)"), STATUS_OK);
    assert_int_equal(db_pipeline_send_sql(db, "commit"), STATUS_OK);
    assert_int_equal(PQpipelineSync(db_raw(db)), 1);
    assert_int_equal(PQflush(db_raw(db)), 0);
    servers_postgres_stop(&pg, SERVERS_STOP_IMMEDIATE);
    assert_int_equal(db_pipeline_finish(db, NULL, 3), STATUS_RETRY);
    assert_string_equal(db_sqlstate(db), "");
    assert_false(db_is_usable(db));
    servers_postgres_start(&pg);
}

static void opening_without_a_server(void **state)
{
    (void)state;
    servers_postgres_stop(&pg, SERVERS_STOP_FAST);
    struct db *db = NULL;
    int64_t before_ms = clock_monotonic_ms();
    assert_int_equal(db_open(&options, &db), STATUS_UNAVAILABLE);
    assert_true(clock_monotonic_ms() - before_ms < 3500);
    assert_string_not_equal(db_connect_error(), "");
    servers_postgres_start(&pg);
    struct db *again CLEANUP(close_db) = open_db(&options);
    assert_true(db_is_usable(again));
}

/* --- db_tx_run --- */

struct body {
    int runs, fail_first; /* the first so many runs end as the database asks for a repetition */
    const char *sql;
    enum status wanted;
};

static enum status run_body(struct db *db, void *context)
{
    struct body *b = context;
    if (b->runs++ < b->fail_first)
        return db_exec(db, "do $$ begin raise exception using errcode = '40001'; end $$");
    enum status s = db_exec(db, b->sql);
    return s == STATUS_OK ? b->wanted : s;
}

static void transactions_commit_repeat_and_roll_back(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct body body;
        enum status wanted;
        int wanted_runs, wanted_items;
    } cases[] = {
        {"commits", {0, 0, "insert into item values (60)", STATUS_OK}, STATUS_OK, 1, 1},
        {"repeats", {0, 2, "insert into item values (60)", STATUS_OK}, STATUS_OK, 3, 1},
        {"gives up", {0, 9, "insert into item values (60)", STATUS_OK}, STATUS_RETRY, 3, 0},
        {"refuses", {0, 0, "insert into item values (60)", STATUS_NOT_FOUND}, STATUS_NOT_FOUND, 1, 0},
        {"fails", {0, 0, "insert into item values (60); select 1 / 0", STATUS_OK}, STATUS_FAILED, 1, 0},
    };
    struct db *db CLEANUP(close_db) = open_db(&options);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct body b = cases[i].body;
        enum status s = db_tx_run(db, NULL, 3, run_body, &b);
        if (s != cases[i].wanted || b.runs != cases[i].wanted_runs)
            fail_msg("%s: %s after %d runs", cases[i].name, status_name(s), b.runs);
        assert_true(db_is_usable(db));
        assert_int_equal(count_items(db, 60), cases[i].wanted_items);
        assert_int_equal(db_exec(db, "delete from item where id = 60"), STATUS_OK);
    }
}

static enum status swallow_an_error(struct db *db, void *context)
{
    (void)context;
    assert_int_equal(db_exec(db, "select 1 / 0"), STATUS_FAILED);
    return STATUS_OK;
}

static void a_swallowed_error_is_not_committed(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    assert_int_equal(db_tx_run(db, NULL, 3, swallow_an_error, NULL), STATUS_FAILED);
    assert_true(db_is_usable(db));
}

static enum status lose_the_connection(struct db *db, void *context)
{
    terminate_backend(context, backend_pid(db));
    return db_exec(db, "select 1");
}

static void a_connection_lost_in_the_body(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db *other CLEANUP(close_db) = open_db(&options);
    assert_int_equal(db_tx_run(db, NULL, 3, lose_the_connection, other), STATUS_RETRY);
    assert_false(db_is_usable(db));
}

static enum status lose_it_unnoticed(struct db *db, void *context)
{
    terminate_backend(context, backend_pid(db));
    return STATUS_OK;
}

static void a_connection_lost_at_commit_is_unknown(void **state)
{
    (void)state;
    struct db *db CLEANUP(close_db) = open_db(&options);
    struct db *other CLEANUP(close_db) = open_db(&options);
    assert_int_equal(db_tx_run(db, NULL, 3, lose_it_unnoticed, other), STATUS_UNKNOWN);
}

int main(void)
{
    log_init("test_db", "1", LOG_WARN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_round_trip),
        cmocka_unit_test(nulls_and_empty_values_differ),
        cmocka_unit_test(arrays_round_trip),
        cmocka_unit_test(rows_are_found_at_their_places),
        cmocka_unit_test(session_is_as_promised),
        cmocka_unit_test(sqlstates_are_classified),
        cmocka_unit_test(a_pipeline_commits),
        cmocka_unit_test(a_failing_statement_in_the_middle),
        cmocka_unit_test(commit_of_a_failed_transaction_is_no_success),
        cmocka_unit_test(a_deferred_constraint_fails_the_commit),
        cmocka_unit_test(parameters_that_do_not_fit_are_never_committed_around),
        cmocka_unit_test(a_big_pipeline_does_not_lock_up),
        cmocka_unit_test(a_bad_statement_is_named_when_opening),
        cmocka_unit_test(a_locked_row_ends_at_the_deadline),
        cmocka_unit_test(statement_timeout_keeps_the_connection),
        cmocka_unit_test(a_backend_terminated_before_the_pipeline),
        cmocka_unit_test(a_backend_that_ends_itself_before_commit),
        cmocka_unit_test(a_backend_that_ends_in_the_last_statement),
        cmocka_unit_test(a_backend_killed_in_the_pipeline),
        cmocka_unit_test(opening_without_a_server),
        cmocka_unit_test(transactions_commit_repeat_and_roll_back),
        cmocka_unit_test(a_swallowed_error_is_not_committed),
        cmocka_unit_test(a_connection_lost_in_the_body),
        cmocka_unit_test(a_connection_lost_at_commit_is_unknown),
    };
    return cmocka_run_group_tests_name("db", tests, start_server, stop_server);
}
