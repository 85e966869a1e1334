/* test_command_metrics.c - what commands are counted by: few series at the start, none lost later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/edge/ledger_metrics.h"

#define NAME        "\npaybus_ledger_commands_total{"
#define SERIES_MOST 350 /* of 1,500 pairs that could be written */

static struct buf text;

static void expose(void)
{
    buf_reset(&text);
    metrics_write(&text);
    buf_add_char(&text, '\0');
    assert_int_equal(buf_status(&text), STATUS_OK);
}

static size_t series_count(void)
{
    size_t count = 0;
    for (const char *at = text.data; (at = strstr(at, NAME)) != NULL; at++)
        count++;
    return count;
}

static void alarms_are_there_with_zero(void **state)
{
    (void)state;
    expose();
    assert_true(series_count() <= SERIES_MOST);
    assert_non_null(strstr(text.data, NAME "command=\"transfer.batch\",code=\"batch_unfinished\"} 0\n"));
    assert_non_null(strstr(text.data, NAME "command=\"transfer.create\",code=\"insufficient_funds\"} 0\n"));
    assert_null(strstr(text.data, NAME "command=\"transfer.create\",code=\"hold_expired\"}"));
}

static void what_nobody_thought_of_is_counted_by_its_name(void **state)
{
    (void)state;
    size_t before = series_count();
    ledger_metrics_count(command_type_find(STR_LIT("transfer.create")), OUTCOME_rate_limited);
    ledger_metrics_count(command_type_find(STR_LIT("transfer.create")), OUTCOME_rate_limited);
    ledger_metrics_count(NULL, OUTCOME_rate_limited); /* of no command */
    expose();
    assert_int_equal(series_count(), before + 1);
    assert_non_null(strstr(text.data, NAME "command=\"transfer.create\",code=\"rate_limited\"} 2\n"));
}

/* A figure that is 0 before anybody has looked is an alarm. */
static void partitions_are_told_once_they_are_known(void **state)
{
    (void)state;
    expose();
    assert_null(strstr(text.data, "paybus_ledger_partitions_ahead_seconds"));
    ledger_metrics_set_partitions(14);
    expose();
    assert_non_null(strstr(text.data, "\npaybus_ledger_partitions_ahead_seconds 1209600\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(alarms_are_there_with_zero),
                                       cmocka_unit_test(what_nobody_thought_of_is_counted_by_its_name),
                                       cmocka_unit_test(partitions_are_told_once_they_are_known)};
    buf_init(&text, (size_t)4 << 20);
    ledger_metrics_init();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&text);
    return failed;
}
