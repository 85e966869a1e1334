/* paybus_migrate.c - paybus-migrate: brings a database to the newest schema, or says where it stands. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger-svc/tools/migrate/migration_run.h"

enum migrate_exit {
    MIGRATE_DONE = 0,
    MIGRATE_FAILED = 1,
    MIGRATE_PENDING = 2,
    MIGRATE_REFUSED = 3,
    MIGRATE_USAGE = 64,
    MIGRATE_UNAVAILABLE = 69
};

static const char help[] =
    "usage: paybus-migrate [--database CONNINFO] [--dir FOLDER] [--status]\n"
    "\n"
    "Applies the files NNNN_verb_object.sql of a folder to a database, in order and each once. A file runs "
    "in one\n"
    "transaction together with its row in public.paybus_migrations; one whose first line is\n"
    "\"" MIGRATION_NO_TRANSACTION "\" runs outside a transaction and holds one statement.\n"
    "\n"
    "  --database CONNINFO  a PostgreSQL URL or keywords; default: PAYBUS_DATABASE_URL\n"
    "  --dir FOLDER         default: migrations\n"
    "  --status             changes nothing, prints a table of applied, pending and changed files\n"
    "  --help               this text\n"
    "\n"
    "exit codes:\n"
    "   0  the schema is up to date\n"
    "   1  a migration failed, or the database or a file could not be read\n"
    "   2  --status only: migrations are pending\n"
    "   3  refused: an applied file was edited, renamed, removed or slipped in later\n"
    "  64  wrong arguments\n"
    "  69  the database cannot be reached\n";

struct migrate_options {
    const char *database, *dir;
    bool status_only;
};

static int complain(int code, const char *reason)
{
    (void)fprintf(stderr, "paybus-migrate: %s\n", reason);
    return code;
}

/* Returns -1 to go on, or the exit code. */
static int read_options(int argc, char **argv, struct migrate_options *ret)
{
    static const struct option options[] = {{"database", required_argument, NULL, 'd'},
                                            {"dir", required_argument, NULL, 'f'},
                                            {"status", no_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    *ret = (struct migrate_options){.database = getenv("PAYBUS_DATABASE_URL"), .dir = "migrations"};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'd')
            ret->database = optarg;
        else if (c == 'f')
            ret->dir = optarg;
        else if (c == 's')
            ret->status_only = true;
        else if (c == 'h')
            return fputs(help, stdout) < 0 ? MIGRATE_FAILED : MIGRATE_DONE;
        else
            return complain(MIGRATE_USAGE, "see paybus-migrate --help.");
    }
    if (optind < argc)
        return complain(MIGRATE_USAGE, "takes options only; see paybus-migrate --help.");
    if (!ret->database || !*ret->database)
        return complain(MIGRATE_USAGE, "needs --database or PAYBUS_DATABASE_URL.");
    return -1;
}

static void print_table(const struct plan_row *rows, size_t count)
{
    (void)printf("%-48s  %-8s  %-20s  %s\n", "migration", "state", "applied at", "took");
    for (size_t i = 0; i < count; i++) {
        const struct migration *m = rows[i].file;
        const struct applied *a = rows[i].applied;
        const char *name = m ? m->name : "", *applied_at = "-", *duration = "-";
        if (a) {
            name = m ? name : a->name;
            applied_at = a->applied_at;
            duration = a->duration;
        }
        (void)printf("%-48s  %-8s  %-20s  %s\n", name, plan_state_name(rows[i].state), applied_at, duration);
    }
}

static int show_status(const struct plan_row *rows, size_t count)
{
    char reason[REASON_SIZE];
    print_table(rows, count);
    if (plan_check(rows, count, reason) != STATUS_OK)
        return complain(MIGRATE_REFUSED, reason);
    return plan_count(rows, count, PLAN_PENDING) > 0 ? MIGRATE_PENDING : MIGRATE_DONE;
}

static int apply_pending(PGconn *conn, const struct plan_row *rows, size_t count)
{
    char reason[REASON_SIZE];
    if (plan_check(rows, count, reason) != STATUS_OK)
        return complain(MIGRATE_REFUSED, reason);
    int applied = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t duration_us = 0;
        if (rows[i].state == PLAN_APPLIED)
            continue;
        if (migration_apply(conn, rows[i].file, &duration_us, reason) != STATUS_OK)
            return complain(MIGRATE_FAILED, reason);
        (void)printf("%s applied in %" PRId64 " ms\n", rows[i].file->name, duration_us / 1000);
        (void)fflush(stdout);
        applied++;
    }
    (void)printf("%s; the schema is at %s.\n", applied ? "Done" : "Nothing to do",
                 rows[count - 1].file->name);
    return MIGRATE_DONE;
}

static int compare_and_go(PGconn *conn, const struct migration_list *files, bool status_only)
{
    char reason[REASON_SIZE];
    CLEANUP(history_free) struct applied_list history = {0};
    enum status s = status_only ? STATUS_OK : migrate_lock(conn, reason);
    if (s == STATUS_OK && !status_only)
        s = history_create(conn, reason);
    if (s == STATUS_OK)
        s = history_load(conn, &history, reason);
    if (s != STATUS_OK)
        return complain(MIGRATE_FAILED, reason);
    struct plan_row *rows;
    size_t count;
    if (plan_make(files, &history, &rows, &count) != STATUS_OK)
        return complain(MIGRATE_FAILED, "out of memory.");
    int code = status_only ? show_status(rows, count) : apply_pending(conn, rows, count);
    free(rows);
    return code;
}

int main(int argc, char **argv)
{
    struct migrate_options options;
    int code = read_options(argc, argv, &options);
    if (code >= 0)
        return code;
    char reason[REASON_SIZE];
    CLEANUP(migrations_free) struct migration_list files = {0};
    if (migrations_read(options.dir, &files, reason) != STATUS_OK)
        return complain(MIGRATE_FAILED, reason);
    PGconn *conn;
    if (migrate_connect(options.database, &conn, reason) != STATUS_OK)
        return complain(MIGRATE_UNAVAILABLE, reason);
    code = compare_and_go(conn, &files, options.status_only);
    PQfinish(conn);
    return code;
}
