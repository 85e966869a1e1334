/* test_migration_plan.c - names of migrations, and every state of a version: files against history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/tools/migrate/migration_plan.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int wanted; /* 0: refused */
    } cases[] = {
        {"0001_create_tables.sql", 1},
        {"9999_add_index_of_x2.sql", 9999},
        {"0000_create_tables.sql", 0},
        {"001_create_tables.sql", 0},
        {"00001_create_tables.sql", 0},
        {"0001_create.sql", 0},
        {"0001_create_.sql", 0},
        {"0001__create_it.sql", 0},
        {"0001_Create_it.sql", 0},
        {"0001-create-it.sql", 0},
        {"0001_create_it.sql~", 0},
        {"0001_create_it.SQL", 0},
        {"0001_create it.sql", 0},
        {"0001_create_it", 0},
        {"create_it_now.sql", 0},
        {"", 0},
        {"0001_a_b.sql", 1},
        {"0001_a_.sql", 0},
        {"0001_create_it.sql.sql", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int version = 0;
        enum status s = migration_name_parse(cases[i].name, &version);
        if (version != cases[i].wanted || (s == STATUS_OK) != (cases[i].wanted > 0))
            fail_msg("\"%s\": version %d, wanted %d", cases[i].name, version, cases[i].wanted);
    }
    char long_name[2 * MIGRATION_NAME_SIZE] = "0001_create_";
    memset(long_name + strlen(long_name), 'x', MIGRATION_NAME_SIZE);
    memcpy(long_name + MIGRATION_NAME_SIZE, ".sql", 5);
    int version = 0;
    assert_int_equal(migration_name_parse(long_name, &version), STATUS_INVALID);
}

/* One letter a version: in files the file's name and checksum, in history what was applied; '-' is a gap. */
static const struct {
    const char *name, *files, *history, *wanted_states, *wanted_reason;
} cases[] = {
    {"fresh", "ab", "", "pending pending", NULL},
    {"half way", "abc", "a", "applied pending pending", NULL},
    {"up to date", "ab", "ab", "applied applied", NULL},
    {"edited", "ab", "aB", "applied changed", "0002_b_b.sql was edited"},
    {"renamed", "ab", "xb", "renamed applied", "0001_a_a.sql was applied under the name 0001_x_x.sql"},
    {"an older folder", "a", "ab", "applied missing", "0002_b_b.sql was applied but is not in the folder"},
    {"slipped in", "abc", "a-c", "applied skipped applied", "0002_b_b.sql was not applied though later"},
    {"the first is named", "ab", "AB", "changed changed", "0001_a_a.sql was edited"},
};

/* Upper case is another checksum under the same name. */
static void name_and_checksum(int version, char letter, char *name, char *checksum)
{
    char small = (char)(letter | 0x20);
    (void)snprintf(name, MIGRATION_NAME_SIZE, "%04d_%c_%c.sql", version, small, small);
    (void)snprintf(checksum, MIGRATION_CHECKSUM_SIZE, "%c", letter);
}

static void fill(const char *files, struct migration *migrations, const char *history,
                 struct applied_list *applied)
{
    for (int i = 0; files[i]; i++) {
        migrations[i].version = i + 1;
        name_and_checksum(i + 1, files[i], migrations[i].name, migrations[i].checksum);
    }
    for (int i = 0; history[i]; i++) {
        if (history[i] == '-')
            continue;
        struct applied *a = &applied->items[applied->count++];
        a->version = i + 1;
        name_and_checksum(i + 1, history[i], a->name, a->checksum);
    }
}

static void test_states(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        struct migration migrations[4] = {0};
        struct applied applied[4] = {0};
        const struct migration_list files = {.items = migrations, .count = strlen(cases[c].files)};
        struct applied_list history = {.items = applied};
        fill(cases[c].files, migrations, cases[c].history, &history);

        struct plan_row *rows;
        size_t count;
        assert_int_equal(plan_make(&files, &history, &rows, &count), STATUS_OK);
        char states[128] = "", reason[REASON_SIZE] = "";
        for (size_t i = 0; i < count; i++)
            (void)snprintf(states + strlen(states), sizeof(states) - strlen(states), "%s%s", i ? " " : "",
                           plan_state_name(rows[i].state));
        enum status s = plan_check(rows, count, reason);
        const char *wanted = cases[c].wanted_reason;
        if (strcmp(states, cases[c].wanted_states) != 0 || (s == STATUS_OK) != !wanted ||
            (wanted && !strstr(reason, wanted)))
            fail_msg("%s: %s, \"%s\"", cases[c].name, states, reason);
        free(rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_states)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
