/* test_servers.c - a private server that is started again is that server, although another one took its port
   while it was stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <pthread.h>

#include "tests/support/database.h"
#include "tests/support/process.h"

#define REFUSED_MS 20000

static struct servers_postgres ours, stranger;

static bool is_refused_its_port(void *context)
{
    char path[SERVERS_PATH_SIZE + 8], line[512];
    bool refused = false;
    (void)context;
    (void)snprintf(path, sizeof path, "%s/log", ours.directory);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        refused = refused || strstr(line, "could not bind") != NULL;
    if (f != NULL)
        (void)fclose(f);
    return refused;
}

static void *make_room(void *context)
{
    bool *refused = context;
    *refused = eventually(is_refused_its_port, NULL, REFUSED_MS);
    servers_postgres_stop(&stranger, SERVERS_STOP_FAST);
    return NULL;
}

static void another_has_the_port(void **state)
{
    (void)state;
    pthread_t thread;
    bool refused = false;
    char data[SERVERS_PATH_SIZE + 8];
    servers_postgres_create(&ours, NULL);
    servers_postgres_create(&stranger, NULL);
    servers_postgres_stop(&ours, SERVERS_STOP_FAST);
    servers_standby_move(&stranger, ours.port);
    assert_int_equal(pthread_create(&thread, NULL, make_room, &refused), 0);
    servers_postgres_start(&ours);
    (void)pthread_join(thread, NULL);
    assert_true(refused);
    PGconn *conn = PQconnectdb(ours.conninfo);
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    (void)snprintf(data, sizeof data, "%s/data", ours.directory);
    assert_string_equal(database_value(conn, "show data_directory"), data);
    PQfinish(conn);
}

static int destroy(void **state)
{
    (void)state;
    servers_postgres_destroy(&ours);
    servers_postgres_destroy(&stranger);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(another_has_the_port)};
    return cmocka_run_group_tests(tests, NULL, destroy);
}
