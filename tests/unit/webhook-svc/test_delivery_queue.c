/* test_delivery_queue.c - how much of an owner's goes into the queue at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook-svc/edge/delivery_queue.h"

static struct queue_share share;

static int admitted(const char *owner, int asked)
{
    int count = 0;
    for (int i = 0; i < asked; i++)
        count += queue_share_admits(&share, str_of(owner));
    return count;
}

static void much_while_it_is_short(void **state)
{
    (void)state;
    static struct delivery_queue q;
    assert_false(delivery_queue_is_long(&q));
    queue_share_begin(&share, &q);
    assert_int_equal(admitted("mallory", 12800), 256);
    assert_int_equal(admitted("alice", 2), 2);
    queue_share_begin(&share, &q);
    assert_int_equal(admitted("mallory", 10), 10);
}

static void little_while_it_is_long(void **state)
{
    (void)state;
    static struct delivery_queue q;
    delivery_queue_note(&q, 1001);
    assert_true(delivery_queue_is_long(&q));
    queue_share_begin(&share, &q);
    assert_int_equal(admitted("mallory", 12800), 8);
    assert_int_equal(admitted("alice", 2), 2);
    delivery_queue_note(&q, 1000);
    assert_false(delivery_queue_is_long(&q));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(much_while_it_is_short),
        cmocka_unit_test(little_while_it_is_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
