/* wrap: malloc */
/* test_json_in_errors.c - memory runs out: an answer, never a leak. Not every allocation of jansson can be
   tried: its lexer asserts when some of them fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "shared/core/json_in.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool malloc_fails; /* our own calls; the parser has its own functions below */
static int parser_allocations_left;
static long parser_blocks;

void *__wrap_malloc(size_t size)
{
    return malloc_fails ? NULL : __real_malloc(size);
}

static void *parser_malloc(size_t size)
{
    if (parser_allocations_left-- <= 0) {
        return NULL;
    }
    void *memory = __real_malloc(size);
    parser_blocks += memory != NULL;
    return memory;
}

static void parser_free(void *memory)
{
    parser_blocks -= memory != NULL;
    free(memory);
}

static int use_limited_parser(void **state)
{
    (void)state;
    parser_blocks = 0;
    json_set_alloc_funcs(parser_malloc, parser_free);
    return 0;
}

static int use_normal_parser(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, free);
    return 0;
}

static void parser_without_memory(void **state)
{
    (void)state;
    json_t *root = NULL;
    struct problem p;
    parser_allocations_left = 0;
    assert_int_equal(json_parse_object(STR_LIT("{\"a\":1}"), &root, &p), STATUS_NO_MEMORY);
    assert_int_equal(p.outcome, OUTCOME_busy);
    assert_null(root);
    assert_int_equal(parser_blocks, 0);
}

static void no_memory_for_the_copy_that_is_clamped(void **state)
{
    (void)state;
    json_t *root = NULL;
    struct problem p;
    parser_allocations_left = 1000;
    malloc_fails = true;
    enum status status = json_parse_object(STR_LIT("{\"amount\":99999999999999999999}"), &root, &p);
    malloc_fails = false;
    assert_int_equal(status, STATUS_NO_MEMORY);
    assert_int_equal(p.outcome, OUTCOME_busy);
    assert_null(root);
    assert_int_equal(parser_blocks, 0);
}

static void every_allocation_of_the_canonical_text(void **state)
{
    (void)state;
    json_t *root = NULL;
    struct problem p;
    parser_allocations_left = 1000;
    assert_int_equal(
        json_parse_object(STR_LIT("{\"b\":[1,{\"c\":\"x\"}],\"a\":{\"k\":\"\\u00e9\"}}"), &root, &p),
        STATUS_OK);
    long blocks = parser_blocks;
    enum status status = STATUS_NO_MEMORY;
    int allocations = 0;
    for (; status != STATUS_OK; allocations++) {
        struct buf b;
        buf_init(&b, 1000);
        parser_allocations_left = allocations;
        status = json_canonical(root, &b);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        assert_int_equal(parser_blocks, blocks);
        buf_free(&b);
        assert_in_range(allocations, 0, 1000);
    }
    assert_true(allocations > 1);
    json_decref(root);
    assert_int_equal(parser_blocks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parser_without_memory, use_limited_parser, use_normal_parser),
        cmocka_unit_test_setup_teardown(no_memory_for_the_copy_that_is_clamped, use_limited_parser,
                                        use_normal_parser),
        cmocka_unit_test_setup_teardown(every_allocation_of_the_canonical_text, use_limited_parser,
                                        use_normal_parser)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
