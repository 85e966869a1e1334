/* test_account_walk.c - an account against its entries: each thing that can be wrong is named alone, and the
   place that is kept is the last one before it. */
#include "recon-svc/domain/account_walk.h"
#include "tests/unit/recon-svc/recon_expect.h"

#define ENTRIES_MAX 4
#define NOW_US      INT64_C(1000000000)

struct entry {
    int64_t version, net, balance_after, at_us;
    const char *currency; /* NULL: EUR */
};
static const struct entry good[] = {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, NULL}, {3, 5, 75, 20, NULL}};
static const struct account_row good_row = {
    .is_known = true, .currency = "EUR", .debits_posted = 30, .credits_posted = 105, .version = 3};

static void feed(struct account_walk *w, const struct account_row *row, const struct entry *entries,
                 size_t count)
{
    for (size_t i = 0; i < count && entries[i].version != 0; i++) {
        const struct entry *e = &entries[i];
        struct account_entry entry = {.version = e->version,
                                      .amount = e->net < 0 ? -e->net : e->net,
                                      .is_debit = e->net < 0,
                                      .balance_after = e->balance_after,
                                      .created_us = e->at_us};
        (void)snprintf(entry.currency, sizeof entry.currency, "%s",
                       e->currency != NULL ? e->currency : "EUR");
        account_walk_entry(w, row, &entry);
    }
}

static struct account_walk begin(struct anomalies *found, struct account_place from)
{
    struct account_walk w = {.found = found, .now_us = NOW_US, .clearing_us = 1000};
    account_walk_begin(&w, &from);
    return w;
}

static const struct {
    const char *name;
    struct entry entries[ENTRIES_MAX];
    const char *wanted;
    int64_t clean; /* version of the place that is kept */
} entry_cases[] = {
    {"good", {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, NULL}, {3, 5, 75, 20, NULL}}, "", 3},
    {"a wrong amount",
     {{1, 100, 100, 10, NULL}, {2, -31, 70, 20, NULL}, {3, 5, 75, 20, NULL}},
     "running_balance_mismatch 69 70;debits_mismatch 31 30;",
     1},
    {"a wrong balance",
     {{1, 100, 101, 10, NULL}, {2, -30, 70, 20, NULL}, {3, 5, 75, 20, NULL}},
     "running_balance_mismatch 100 101;",
     0},
    {"a gap", {{1, 100, 100, 10, NULL}, {3, 5, 75, 20, NULL}}, "version_gap 2 3;debits_mismatch 0 30;", 1},
    {"no last entry",
     {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, NULL}},
     "credits_mismatch 100 105;version_mismatch 2 3;",
     2},
    {"one more",
     {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, NULL}, {3, 5, 75, 20, NULL}, {4, 1, 76, 20, NULL}},
     "credits_mismatch 106 105;version_mismatch 4 3;",
     4},
    {"an early one",
     {{1, 100, 100, 10, NULL}, {2, -30, 70, 9, NULL}, {3, 5, 75, 20, NULL}},
     "entries_out_of_order 10 9;",
     1},
    {"another currency",
     {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, "USD"}, {3, 5, 75, 20, NULL}},
     "currency_mismatch;",
     1},
};

static void entries_are_held_against_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(entry_cases); i++) {
        struct anomalies found = {0};
        struct account_walk w = begin(&found, (struct account_place){0});
        feed(&w, &good_row, entry_cases[i].entries, ENTRIES_MAX);
        account_walk_end(&w, &good_row);
        assert_int_equal(w.clean.version, entry_cases[i].clean);
        expect_found(entry_cases[i].name, &found, entry_cases[i].wanted);
    }
}

#define ROW(...)                                                                                             \
    {                                                                                                        \
        .is_known = true, .currency = "EUR", .debits_posted = 30, .credits_posted = 105, .version = 3,       \
        __VA_ARGS__                                                                                          \
    }
static const struct {
    const char *name;
    struct account_row row;
    const char *wanted;
} row_cases[] = {
    {"held by holds", ROW(.debits_pending = 9, .open_holds = 9, .held = 9), ""},
    {"held by none", ROW(.debits_pending = 9), "held_mismatch 0 9;"},
    {"not held", ROW(.open_holds = 9, .held = 9), "held_mismatch 9 0;"},
    {"kept wrongly", ROW(.debits_pending = 9, .open_holds = 9, .held = 8), "held_mismatch 9 8;"},
    {"pending credits", ROW(.credits_pending = 2), "pending_credits 0 2;"},
    {"more held than there is", ROW(.debits_pending = 80, .open_holds = 80, .held = 80),
     "negative_available 0 -5;"},
    {"may be negative", ROW(.debits_pending = 80, .open_holds = 80, .held = 80, .may_be_negative = true), ""},
    {"closed with money", ROW(.is_closed = true), "closed_account_moved 0 75;"},
    {"old money on a clearing account", ROW(.is_clearing = true), "clearing_not_zero 0 75;"},
    {"no account", {.is_known = false}, "entries_without_account 0 3;"},
};

static void accounts_are_held_against_their_entries(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(row_cases); i++) {
        struct anomalies found = {0};
        struct account_walk w = begin(&found, (struct account_place){0});
        feed(&w, &row_cases[i].row, good, COUNT(good));
        account_walk_end(&w, &row_cases[i].row);
        expect_found(row_cases[i].name, &found, row_cases[i].wanted);
    }
}

static void closed_and_empty_but_moved_later(void **state)
{
    (void)state;
    struct anomalies found = {0};
    const struct account_row row = {.is_known = true, .currency = "EUR", .is_closed = true, .closed_us = 19};
    struct account_row moved = row;
    moved.debits_posted = moved.credits_posted = 7;
    moved.version = 2;
    struct account_walk w = begin(&found, (struct account_place){0});
    feed(&w, &moved, (const struct entry[]){{1, 7, 7, 10, NULL}, {2, -7, 0, 20, NULL}}, 2);
    account_walk_end(&w, &moved);
    expect_found("moved after it was closed", &found, "closed_account_moved 0 0;");
    w = begin(&found, (struct account_place){0});
    account_walk_end(&w, &row);
    expect_found("never used", &found, "");
}

static void goes_on_from_where_it_was(void **state)
{
    (void)state;
    struct anomalies found = {0};
    struct account_walk w =
        begin(&found, (struct account_place){.version = 1, .credits = 100, .last_us = 10});
    feed(&w, &good_row, &good[1], 2);
    account_walk_end(&w, &good_row);
    assert_int_equal(w.place.version, 3);
    assert_int_equal(w.place.debits, 30);
    expect_found("from version 1", &found, "");
}

/* Rewritten from the first entry on, so that all of it fits: only what was proved earlier knows. */
static void rewritten_history_is_noticed(void **state)
{
    (void)state;
    struct anomalies found = {0};
    struct account_row row = good_row;
    row.credits_posted = 106;
    struct account_walk w = begin(&found, (struct account_place){0});
    w.checkpoint = (struct account_place){.version = 2, .debits = 30, .credits = 100};
    feed(&w, &row,
         (const struct entry[]){{1, 101, 101, 10, NULL}, {2, -30, 71, 20, NULL}, {3, 5, 76, 20, NULL}}, 3);
    account_walk_end(&w, &row);
    assert_true(w.is_rewritten);
    expect_found("rewritten", &found, "checkpoint_mismatch 70 71;");
    w = begin(&found, (struct account_place){0});
    w.checkpoint = (struct account_place){.version = 2, .debits = 30, .credits = 100};
    feed(&w, &good_row, good, COUNT(good));
    account_walk_end(&w, &good_row);
    expect_found("as it was", &found, "");
}

/* All of it fits, but there was more: whoever takes the newest entries away takes them from the account as
 * well.
 */
static void what_was_proved_cannot_go(void **state)
{
    (void)state;
    struct anomalies found = {0};
    struct account_row row = good_row;
    row.version = 2;
    row.credits_posted = 100;
    const struct account_place proved = {.version = 3, .debits = 30, .credits = 105};
    struct account_walk w = begin(&found, (struct account_place){0});
    w.checkpoint = proved;
    feed(&w, &row, good, 2);
    account_walk_end(&w, &row);
    assert_true(w.is_rewritten);
    expect_found("the last entry", &found, "credits_mismatch 105 100;version_mismatch 3 2;");
    w = begin(&found, (struct account_place){0});
    w.checkpoint = proved;
    account_walk_end(&w, &(struct account_row){0});
    expect_found("the account with all of its entries", &found, "entries_without_account 0 3;");
    w = begin(&found, (struct account_place){0});
    w.checkpoint = proved;
    feed(&w, &good_row, good, 2);
    account_walk_end(&w, &good_row);
    expect_found("the entry alone", &found, "credits_mismatch 100 105;version_mismatch 2 3;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_held_against_each_other),
        cmocka_unit_test(accounts_are_held_against_their_entries),
        cmocka_unit_test(closed_and_empty_but_moved_later),
        cmocka_unit_test(goes_on_from_where_it_was),
        cmocka_unit_test(rewritten_history_is_noticed),
        cmocka_unit_test(what_was_proved_cannot_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
