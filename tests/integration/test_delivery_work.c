/* test_delivery_work.c - the work of deliveries: what older versions left behind when the migrations have
   run, and that a recovery reads what did not arrive at one endpoint and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <unistd.h>

#include "tests/support/database.h"
#include "webhook-svc/store/deliveries.h"
#include "webhook-svc/store/session.h"

#define FIRST_NEW "let_deliveries_be_missed.sql"
#define PAGE      1000
#define UNSENT    2500
#define FEW_BUFFERS                                                                                          \
    4200 /* of 8 KiB, for a page of a thousand rows that lie apart; all would be ten times that */

static struct database d;
static PGconn *owner;
static struct db_options options;

/* As a copy of the project's, without those from FIRST_NEW on. */
static void migrate_to_before(void)
{
    char folder[SERVERS_PATH_SIZE], from[512], to[512];
    struct dirent **files = NULL;
    struct tool tool;
    servers_make_directory(folder);
    int count = scandir(database_migrations, &files, NULL, alphasort);
    bool is_old = true;
    for (int i = 0; i < count; i++) {
        const char *name = files[i]->d_name;
        is_old = is_old && strstr(name, FIRST_NEW) == NULL;
        (void)snprintf(from, sizeof from, "%s/%s", database_migrations, name);
        (void)snprintf(to, sizeof to, "%s/%s", folder, name);
        if (is_old && name[0] != '.')
            assert_int_equal(symlink(from, to), 0);
        free(files[i]);
    }
    free(files);
    assert_false(is_old);
    const char *const argv[] = {database_migrate_path, "--database", d.owner_url, "--dir", folder, NULL};
    if (tool_run(&tool, argv) != 0)
        fail_msg("%s", tool.output);
    servers_remove_directory(folder);
}

#define ENDPOINT "'00000000-0000-7000-8000-00000000000e'"
#define ID(n)    "'00000000-0000-7000-8000-00000000000" #n "'"
/* Delivery 1 has twins: one arrived, the other died. 2 failed, 3 was missed, 4 arrived. */
static const char old_rows[] =
    "insert into paybus.webhook_deliveries (id, endpoint_id, event_id, event_type, body, created_at)"
    " select ('00000000-0000-7000-8000-00000000000' || n)::uuid, " ENDPOINT
    ", gen_random_uuid(), 'a.b', '{}',"
    "  timestamptz '2026-11-01' + n * interval '1 day' from generate_series(1, 4) as n;"
    "insert into paybus.work (id, kind, object_id, state, next_attempt_at, enqueued_at, updated_at, "
    "created_at)"
    " values (" ID(a) ", 'delivery', " ID(
        1) ", 'dead', null, now(), now(), now()),"
           "  (" ID(b) ", 'delivery', " ID(
               1) ", 'processed', null, now(), now(), now()),"
                  "  (" ID(c) ", 'delivery', " ID(
                      2) ", 'failed', now(), now(), now(), now()),"
                         "  (" ID(d) ", 'delivery', " ID(
                             4) ", 'processed', null, now(), now(), now()),"
                                "  (" ID(e) ", 'webhook', " ID(
                                    1) ", 'dead', null, now(), now(), now());"
                                       "insert into paybus.dead_letters (id, work_id, kind, subject, "
                                       "payload, error, attempts, created_at)"
                                       " values (" ID(7) ", " ID(a) ", 'delivery', 's', '', 'e', 12, now());";

static void expect(const char *sql, const char *wanted)
{
    assert_string_equal(database_value(owner, sql), wanted);
}

static void what_was_there_is_completed(void **state)
{
    (void)state;
    migrate_to_before();
    owner = database_connect(&d, "postgres");
    database_exec(owner, "set role paybus_owner");
    database_exec(owner, old_rows);
    database_migrate(&d);
    expect("select string_agg(right(object_id::text, 1) || ' ' || state, ', ' order by object_id)"
           " from paybus.work where kind = 'delivery' and id <> object_id",
           "1 processed, 2 failed, 4 processed");
    expect("select state || ' ' || right(object_id::text, 1) from paybus.work where id = " ID(a),
           "processed a");
    expect("select resolution from paybus.dead_letters where id = " ID(7), "discarded");
    expect("select state || ' ' || created_at::date from paybus.work where object_id = " ID(3),
           "missed 2026-11-04");
    expect("select state from paybus.work where id = " ID(e), "dead");
    assert_string_equal(database_try(owner, "insert into paybus.work (id, kind, object_id, endpoint_id, "
                                            "enqueued_at, updated_at, created_at) values (gen_random_uuid(), "
                                            "'delivery', " ID(1) ", " ENDPOINT ", now(), now(), now())"),
                        "23505");
    assert_string_equal(database_try(owner, "insert into paybus.work (id, kind, object_id, enqueued_at, "
                                            "updated_at, created_at) values (gen_random_uuid(), 'delivery', "
                                            "gen_random_uuid(), now(), now(), now())"),
                        "23514");
}

/* 200,000 deliveries to one endpoint, of which every eightieth did not arrive, beside as many of another that
   did not at all. */
static const char many_rows[] =
    "create function pg_temp.id(word text, n bigint) returns uuid language sql immutable as"
    " $$ select (lpad(to_hex(1790000000000 + n), 12, '0') || word || lpad(to_hex(n), 16, '8'))::uuid $$;"
    "insert into paybus.work (id, kind, object_id, endpoint_id, state, enqueued_at, updated_at, created_at)"
    " select pg_temp.id('7' || lpad(e::text, 3, '0'), n), 'delivery', pg_temp.id('7' || lpad(e::text, 3, "
    "'0'), n),"
    "  ('00000000-0000-7000-8000-00000000000' || e)::uuid, case when e = 2 or n % 80 = 0 then 'dead' else "
    "'processed' end, now(), now(),"
    "  to_timestamp(1790000000 + n / 1000.0) from generate_series(1, 200000) as n, generate_series(1, 2) as "
    "e;";

static long number_behind(const char *text, const char *word)
{
    const char *place = text != NULL ? strstr(text, word) : NULL;
    return place != NULL ? strtol(place + strlen(word), NULL, 10) : 0;
}

static void expect_few_buffers(struct db *db, const struct uuid *endpoint, const char *moment)
{
    static char plan[1 << 14];
    char sql[512], id[UUID_TEXT_SIZE];
    uuid_format(endpoint, id);
    (void)snprintf(sql, sizeof sql,
                   "explain (analyze, buffers) execute list_unsent_deliveries('%s', "
                   "'00000000-0000-0000-0000-000000000000', '2020-01-01', %d)",
                   id, PAGE);
    CLEANUP(db_result_ptr) PGresult *r = PQexec(db_raw(db), sql);
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    size_t len = 0;
    for (int line = 0; line < PQntuples(r) && len < sizeof plan; line++)
        len += (size_t)snprintf(plan + len, sizeof plan - len, "%s\n", PQgetvalue(r, line, 0));
    const char *line = strstr(plan, "Buffers: shared");
    long buffers = number_behind(line, "hit=") + number_behind(line, "read=");
    if (buffers <= 0 || buffers > FEW_BUFFERS || strstr(plan, "work_unsent") == NULL || strstr(plan, "Sort"))
        fail_msg("%s: %ld buffers\n%s", moment, buffers, plan);
}

static void expect_all_pages(struct db *db, const struct uuid *endpoint)
{
    struct unsent_deliveries wanted = {.endpoint = *endpoint};
    int found = 0, pages = 0, rows = 0;
    do {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        assert_int_equal(store_list_unsent_deliveries(db, &wanted, PAGE, &r), STATUS_OK);
        rows = PQntuples(r);
        for (int i = 0; i < rows; i++) {
            struct uuid id = db_get_uuid(r, i, 1);
            assert_true(uuid_compare(&id, &wanted.after) > 0);
            wanted.after = id;
        }
        found += rows;
        pages++;
    } while (rows == PAGE);
    assert_int_equal(found, UNSENT);
    assert_int_equal(pages, 3);
    wanted = (struct unsent_deliveries){.endpoint = *endpoint, .since_us = INT64_C(1790000199920000)};
    CLEANUP(db_result_ptr) PGresult *last = NULL;
    assert_int_equal(store_list_unsent_deliveries(db, &wanted, PAGE, &last), STATUS_OK);
    assert_int_equal(PQntuples(last), 2);
}

static struct db *webhook_session(void)
{
    static char url[DATABASE_URL_SIZE];
    struct db *db = NULL;
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_webhook dbname=paybus",
                   d.postgres.port);
    options = webhook_session_options(url);
    assert_int_equal(db_open(&options, &db), STATUS_OK);
    return db;
}

static void a_recovery_reads_what_it_sends(void **state)
{
    (void)state;
    database_exec(owner, many_rows);
    const struct uuid endpoint = {{[6] = 0x70, [8] = 0x80, [15] = 1}};
    struct db *db = webhook_session();
    expect_few_buffers(db, &endpoint, "not analysed");
    database_exec(owner, "analyze paybus.work");
    db_close(db);
    db = webhook_session();
    expect_few_buffers(db, &endpoint, "analysed");
    expect_all_pages(db, &endpoint);
    db_close(db);
}

static void note(struct db *db, const struct endpoint_health_row *row)
{
    CLEANUP(db_params_free) struct db_params p;
    PGresult *results[1] = {NULL};
    db_params_init(&p, 1 << 16);
    assert_int_equal(db_pipeline_begin(db), STATUS_OK);
    assert_int_equal(store_send_endpoint_health(db, &p, row, 1), STATUS_OK);
    assert_int_equal(db_pipeline_finish(db, results, 1), STATUS_OK);
    db_result_ptr(&results[0]);
}

/* What failed at the url before does not count at this one, and what comes of it late says nothing. */
static void a_url_answers_for_itself(void **state)
{
    (void)state;
    static const char health[] =
        "select url_version || ' ' || failures || ' ' || (gone_at is not null) || ' ' || "
        "(failing_since < now() - interval '1 hour') from paybus.webhook_endpoint_health";
    struct endpoint_health_row row = {
        .endpoint = {{[15] = 7}}, .url_version = 1, .failures = 5, .gone_us = 1};
    struct db *db = webhook_session();
    database_exec(owner,
                  "insert into paybus.webhook_endpoints (id, owner, url, event_types, status, secret, "
                  "enabled_at, created_at, updated_at) values ('00000000-0000-0000-0000-000000000007', "
                  "'o', 'u', '[\"*\"]', 'enabled', 's', '2026-01-01', now(), now())");
    note(db, &row);
    database_exec(owner, "update paybus.webhook_endpoint_health set failing_since = '2026-02-01'");
    note(db, &row);
    expect(health, "1 10 true true");
    row = (struct endpoint_health_row){.endpoint = row.endpoint, .url_version = 2, .failures = 1};
    note(db, &row);
    expect(health, "2 1 false false");
    row.url_version = 1;
    row.gone_us = 1;
    note(db, &row);
    expect(health, "2 1 false false");
    db_close(db);
}

static int set_up(void **state)
{
    (void)state;
    database_create(&d);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(owner);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_there_is_completed),
                                       cmocka_unit_test(a_recovery_reads_what_it_sends),
                                       cmocka_unit_test(a_url_answers_for_itself)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
