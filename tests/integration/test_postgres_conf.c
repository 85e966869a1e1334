/* test_postgres_conf.c - what PostgreSQL writes down with the configuration of production: slow statements
   and refused rows are named, the values in them are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "shared/core/buf.h"
#include "tests/support/servers.h"

#define TEMPLATE PAYBUS_SOURCE_DIR "/compose/local/conf/postgresql.conf.in"
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

/* The lines about the log. */
static void take_log_settings(char *template, struct buf *out)
{
    char *rest = NULL;
    for (char *line = strtok_r(template, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "log_", strlen("log_")) == 0) {
            buf_add_str(out, line);
            buf_add_char(out, '\n');
        }
    }
    buf_add_char(out, '\0');
    assert_int_equal(buf_status(out), STATUS_OK);
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
    static char template[TEXT_MAX];
    CLEANUP(buf_free) struct buf settings = {0};
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_not_logged)};
    buf_init(&settings, TEXT_MAX);
    read_file(TEMPLATE, template);
    take_log_settings(template, &settings);
    servers_postgres_create(&pg, settings.data);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    servers_postgres_destroy(&pg);
    return failed;
}
