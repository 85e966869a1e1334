/* test_runbooks.c - what runbooks tell operators to ask PostgreSQL can be asked, in the schema that there is,
   by the role that they name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/database.h"
#include "tests/support/process.h"

#define RUNBOOKS       PAYBUS_SOURCE_DIR "/docs/runbooks"
#define STATEMENTS_MIN 15
#define RUN_MS         60000

static struct database database;

/* Prints each command that fails, and fails then or when there are fewer than $2. */
#define ASK_ALL                                                                                              \
    "count=0 failed=0; while IFS= read -r command; do count=$((count + 1)); "                                \
    "bash -c \"$command\" >/dev/null || { failed=1; printf '%s\\n' \"$command\"; }; "                        \
    "done < <(grep -h '^psql ' \"$1\"/*.md); ((failed == 0 && count >= $2))"

static void statements_can_be_asked(void **state)
{
    (void)state;
    char recon_url[128], monitor_url[128], least[16];
    (void)snprintf(recon_url, sizeof recon_url, "RECON_URL=postgresql://paybus_recon@127.0.0.1:%d/paybus",
                   database.postgres.port);
    (void)snprintf(monitor_url, sizeof monitor_url,
                   "MONITOR_URL=postgresql://paybus_monitor@127.0.0.1:%d/postgres", database.postgres.port);
    (void)snprintf(least, sizeof least, "%d", STATEMENTS_MIN);
    const char *const argv[] = {"bash", "-c", ASK_ALL, "runbooks", RUNBOOKS, least, NULL};
    const char *const environment[] = {recon_url, monitor_url, NULL};
    const struct process_spec spec = {.argv = argv, .environment = environment, .log_file = "/dev/stderr"};
    assert_int_equal(process_run(&spec, RUN_MS), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(statements_can_be_asked)};
    database_create_migrated(&database);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    database_destroy(&database);
    return failed;
}
