/* test_postgres_conf.c - what PostgreSQL writes down with the log settings of production, which every private
   one of the tests has: slow statements and refused rows are named, the values in them are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "tests/support/servers.h"

#define TEXT_MAX (64 << 10)
#define VALUE    "ann@example.org"
#define SLOW     "select pg_sleep(1.1), $1::text"

static struct servers_postgres pg;

static void read_file(const char *path, char ret_text[TEXT_MAX])
{
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    size_t n = fread(ret_text, 1, TEXT_MAX - 1, f);
    ret_text[n] = '\0';
    (void)fclose(f);
}

static void run(PGconn *conn, const char *statement, ExecStatusType wanted)
{
    const char *const values[] = {VALUE};
    PGresult *r = PQexecParams(conn, statement, 1, NULL, values, NULL, NULL, 0);
    assert_int_equal(PQresultStatus(r), wanted);
    PQclear(r);
}

static void values_are_not_logged(void **state)
{
    (void)state;
    static char log[TEXT_MAX];
    char path[SERVERS_PATH_SIZE + 8];
    PGconn *conn = PQconnectdb(pg.conninfo);
    PQclear(PQexec(conn, "create table people (mail text check (length(mail) < 3))"));
    run(conn, SLOW, PGRES_TUPLES_OK);
    run(conn, "insert into people values ($1)", PGRES_FATAL_ERROR);
    PQfinish(conn);
    (void)snprintf(path, sizeof path, "%s/log", pg.directory);
    read_file(path, log);
    assert_non_null(strstr(log, SLOW));
    assert_non_null(strstr(log, "people_mail_check"));
    assert_null(strstr(log, VALUE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_not_logged)};
    servers_postgres_create(&pg, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    servers_postgres_destroy(&pg);
    return failed;
}
