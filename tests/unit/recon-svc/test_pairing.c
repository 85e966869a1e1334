/* test_pairing.c - transactions and the events that post them, in all the orders that a busy ledger and a
   clock that is set can bring about: who has an event is never named, who has none always is. */
#include "recon-svc/domain/pairing.h"
#include "tests/unit/recon-svc/recon_expect.h"

#define SECOND_US INT64_C(1000000)
#define BEGIN_US  (INT64_C(1700000000) * SECOND_US)
#define IDS_MAX   4096

/* The ledger's rows: transactions in the order of their events, one a second by a clock that may be set. */
struct books {
    struct uuid of_event[IDS_MAX];
    size_t count;
    int64_t clock_us;
};

static void post(struct books *b, size_t count)
{
    for (size_t end = b->count + count; b->count < end; b->clock_us += SECOND_US, b->count++)
        b->of_event[b->count] = uuid7_make(b->clock_us, (uint32_t)b->count, 0);
}

static struct id_list transactions_between(const struct books *b, const struct uuid *after,
                                           const struct uuid *up_to)
{
    struct id_list found;
    id_list_init(&found, IDS_MAX);
    for (size_t i = 0; i < b->count; i++)
        if (uuid_compare(&b->of_event[i], after) > 0 && uuid_compare(&b->of_event[i], up_to) <= 0)
            id_list_add(&found, &b->of_event[i]);
    id_list_sort(&found);
    return found;
}

static void compare(struct pairing *p, const struct books *b, const struct uuid *up_to)
{
    struct id_list page = transactions_between(b, &p->compared, up_to);
    pairing_begin(p);
    pairing_page(p, &page, up_to);
    pairing_end(p);
    id_list_free(&page);
}

/* All events but one are read, with a comparison now and then; gives who waits at the end. */
static size_t walk(const struct books *b, size_t without, size_t often, struct uuid *ret_waiting)
{
    static const struct uuid none = {{0}}, last = {.bytes = {255, 255, 255, 255, 255, 255, 255, 255}};
    struct pairing p;
    pairing_init(&p, IDS_MAX, &none);
    for (size_t i = 0; i < b->count; i++) {
        if (i != without)
            pairing_post(&p, (int64_t)i + 1, &b->of_event[i]);
        struct uuid bound = pairing_bound(&p);
        if (i % often == often - 1)
            compare(&p, b, &bound);
    }
    compare(&p, b, &last);
    size_t waiting = p.waiting.count;
    if (waiting == 1)
        *ret_waiting = p.waiting.ids[0];
    assert_int_equal(p.posted.count, 0);
    assert_false(p.posted.is_full || p.waiting.is_full);
    pairing_free(&p);
    return waiting;
}

static void expect_exact(const struct books *b)
{
    static const size_t often[] = {2, 60, IDS_MAX};
    struct uuid waiting = {{0}};
    for (size_t i = 0; i < COUNT(often); i++) {
        assert_int_equal(walk(b, b->count, often[i], &waiting), 0);
        for (size_t lost = 0; lost < b->count; lost += 173) {
            assert_int_equal(walk(b, lost, often[i], &waiting), 1);
            assert_int_equal(uuid_compare(&waiting, &b->of_event[lost]), 0);
        }
    }
}

/* What a minute has is kept; that must leave room for what comes until the next comparison. */
static void a_minute_nearly_fills_the_list(void **state)
{
    (void)state;
    static const struct uuid none = {{0}};
    const struct id_list no_transactions = {0};
    struct pairing p;
    pairing_init(&p, IDS_MAX, &none);
    for (uint32_t i = 0; i < 5 * IDS_MAX; i++) {
        struct uuid id = uuid7_make(BEGIN_US + i * SECOND_US / 60, i, 0);
        pairing_post(&p, i, &id);
        if (!pairing_is_due(&p))
            continue;
        struct uuid bound = pairing_bound(&p);
        pairing_begin(&p);
        pairing_page(&p, &no_transactions, &bound);
        pairing_end(&p);
        assert_in_range(p.left, 0, 60 * 60 + 60);
    }
    assert_false(p.posted.is_full);
    pairing_free(&p);
}

static void in_order(void **state)
{
    (void)state;
    struct books b = {.clock_us = BEGIN_US};
    post(&b, 400);
    expect_exact(&b);
}

static void two_at_the_same_time_the_other_way_round(void **state)
{
    (void)state;
    struct books b = {.clock_us = BEGIN_US};
    post(&b, 400);
    for (size_t i = 0; i + 30 < b.count; i += 40) {
        struct uuid before = b.of_event[i];
        b.of_event[i] = b.of_event[i + 30];
        b.of_event[i + 30] = before;
    }
    expect_exact(&b);
}

static void the_clock_was_ahead_for_a_while(void **state)
{
    (void)state;
    struct books b = {.clock_us = BEGIN_US};
    post(&b, 200);
    b.clock_us += 600 * SECOND_US;
    post(&b, 50);
    b.clock_us -= 650 * SECOND_US;
    post(&b, 900); /* past where it was ahead */
    expect_exact(&b);
}

static void the_clock_was_behind_for_a_while(void **state)
{
    (void)state;
    struct books b = {.clock_us = BEGIN_US};
    post(&b, 500);
    b.clock_us -= 400 * SECOND_US;
    post(&b, 200);
    b.clock_us += 200 * SECOND_US;
    post(&b, 200);
    expect_exact(&b);
}

/* Of many whose event never comes those that there is room for are kept. */
static void too_many_are_told(void **state)
{
    (void)state;
    static const struct uuid none = {{0}};
    struct books b = {.clock_us = BEGIN_US};
    struct pairing p;
    post(&b, 200);
    pairing_init(&p, 100, &none);
    compare(&p, &b, &b.of_event[199]);
    assert_int_equal(p.waiting.count, 100);
    assert_true(p.waiting.is_full);
    pairing_free(&p);
}

/* The next run begins a minute before the newest, or where this one did. */
static void the_place_is_far_enough_back(void **state)
{
    (void)state;
    static const struct uuid none = {{0}};
    struct books b = {.clock_us = BEGIN_US};
    struct pairing p;
    struct pairing_sample place;
    post(&b, 500);
    pairing_init(&p, IDS_MAX, &none);
    for (size_t i = 0; i < 50; i++)
        pairing_post(&p, (int64_t)i + 1, &b.of_event[i]);
    assert_false(pairing_place(&p, &place));
    for (size_t i = 50; i < b.count; i++)
        pairing_post(&p, (int64_t)i + 1, &b.of_event[i]);
    assert_true(pairing_place(&p, &place));
    assert_int_equal(place.seq, 440);
    assert_int_equal(uuid_compare(&place.highest, &b.of_event[439]), 0);
    pairing_free(&p);
}

static void sorting_pays_for_many_only(void **state)
{
    (void)state;
    struct pairing p = {.posted = {.count = 100000, .max = 1000000}};
    assert_true(pairing_is_due(&p));
    p.left = 1;
    assert_false(pairing_is_due(&p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minute_nearly_fills_the_list),
        cmocka_unit_test(in_order),
        cmocka_unit_test(two_at_the_same_time_the_other_way_round),
        cmocka_unit_test(the_clock_was_ahead_for_a_while),
        cmocka_unit_test(the_clock_was_behind_for_a_while),
        cmocka_unit_test(too_many_are_told),
        cmocka_unit_test(the_place_is_far_enough_back),
        cmocka_unit_test(sorting_pays_for_many_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
