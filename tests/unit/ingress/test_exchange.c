/* test_exchange.c - what an answer may take of the memory, and that a thread at rest holds none of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ingress/edge/exchange.h"

#define PIECE ((size_t)1 << 20)

static const struct param_spec limit = {.name = "limit"};
static const struct route list = {.params = &limit, .param_count = 1}, single = {0},
                          command = {.command = "transfer.batch"};
static struct ingress ingress;

/* A finished answer of so many bytes. */
static void answer(struct exchange *ex, const struct route *route, size_t bytes)
{
    exchange_begin(ex, &ingress);
    ex->route = route;
    char *text = calloc(1, bytes);
    assert_non_null(text);
    exchange_raw(ex, 200, JSON_TYPE, (struct str){text, bytes});
    free(text);
    exchange_settle(ex);
}

static void what_is_big_ends_with_the_request(void **state)
{
    (void)state;
    struct exchange ex = {0};
    answer(&ex, &list, PIECE);
    assert_int_equal(ex.status, 200);
    assert_int_equal(atomic_load(&ingress.big_answers), ex.answer.cap);
    assert_non_null(arena_alloc(&ex.arena, PIECE / 2));
    exchange_end(&ex);
    assert_int_equal(ex.answer.cap, 0);
    assert_int_equal(ex.arena.used_bytes, 0);
    assert_int_equal(atomic_load(&ingress.big_answers), 0);
    exchange_free(&ex);
}

static void small_buffers_are_kept(void **state)
{
    (void)state;
    struct exchange ex = {0};
    answer(&ex, &list, 1000);
    assert_int_equal(atomic_load(&ingress.big_answers), 0);
    exchange_end(&ex);
    assert_true(ex.answer.cap > 0);
    exchange_free(&ex);
}

static void a_page_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    struct exchange ex = {0};
    answer(&ex, &list, EXCHANGE_ANSWER_MAX + 1);
    assert_int_equal(ex.status, 400);
    exchange_end(&ex);
    answer(&ex, &single, EXCHANGE_ANSWER_MAX + 1);
    assert_int_equal(ex.status, 500);
    exchange_end(&ex);
    exchange_free(&ex);
}

static void a_reply_may_be_larger_than_a_page(void **state)
{
    (void)state;
    struct exchange ex = {0};
    answer(&ex, &command, EXCHANGE_ANSWER_MAX + 1);
    assert_int_equal(ex.status, 200);
    exchange_end(&ex);
    answer(&ex, &command, EXCHANGE_REPLY_MAX + 1);
    assert_int_equal(ex.status, 504);
    exchange_end(&ex);
    exchange_free(&ex);
}

static void many_large_bodies_make_it_busy(void **state)
{
    (void)state;
    static struct exchange ex[EXCHANGE_BODIES_MAX / PIECE + 1];
    const size_t count = sizeof(ex) / sizeof(ex[0]);
    for (size_t i = 0; i < count; i++) {
        exchange_begin(&ex[i], &ingress);
        assert_int_equal(exchange_admit_body(&ex[i], PIECE), i < count - 1);
    }
    assert_int_equal(ex[count - 1].status, 503);
    assert_true(exchange_admit_body(&ex[count - 1], EXCHANGE_BIG)); /* smaller ones pass */
    for (size_t i = 0; i < count; i++) {
        exchange_end(&ex[i]);
        exchange_free(&ex[i]);
    }
    assert_int_equal(atomic_load(&ingress.big_bodies), 0);
}

/* Of so many some find no room; a command has been carried out by then, and "busy" says that it was not. */
static void many_large_answers(const struct route *route, int refusal)
{
    static struct exchange ex[EXCHANGE_BIG_MAX / PIECE];
    const size_t count = sizeof(ex) / sizeof(ex[0]);
    size_t given = 0, refused = 0;
    for (size_t i = 0; i < count; i++) {
        ex[i] = (struct exchange){0};
        answer(&ex[i], route, PIECE);
        given += ex[i].status == 200;
        refused += ex[i].status == refusal;
    }
    assert_true(given > 0 && refused > 0 && given + refused == count);
    for (size_t i = 0; i < count; i++) {
        exchange_end(&ex[i]);
        exchange_free(&ex[i]);
    }
    assert_int_equal(atomic_load(&ingress.big_answers), 0);
}

static void many_large_answers_make_it_busy(void **state)
{
    (void)state;
    many_large_answers(&list, 503);
}

static void a_command_s_answer_without_room_is_unknown(void **state)
{
    (void)state;
    many_large_answers(&command, 504);
}

static void a_page_is_not_copied(void **state)
{
    (void)state;
    static char page[PIECE];
    struct exchange ex = {0};
    exchange_begin(&ex, &ingress);
    ex.route = &single;
    exchange_page(&ex, JSON_TYPE, (struct str){page, sizeof(page)});
    exchange_settle(&ex);
    assert_int_equal(ex.status, 200);
    assert_ptr_equal(exchange_body(&ex).data, page);
    assert_int_equal(exchange_body(&ex).len, sizeof(page));
    assert_int_equal(atomic_load(&ingress.big_answers), 0);
    exchange_end(&ex);
    answer(&ex, &single, 10);
    assert_int_equal(exchange_body(&ex).len, 10);
    exchange_end(&ex);
    exchange_free(&ex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_big_ends_with_the_request),
        cmocka_unit_test(small_buffers_are_kept),
        cmocka_unit_test(a_page_beyond_the_limit_is_refused),
        cmocka_unit_test(a_page_is_not_copied),
        cmocka_unit_test(many_large_answers_make_it_busy),
        cmocka_unit_test(a_command_s_answer_without_room_is_unknown),
        cmocka_unit_test(a_reply_may_be_larger_than_a_page),
        cmocka_unit_test(many_large_bodies_make_it_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
