/* wrap: malloc */
/* test_arena_errors.c - memory runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "shared/core/arena.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool malloc_fails;

void *__wrap_malloc(size_t size)
{
    return malloc_fails ? NULL : __real_malloc(size);
}

static void failure_leaves_the_arena_usable(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    malloc_fails = true;
    assert_null(arena_alloc(&a, 10));
    assert_null(arena_strndup(&a, "abc", 3));
    assert_int_equal(a.used_bytes, 0);
    malloc_fails = false;
    assert_non_null(arena_alloc(&a, 10));
    size_t used = a.used_bytes;
    malloc_fails = true;
    assert_null(arena_alloc(&a, 100000)); /* needs a block */
    assert_non_null(arena_alloc(&a, 10)); /* still room in the first */
    assert_int_equal(a.used_bytes, used);
    malloc_fails = false;
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(failure_leaves_the_arena_usable)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
