/* test_migrate.c - paybus-migrate on a real database: once, again, together, and everything that it must
 * refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/database.h"
#include "tests/support/process.h"

#define LOCK_DEADLINE_MS 20000

static struct database d;
static char folder[SERVERS_PATH_SIZE];
static struct tool tool, other;

static void path_of(char *path, size_t size, const char *name)
{
    (void)snprintf(path, size, "%s/%s", folder, name);
}

static void put(const char *name, const char *sql)
{
    char path[SERVERS_PATH_SIZE + 64];
    path_of(path, sizeof(path), name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    (void)fputs(sql, f);
    (void)fclose(f);
}

static void take_away(const char *name)
{
    char path[SERVERS_PATH_SIZE + 64];
    path_of(path, sizeof(path), name);
    assert_int_equal(remove(path), 0);
}

static void start(struct tool *t, const char *option)
{
    const char *const argv[] = {
        database_migrate_path, "--database", d.owner_url, "--dir", folder, option, NULL};
    tool_start(t, argv);
}

static void expect_end(struct tool *t, int wanted_code, const char *wanted_output)
{
    int code = tool_wait(t);
    if (code != wanted_code || !strstr(t->output, wanted_output))
        fail_msg("exit code %d with \"%s\", wanted %d with \"%s\"", code, t->output, wanted_code,
                 wanted_output);
}

static void expect(const char *option, int wanted_code, const char *wanted_output)
{
    start(&tool, option);
    expect_end(&tool, wanted_code, wanted_output);
}

static void sql_gives(const char *sql, const char *wanted)
{
    PGconn *conn = database_connect(&d, "paybus_owner");
    assert_string_equal(database_value(conn, sql), wanted);
    PQfinish(conn);
}

/* An empty database and a folder with two good files. */
static int fresh(void **state)
{
    (void)state;
    PGconn *conn = PQconnectdb(d.postgres.conninfo);
    database_exec(conn, "drop database if exists paybus with (force)");
    database_exec(conn, "create database paybus owner paybus_owner");
    PQfinish(conn);
    servers_make_directory(folder);
    put("0001_create_a.sql", "create table public.a (n int);\n");
    put("0002_fill_a.sql", "insert into public.a values (1);\ninsert into public.a values (2);\n");
    return 0;
}

static int clear(void **state)
{
    (void)state;
    servers_remove_directory(folder);
    return 0;
}

static void test_fresh_then_again(void **state)
{
    (void)state;
    expect("--status", 2, "pending");
    expect(NULL, 0, "0002_fill_a.sql applied");
    expect(NULL, 0, "Nothing to do; the schema is at 0002_fill_a.sql.");
    expect("--status", 0, "applied");
    sql_gives("select string_agg(n::text, ',') from public.a", "1,2");
    sql_gives("select string_agg(version || name || length(checksum), ',' order by version)"
              " from public.paybus_migrations",
              "10001_create_a.sql64,20002_fill_a.sql64");
    put("0003_fill_more.sql", "insert into public.a values (3);");
    expect("--status", 2, "0003_fill_more.sql");
    expect(NULL, 0, "0003_fill_more.sql applied");
    sql_gives("select count(*) from public.a", "3");
}

static void test_project(void **state)
{
    (void)state;
    database_migrate(&d);
    database_migrate(&d);
    sql_gives("select count(*) > 100 from paybus.currencies", "t");
}

/* What was applied and what the folder holds differ: refused by name, and nothing else is applied. */
static void test_history_mismatch(void **state)
{
    (void)state;
    expect(NULL, 0, "Done");
    put("0003_fill_more.sql", "insert into public.a values (3);");

    put("0001_create_a.sql", "create table public.a (n bigint);\n");
    expect(NULL, 3, "0001_create_a.sql was edited");
    expect("--status", 3, "changed");
    put("0001_create_a.sql", "create table public.a (n int);\n");

    take_away("0002_fill_a.sql");
    put("0002_fill_b.sql", "insert into public.a values (1);\ninsert into public.a values (2);\n");
    expect(NULL, 3, "0002_fill_b.sql was applied under the name 0002_fill_a.sql");
    take_away("0002_fill_b.sql");
    take_away("0003_fill_more.sql");
    expect(NULL, 3, "0002_fill_a.sql was applied but is not in the folder");
    expect("--status", 3, "missing");
    sql_gives("select count(*) from public.a", "2");
}

static void test_bad_folders(void **state)
{
    (void)state;
    static const struct {
        const char *name, *wanted;
    } cases[] = {
        {"0004_too_far.sql", "number 0003 is missing"},
        {"0002_fill_twice.sql", "0002_fill_twice.sql has the same number as 0002_fill_a.sql"},
        {"0003_Upper_case.sql", "not named NNNN_verb_object.sql"},
        {"0003_word.sql", "not named NNNN_verb_object.sql"},
        {"0003-fill-more.sql", "not named NNNN_verb_object.sql"},
        {"3_fill_more.sql", "not named NNNN_verb_object.sql"},
        {"0003__fill.sql", "not named NNNN_verb_object.sql"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put(cases[i].name, "select 1");
        expect(NULL, 1, cases[i].wanted);
        take_away(cases[i].name);
    }
    put("roles.sql", "not SQL at all"); /* no migration */
    put("README.md", "neither");
    expect(NULL, 0, "Done");
}

static void test_failure_leaves_nothing(void **state)
{
    (void)state;
    put("0003_break_it.sql",
        "create table public.b (n int);\n-- \xc3\xa4\xe2\x82\xac\nselect nope from public.b;\n");
    expect(NULL, 1, "0003_break_it.sql, line 3: column \"nope\" does not exist (SQLSTATE 42703)");
    sql_gives("select to_regclass('public.b') is null", "t");
    sql_gives("select count(*) from public.paybus_migrations", "2");
    put("0003_break_it.sql", "create table public.b (n int);\n");
    expect(NULL, 0, "0003_break_it.sql applied");
    put("0004_end_early.sql", "create table public.c (n int);\ncommit;\n");
    expect(NULL, 1, "0004_end_early.sql ends its transaction itself");
}

static void test_no_transaction(void **state)
{
    (void)state;
    put("0003_index_a.sql", "create index concurrently a_by_n on public.a (n);\n");
    expect(NULL, 1, "25001"); /* cannot run inside a transaction */
    put("0003_index_a.sql", "-- paybus: no transaction\ncreate index concurrently a_by_n on public.a (n);\n");
    expect(NULL, 0, "0003_index_a.sql applied");
    sql_gives("select indisvalid from pg_index where indexrelid = 'public.a_by_n'::regclass", "t");
}

#define INDEX_A "-- paybus: no transaction\ncreate index concurrently if not exists a_by_n on public.a (n);\n"

/* A writer that does not end: CREATE INDEX CONCURRENTLY waits for it with an index that is not valid yet. */
static PGconn *begin_write(void)
{
    PGconn *writer = database_connect(&d, "paybus_owner");
    database_exec(writer, "begin");
    database_exec(writer, "insert into public.a values (4)");
    return writer;
}

static void end_write(PGconn *writer)
{
    database_exec(writer, "commit");
    PQfinish(writer);
}

static bool has_index(void *context)
{
    return strcmp(database_value(context, "select count(*) from pg_index i join pg_class c"
                                          " on c.oid = i.indexrelid where c.relname = 'a_by_n'"),
                  "1") == 0;
}

/* Starts a run that builds the index and waits for the writer. */
static void start_index(PGconn *look)
{
    put("0003_index_a.sql", INDEX_A);
    start(&tool, NULL);
    assert_true(eventually(has_index, look, LOCK_DEADLINE_MS));
}

/* A run that ends in the middle of an index leaves one that nobody reads: the next run makes it anew. */
static void test_interrupted_index(void **state)
{
    (void)state;
    expect(NULL, 0, "Done");
    PGconn *writer = begin_write(), *look = database_connect(&d, "postgres");
    start_index(look);
    database_exec(look, "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where application_name = 'paybus-migrate'");
    expect_end(&tool, 1, "0003_index_a.sql");
    sql_gives("select indisvalid from pg_index where indexrelid = 'public.a_by_n'::regclass", "f");
    end_write(writer);
    PQfinish(look);
    expect(NULL, 0, "0003_index_a.sql applied");
    sql_gives("select indisvalid from pg_index where indexrelid = 'public.a_by_n'::regclass", "t");
}

/* Ended after the index was whole, before it was noted: nothing is left to do but that. */
static void test_index_without_its_note(void **state)
{
    (void)state;
    put("0003_index_a.sql", INDEX_A);
    expect(NULL, 0, "0003_index_a.sql applied");
    PGconn *owner = database_connect(&d, "paybus_owner");
    database_exec(owner, "delete from public.paybus_migrations where version = 3");
    PQfinish(owner);
    expect(NULL, 0, "0003_index_a.sql applied");
}

static bool is_waiting(void *context)
{
    return strstr(tool_read(context), "waiting for it") != NULL;
}

/* The second run must not keep the first one's index waiting for it. */
static void test_together_with_index(void **state)
{
    (void)state;
    expect(NULL, 0, "Done");
    PGconn *writer = begin_write(), *look = database_connect(&d, "postgres");
    start_index(look);
    start(&other, NULL);
    assert_true(eventually(is_waiting, &other, LOCK_DEADLINE_MS));
    end_write(writer);
    PQfinish(look);
    expect_end(&tool, 0, "0003_index_a.sql applied");
    expect_end(&other, 0, "Nothing to do");
}

static void test_together(void **state)
{
    (void)state;
    put("0003_take_time.sql", "insert into public.a select 3 from pg_sleep(0.5);\n");
    start(&tool, NULL);
    start(&other, NULL);
    expect_end(&tool, 0, "the schema is at 0003_take_time.sql");
    expect_end(&other, 0, "the schema is at 0003_take_time.sql");
    sql_gives("select count(*) from public.a", "3");
}

static bool is_trying_again(void *context)
{
    return strstr(tool_read(context), "trying again") != NULL;
}

static void test_lock_does_not_come(void **state)
{
    (void)state;
    expect(NULL, 0, "Done");
    put("0003_alter_a.sql", "create table public.b (n int);\nalter table public.a add column m int;\n");
    PGconn *reader = database_connect(&d, "paybus_owner");
    database_exec(reader, "begin");
    database_exec(reader, "select from public.a");
    start(&tool, NULL);
    assert_true(eventually(is_trying_again, &tool, LOCK_DEADLINE_MS));
    sql_gives("select to_regclass('public.b') is null", "t"); /* given up, not waiting in the middle */
    database_exec(reader, "commit");
    PQfinish(reader);
    expect_end(&tool, 0, "0003_alter_a.sql applied");
}

/* A file's settings end with it. */
static void test_settings_do_not_leak(void **state)
{
    (void)state;
    put("0003_set_path.sql", "set search_path = pg_catalog; set lock_timeout = 0;");
    put("0004_show_settings.sql", "create table b as select current_setting('lock_timeout') as t;");
    expect(NULL, 0, "Done");
    sql_gives("select t from public.b", "2s");
    put("0005_show_again.sql",
        "-- paybus: no transaction\ncreate table c as select current_setting('lock_timeout') as t;");
    expect(NULL, 0, "Done");
    sql_gives("select t from public.c", "0"); /* nobody waits behind it */
}

static void test_exit_codes(void **state)
{
    (void)state;
    const char *const unreachable[] = {
        database_migrate_path, "--database", "postgresql://127.0.0.1:1/x", "--dir", folder, NULL};
    assert_int_equal(tool_run(&tool, unreachable), 69);
    assert_non_null(strstr(tool.output, "the database cannot be reached"));
    const char *const no_folder[] = {
        database_migrate_path, "--database", d.owner_url, "--dir", "/nowhere", NULL};
    assert_int_equal(tool_run(&tool, no_folder), 1);
    const char *const unknown[] = {database_migrate_path, "--what", NULL};
    assert_int_equal(tool_run(&tool, unknown), 64);
    const char *const help[] = {database_migrate_path, "--help", NULL};
    assert_int_equal(tool_run(&tool, help), 0);
    assert_non_null(strstr(tool.output, "exit codes:"));
}

static int create(void **state)
{
    (void)state;
    database_create(&d);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    database_destroy(&d);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_fresh_then_again),
        TEST(test_project),
        TEST(test_history_mismatch),
        TEST(test_bad_folders),
        TEST(test_failure_leaves_nothing),
        TEST(test_no_transaction),
        TEST(test_interrupted_index),
        TEST(test_index_without_its_note),
        TEST(test_together_with_index),
        TEST(test_together),
        TEST(test_lock_does_not_come),
        TEST(test_settings_do_not_leak),
        TEST(test_exit_codes),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
