/* wrap: realloc */
/* test_buf_errors.c - memory runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "shared/core/buf.h"

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool realloc_fails;

void *__wrap_realloc(void *memory, size_t size)
{
    return realloc_fails ? NULL : __real_realloc(memory, size);
}

static void failure_keeps_what_was_there(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_add_str(&b, "kept");
    realloc_fails = true;
    for (int i = 0; i < 1000; i++) {
        buf_addf(&b, "%d ", i);
    }
    realloc_fails = false;
    assert_int_equal(buf_status(&b), STATUS_FULL);
    assert_memory_equal(b.data, "kept0 1 2 ", 10);
    buf_add_str(&b, "more"); /* sticky: a hole would be left */
    assert_true(b.len < 1000);
    buf_free(&b);
}

static void first_allocation_fails(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    realloc_fails = true;
    buf_add_str(&b, "x");
    realloc_fails = false;
    assert_int_equal(buf_status(&b), STATUS_FULL);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(failure_keeps_what_was_there),
                                       cmocka_unit_test(first_allocation_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
