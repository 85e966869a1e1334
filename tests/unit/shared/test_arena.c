/* test_arena.c - alignment, zeroing, the cap, reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdalign.h>
#include <string.h>

#include "shared/core/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 16, 17, 100, 5000, 20000};
    enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
    unsigned char *pieces[COUNT];
    struct arena a;
    arena_init(&a, 1 << 20);
    for (int i = 0; i < COUNT; i++) {
        pieces[i] = arena_alloc(&a, sizes[i]);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (size_t at = 0; at < sizes[i]; at++) {
            assert_int_equal(pieces[i][at], 0);
        }
        memset(pieces[i], i + 1, sizes[i]);
    }
    for (int i = 0; i < COUNT; i++) { /* nobody wrote into another's piece */
        for (size_t at = 0; at < sizes[i]; at++) {
            assert_int_equal(pieces[i][at], i + 1);
        }
    }
    arena_free(&a);
}

static void cap_holds_for_everything_together(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 100000);
    assert_null(arena_alloc(&a, 100001));
    assert_null(arena_alloc(&a, SIZE_MAX));
    size_t given = 0;
    while (arena_alloc(&a, 1000) != NULL) {
        given += 1000;
        assert_true(a.used_bytes <= a.cap_bytes);
    }
    assert_in_range(given, 90000, 100000); /* little is lost to blocks */
    arena_free(&a);
    assert_int_equal(a.used_bytes, 0);
}

static void reset_keeps_the_first_block_and_zeroes_again(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    arena_reset(&a); /* of an empty arena: nothing */
    char *first = arena_alloc(&a, 100);
    memset(first, 'x', 100);
    assert_non_null(arena_alloc(&a, 200000));
    arena_reset(&a);
    char *again = arena_alloc(&a, 100);
    assert_ptr_equal(again, first);
    assert_int_equal(again[99], 0);
    assert_true(a.used_bytes < 200000);
    arena_free(&a);
}

static void array_products_are_checked(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    assert_null(arena_alloc_array(&a, SIZE_MAX / 2, 3));
    assert_non_null(arena_alloc_array(&a, 100, 8));
    arena_free(&a);
}

static void arrays_grow_by_copies(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 64 << 10);
    int64_t *numbers = NULL;
    size_t cap = 0, count = 0;
    for (;;) {
        int64_t *larger = arena_grow(&a, numbers, count, &cap, sizeof(*numbers));
        if (larger == NULL) {
            break;
        }
        assert_true(cap > count);
        numbers = larger;
        numbers[count] = (int64_t)count;
        count++;
    }
    assert_true(count > 1000 && count == cap); /* the arena's cap ended it, and nothing was lost */
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(numbers[i], i);
    }
    arena_free(&a);
}

static void the_end_of_an_allocation_is_given_back(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    char *first = arena_alloc(&a, 5000);
    memset(first, 'x', 5000);
    arena_trim(&a, first, 3);
    char *second = arena_alloc(&a, 5000);
    assert_true(second > first && second < first + 64);
    assert_int_equal(second[0], 0);
    assert_int_equal(second[4999], 0);
    assert_int_equal(first[2], 'x');
    arena_free(&a);
}

static void copies_end_with_nul(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    assert_string_equal(arena_strndup(&a, "transfer", 5), "trans");
    assert_string_equal(arena_strndup(&a, NULL, 0), "");
    assert_null(arena_strndup(&a, "x", SIZE_MAX));
    arena_free(&a);
}

static void zero_cap_gives_nothing(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    assert_null(arena_alloc(&a, 0));
    assert_null(arena_alloc(&a, 1));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(cap_holds_for_everything_together),
        cmocka_unit_test(reset_keeps_the_first_block_and_zeroes_again),
        cmocka_unit_test(array_products_are_checked),
        cmocka_unit_test(arrays_grow_by_copies),
        cmocka_unit_test(the_end_of_an_allocation_is_given_back),
        cmocka_unit_test(copies_end_with_nul),
        cmocka_unit_test(zero_cap_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
