/* test_status.c - every status has its own word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/status.h"

static void every_status_has_its_own_word(void **state)
{
    (void)state;
    for (int a = STATUS_OK; a <= STATUS_FAILED; a++) {
        assert_string_not_equal(status_name((enum status)a), "?");
        for (int b = STATUS_OK; b < a; b++) {
            assert_string_not_equal(status_name((enum status)a), status_name((enum status)b));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_status_has_its_own_word)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
