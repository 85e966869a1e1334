/* test_projection.c - events of accounts in any order, some twice, make the balances that they make in order
   once; what cannot be read is refused. */
#include "recon-svc/domain/projection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define A      "acct_01h455vb4pex5vsknk084sn02q"
#define B      "acct_01h455vb4pex5vsknk084sn02r"
#define EVENTS 40
#define ROUNDS 500

#define EVENT(befores, afters, entries)                                                                      \
    "{\"data\":{\"before\":{\"accounts\":[" befores "]},\"after\":{\"accounts\":[" afters                    \
    "],\"transaction\":{\"entries\":[" entries "]}}}}"
#define SIDE(id, version, posted) "{\"id\":\"" id "\",\"version\":" version ",\"posted\":" posted "}"
#define ENTRY(id, direction, amount)                                                                         \
    "{\"account\":\"" id "\",\"direction\":\"" direction "\",\"amount\":" amount "}"

static void an_event_is_read(void **state)
{
    (void)state;
    struct projection_move moves[PROJECTION_MOVES_MAX];
    size_t count = 0;
    static const char event[] =
        EVENT(SIDE(A, "7", "100") "," SIDE(B, "0", "0"), SIDE(A, "9", "1") "," SIDE(B, "1", "2"),
              ENTRY(A, "debit", "30") "," ENTRY(A, "credit", "5") "," ENTRY(B, "credit", "25"));
    assert_int_equal(projection_read(str_of(event), moves, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_int_equal(moves[0].from, 7);
    assert_int_equal(moves[0].to, 9);
    assert_int_equal(moves[0].base, 100);
    assert_int_equal(moves[0].change, -25); /* the entries count, not what "after" says */
    assert_int_equal(moves[1].change, 25);
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "[]",
        EVENT("", "", ""),
        EVENT(SIDE(A, "0", "0"), "", ENTRY(A, "debit", "1")),
        EVENT(SIDE(A, "0", "0"), SIDE(B, "1", "1"), ENTRY(A, "debit", "1")),
        EVENT(SIDE(A, "1", "0"), SIDE(A, "1", "1"), ENTRY(A, "debit", "1")),
        EVENT(SIDE(A, "0", "0"), SIDE(A, "1", "1"), ENTRY(B, "debit", "1")),
        EVENT(SIDE(A, "0", "0"), SIDE(A, "1", "1"), ENTRY(A, "debit", "1.5")),
        EVENT(SIDE(A, "0", "0"), SIDE(A, "1", "1"), ENTRY(A, "debit", "-1")),
        EVENT(SIDE(A, "0", "0"), SIDE(A, "1", "1"), ENTRY(A, "debit", "9223372036854775807")),
        EVENT(SIDE("x", "0", "0"), SIDE("x", "1", "1"), ENTRY(A, "debit", "1")),
        EVENT(SIDE(A, "\"0\"", "0"), SIDE(A, "1", "1"), ENTRY(A, "debit", "1")),
        EVENT("{\"id\":\"" A "\",\"id\":\"" A "\",\"version\":0}", SIDE(A, "1", "1"), ENTRY(A, "debit", "1")),
        EVENT(SIDE(A, "0", "0"), SIDE(A, "1", "1") "," SIDE(B, "1", "1"), ENTRY(A, "debit", "1")),
        EVENT(SIDE(A, "0", "0"), SIDE(A, "1", "1"), "{\"account\":\"" A "\",\"direction\":\"debit\"}"),
    };
    struct projection_move moves[PROJECTION_MOVES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (projection_read(str_of(cases[i]), moves, &count) != STATUS_INVALID)
            fail_msg("taken: %s", cases[i]);
}

/* A list that was cut is not taken for a shorter one. */
static void what_was_cut_is_refused(void **state)
{
    (void)state;
    static const char event[] =
        EVENT(SIDE(A, "7", "100") "," SIDE(B, "0", "0"), SIDE(A, "8", "1") "," SIDE(B, "1", "2"),
              ENTRY(A, "debit", "30") "," ENTRY(B, "credit", "30"));
    struct projection_move moves[PROJECTION_MOVES_MAX];
    size_t count = 0;
    for (size_t len = 0; len < sizeof event - 1; len++)
        assert_int_equal(projection_read((struct str){event, len}, moves, &count), STATUS_INVALID);
    assert_int_equal(projection_read(str_of(event), moves, &count), STATUS_OK);
}

static uint64_t dice; /* the same in every run */

static int64_t random_below(int64_t n)
{
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return (int64_t)((dice >> 33) % (uint64_t)n);
}

/* What is applied in pieces, shuffled and doubled, with what waits kept from piece to piece. */
static void apply_in_pieces(const struct projection_move *all, struct projection_account *account)
{
    struct projection_move pile[4 * EVENTS] = {{.from = 0}};
    size_t waiting = 0;
    for (size_t next = 0; next < 2 * EVENTS;) {
        size_t count = waiting;
        for (int64_t more = 1 + random_below(9); more > 0 && next < 2 * EVENTS; more--)
            pile[count++] = all[next++];
        qsort(pile, count, sizeof *pile, projection_compare);
        size_t done = projection_apply(account, pile, count, 0);
        waiting = count - done;
        memmove(pile, &pile[done], waiting * sizeof *pile);
    }
    assert_int_equal(waiting, 0);
}

static void any_order_makes_the_same(void **state)
{
    (void)state;
    dice = 1;
    for (int round = 0; round < ROUNDS; round++) {
        struct projection_move all[2 * EVENTS];
        int64_t version = 0, posted = 0;
        for (int i = 0; i < EVENTS; i++) {
            struct projection_move m = {.from = version,
                                        .to = version + 1 + random_below(3),
                                        .base = posted,
                                        .change = random_below(2000) - 1000,
                                        .seen_us = 1};
            version = m.to;
            posted += m.change;
            all[i] = all[EVENTS + i] = m;
        }
        struct projection_account account = {.is_known = true};
        for (int i = 2 * EVENTS - 1; i > 0; i--) {
            int64_t k = random_below(i + 1);
            struct projection_move m = all[i];
            all[i] = all[k];
            all[k] = m;
        }
        apply_in_pieces(all, &account);
        assert_int_equal(account.version, version);
        assert_int_equal(account.posted, posted);
    }
}

static void begins_with_what_the_first_event_found(void **state)
{
    (void)state;
    const struct projection_move later = {.from = 8, .to = 9, .base = 50, .change = 7};
    struct projection_account account = {0};
    assert_int_equal(projection_apply(&account, &later, 1, 0), 1);
    assert_int_equal(account.version, 9);
    assert_int_equal(account.posted, 57);
}

static void waits_for_an_hour_and_no_longer(void **state)
{
    (void)state;
    const struct projection_move ahead = {.from = 8, .to = 9, .base = 50, .change = 7, .seen_us = 1000};
    struct projection_account account = {.version = 3, .posted = 1, .is_known = true};
    assert_int_equal(projection_apply(&account, &ahead, 1, 1000), 0);
    assert_int_equal(account.version, 3);
    assert_int_equal(projection_apply(&account, &ahead, 1, 1001), 1);
    assert_int_equal(account.version, 9);
    assert_int_equal(account.posted, 57);
}

static void is_held_against_the_ledger(void **state)
{
    (void)state;
    const struct projection_account account = {.version = 9, .posted = 57, .is_known = true};
    static const struct {
        struct projection_ledger ledger;
        enum projection_view view;
    } cases[] = {
        {{9, 57, true}, PROJECTION_AGREES},   {{9, 58, true}, PROJECTION_DIFFERS},
        {{8, 57, true}, PROJECTION_DIFFERS},  {{0, 0, false}, PROJECTION_DIFFERS},
        {{10, 57, true}, PROJECTION_GONE_ON}, {{10, 58, true}, PROJECTION_GONE_ON},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(projection_view(&account, &cases[i].ledger), cases[i].view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(what_was_cut_is_refused),
        cmocka_unit_test(any_order_makes_the_same),
        cmocka_unit_test(begins_with_what_the_first_event_found),
        cmocka_unit_test(waits_for_an_hour_and_no_longer),
        cmocka_unit_test(is_held_against_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
