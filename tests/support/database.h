/* database.h - the schema under test: a private cluster with the roles of production and the database
   "paybus", the tools as built beside the test, plain SQL as any role. What cannot work aborts the test with
   a sentence. */
#ifndef TESTS_SUPPORT_DATABASE_H
#define TESTS_SUPPORT_DATABASE_H

#include <libpq-fe.h>
#include <stddef.h>

#include "tests/support/servers.h"

#define DATABASE_URL_SIZE 128

struct database {
    struct servers_postgres postgres;
    char owner_url[DATABASE_URL_SIZE]; /* for --database of the tools */
};

/* Roles by migrations/roles.sql and an empty database owned by paybus_owner. */
void database_create(struct database *d);
void database_migrate(struct database *d); /* by paybus-migrate, with the migrations of the project */
/* Both, as a copy of what was made so today by the same program from the same migrations. */
void database_create_migrated(struct database *d);
void database_destroy(struct database *d); /* safe when zeroed */

/* "postgres" or one of the roles; in UTC. Finish it with PQfinish. */
PGconn *database_connect(const struct database *d, const char *role);
/* What must work. */
void database_exec(PGconn *conn, const char *sql);
/* One value as text, NULL as "". Valid until the next call. */
const char *database_value(PGconn *conn, const char *sql);
/* What may fail, in a transaction that is rolled back: its SQLSTATE, "00000" when it worked. Valid until the
   next call. */
const char *database_try(PGconn *conn, const char *sql);

/* Paths for tool_start and tool_run. */
extern const char *const database_migrate_path, *const database_admin_path, *const database_ledger_path,
                                                                                *const database_verify_path;
extern const char *const database_migrations;

/* A run of a tool, its output and errors in one file. */
struct tool {
    pid_t pid;
    char directory[SERVERS_PATH_SIZE];
    char output[8192]; /* filled by tool_read and tool_wait */
    int timeout_ms;    /* how long tool_wait waits: a minute, unless set after tool_start */
};
void tool_start(struct tool *t, const char *const *argv);
/* The output so far. */
const char *tool_read(struct tool *t);
/* The exit code, when it has ended; the output stays readable. */
int tool_wait(struct tool *t);
/* Starts and waits. */
int tool_run(struct tool *t, const char *const *argv);

#endif
