/* database.c - see database.h. */
#include "tests/support/database.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "shared/core/clock.h"
#include "shared/core/digest.h"
#include "shared/core/parse.h"
#include "tests/support/process.h"

#define TOOL_TIMEOUT_MS 60000
#define CONTENT_MAX     ((size_t)16 << 20)
#define NAME_BYTES      16 /* of a digest */
#define US_PER_DAY      INT64_C(86400000000)

const char *const database_migrate_path = PAYBUS_MIGRATE_PATH;
const char *const database_admin_path = PAYBUS_ADMIN_PATH;
const char *const database_ledger_path = PAYBUS_LEDGER_PATH;
const char *const database_verify_path = PAYBUS_VERIFY_PATH;
const char *const database_migrations = PAYBUS_MIGRATIONS;

static void run_file(PGconn *conn, const char *path)
{
    static char sql[65536];
    FILE *f = fopen(path, "re");
    size_t len = f ? fread(sql, 1, sizeof(sql) - 1, f) : 0;
    if (!f || len == 0 || len == sizeof(sql) - 1)
        servers_fail("%s cannot be read", path);
    (void)fclose(f);
    sql[len] = '\0';
    database_exec(conn, sql);
}

static PGconn *connect_to(const struct database *d, const char *role, const char *name)
{
    char conninfo[192];
    (void)snprintf(
        conninfo, sizeof(conninfo),
        "host=127.0.0.1 port=%d user=%s dbname=%s options='-c timezone=UTC -c client_min_messages=error'",
        d->postgres.port, role, name);
    PGconn *conn = PQconnectdb(conninfo);
    if (PQstatus(conn) != CONNECTION_OK)
        servers_fail("%s cannot connect to %s: %s", role, name, PQerrorMessage(conn));
    return conn;
}

static void find_url(struct database *d)
{
    (void)snprintf(d->owner_url, sizeof(d->owner_url), "postgresql://paybus_owner@127.0.0.1:%d/paybus",
                   d->postgres.port);
}

static void make_paybus(struct database *d)
{
    PGconn *conn = connect_to(d, "postgres", "postgres");
    run_file(conn, PAYBUS_MIGRATIONS "/roles.sql");
    database_exec(conn, "create database paybus owner paybus_owner");
    PQfinish(conn);
    find_url(d);
}

void database_create(struct database *d)
{
    servers_postgres_create(&d->postgres, NULL);
    make_paybus(d);
}

void database_migrate(struct database *d)
{
    static struct tool t;
    const char *const argv[] = {database_migrate_path, "--database", d->owner_url, "--dir",
                                database_migrations,   NULL};
    int code = tool_run(&t, argv);
    if (code != 0)
        servers_fail("paybus-migrate ended with %d: %s", code, t.output);
}

static void add_file(struct buf *content, const char *path)
{
    char part[4096];
    FILE *f = fopen(path, "re");
    if (!f)
        servers_fail("%s cannot be read", path);
    buf_addf(content, "\n%s\n", path);
    for (size_t len; (len = fread(part, 1, sizeof(part), f)) > 0;)
        buf_add(content, part, len);
    (void)fclose(f);
}

/* Partitions are made for the days around the one on which the migrations run. */
static void name_content(char ret_name[static 2 * NAME_BYTES + 1])
{
    CLEANUP(buf_free) struct buf content = {0};
    struct digest digest;
    glob_t files;
    buf_init(&content, CONTENT_MAX);
    buf_addf(&content, "%lld", (long long)(clock_unix_us() / US_PER_DAY));
    add_file(&content, PAYBUS_MIGRATE_PATH);
    add_file(&content, PAYBUS_SOURCE_DIR "/compose/local/conf/postgresql.conf.in");
    if (glob(PAYBUS_MIGRATIONS "/*.sql", 0, NULL, &files) != 0)
        servers_fail("no migrations in %s", PAYBUS_MIGRATIONS);
    for (size_t i = 0; i < files.gl_pathc; i++)
        add_file(&content, files.gl_pathv[i]);
    globfree(&files);
    if (buf_status(&content) != STATUS_OK)
        servers_fail("the migrations are too large");
    digest_of((struct str){content.data, content.len}, &digest);
    format_hex(digest.bytes, NAME_BYTES, ret_name);
}

static void fill(const struct servers_postgres *postgres)
{
    struct database d = {.postgres = *postgres};
    make_paybus(&d);
    database_migrate(&d);
}

void database_create_migrated(struct database *d)
{
    char name[2 * NAME_BYTES + 1];
    name_content(name);
    servers_postgres_create_filled(&d->postgres, name, fill);
    find_url(d);
}

void database_destroy(struct database *d)
{
    servers_postgres_destroy(&d->postgres);
}

PGconn *database_connect(const struct database *d, const char *role)
{
    return connect_to(d, role, "paybus");
}

void database_exec(PGconn *conn, const char *sql)
{
    PGresult *r = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        servers_fail("%.200s: %s", sql, PQerrorMessage(conn));
    PQclear(r);
}

const char *database_value(PGconn *conn, const char *sql)
{
    static char value[8192];
    PGresult *r = PQexec(conn, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) != 1)
        servers_fail("%.200s: %s", sql, PQerrorMessage(conn));
    (void)snprintf(value, sizeof(value), "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    return value;
}

const char *database_try(PGconn *conn, const char *sql)
{
    static char state[6];
    database_exec(conn, "begin");
    PGresult *r = PQexec(conn, sql);
    if (PQresultErrorField(r, PG_DIAG_SQLSTATE) == NULL) { /* what COMMIT would say */
        PQclear(r);
        r = PQexec(conn, "set constraints all immediate");
    }
    const char *failed = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    (void)snprintf(state, sizeof(state), "%s", failed ? failed : "00000");
    PQclear(r);
    database_exec(conn, "rollback");
    return state;
}

static void output_path(const struct tool *t, char *path, size_t size)
{
    (void)snprintf(path, size, "%s/output", t->directory);
}

void tool_start(struct tool *t, const char *const *argv)
{
    char path[SERVERS_PATH_SIZE + 8];
    *t = (struct tool){.timeout_ms = TOOL_TIMEOUT_MS};
    servers_make_directory(t->directory);
    output_path(t, path, sizeof(path));
    const struct process_spec spec = {.argv = argv, .log_file = path};
    if (process_start(&spec, &t->pid) != STATUS_OK)
        servers_fail("%s cannot be started", argv[0]);
}

const char *tool_read(struct tool *t)
{
    char path[SERVERS_PATH_SIZE + 8];
    output_path(t, path, sizeof(path));
    FILE *f = fopen(path, "re");
    size_t len = f ? fread(t->output, 1, sizeof(t->output) - 1, f) : 0;
    if (f)
        (void)fclose(f);
    t->output[len] = '\0';
    return t->output;
}

int tool_wait(struct tool *t)
{
    int wait_status = 0;
    int64_t deadline_ms = clock_monotonic_ms() + t->timeout_ms;
    while (process_is_running(t->pid, &wait_status)) {
        if (clock_monotonic_ms() > deadline_ms)
            servers_fail("a tool does not end; so far it said: %s", tool_read(t));
        pause_ms(5);
    }
    (void)tool_read(t);
    servers_remove_directory(t->directory);
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

int tool_run(struct tool *t, const char *const *argv)
{
    tool_start(t, argv);
    return tool_wait(t);
}
