/* admin.c - arguments, connection and ids of the commands. */
#include "ledger-svc/tools/admin/admin.h"

#include <assert.h>
#include <getopt.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/core/clock.h"

#define OPTIONS_MAX      8
#define QUERY_TIMEOUT_MS 60000

int admin_complain(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("paybus-admin: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return code;
}

static enum status read_options(int argc, char **argv, const struct admin_option *options)
{
    struct option longs[OPTIONS_MAX + 1] = {0};
    for (int i = 0; options[i].name; i++) {
        assert(i < OPTIONS_MAX);
        longs[i] = (struct option){options[i].name, required_argument, NULL, i};
    }
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (c == '?') {
            (void)admin_complain(EXIT_USAGE, "%s is not an option here, or lacks its value.",
                                 argv[optind - 1]);
            return STATUS_INVALID;
        }
        *options[c].value = optarg;
    }
    return STATUS_OK;
}

enum status admin_read_arguments(int argc, char **argv, const struct admin_option *options,
                                 const char **ret_positional, int positional_count)
{
    if (read_options(argc, argv, options) != STATUS_OK)
        return STATUS_INVALID;
    for (; options->name; options++) {
        if (options->required && !*options->value) {
            (void)admin_complain(EXIT_USAGE, "--%s is required.", options->name);
            return STATUS_INVALID;
        }
    }
    if (argc - optind != positional_count) {
        (void)admin_complain(EXIT_USAGE, "wants %d argument(s) beside the options.", positional_count);
        return STATUS_INVALID;
    }
    for (int i = 0; i < positional_count; i++)
        ret_positional[i] = argv[optind + i];
    return STATUS_OK;
}

enum status admin_open_database(const char *conninfo, struct db **ret_db)
{
    static struct db_options options = {
        .service = "paybus-admin",
        .settings = "set lock_timeout = '100ms'", /* nobody shall wait behind a tool that waits */
        .statements = admin_statements,
        .statement_count = ADMIN_SQL_COUNT,
        .query_timeout_ms = QUERY_TIMEOUT_MS};
    options.conninfo = conninfo ? conninfo : getenv("PAYBUS_DATABASE_URL");
    if (!options.conninfo || !*options.conninfo) {
        (void)admin_complain(EXIT_USAGE, "needs --database or PAYBUS_DATABASE_URL.");
        return STATUS_INVALID;
    }
    enum status s = db_open(&options, ret_db);
    if (s != STATUS_OK)
        (void)admin_complain(EXIT_NOT_AVAILABLE, "the database cannot be used: %s.", db_connect_error());
    return s;
}

void admin_close_database(struct db **db)
{
    db_close(*db);
    *db = NULL;
}

struct uuid admin_new_id(void)
{
    static uint32_t sequence;
    return uuid7_make(clock_unix_us(), sequence++, randombytes_random());
}
