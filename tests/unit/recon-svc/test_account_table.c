/* test_account_table.c - an account is right up to its last entry, or it is to be walked from its first:
   whatever does not follow, sums to something else than was proved, or did not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "recon-svc/domain/account_table.h"

#define ENTRIES_MAX 4
#define MANY        5000

struct entry {
    int64_t version, net, balance_after, at_us;
    const char *currency; /* NULL: EUR */
};

static const struct {
    const char *name;
    struct entry entries[ENTRIES_MAX];
    struct account_place expected; /* what an earlier run proved */
    int64_t version;               /* up to which it is right */
} cases[] = {
    {"no entry", {{0}}, {.version = 0}, 0},
    {"good", {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, NULL}, {3, 5, 75, 20, NULL}}, {.version = 0}, 3},
    {"a first entry that is not the first", {{2, 100, 100, 10, NULL}}, {.version = 0}, 0},
    {"a gap", {{1, 100, 100, 10, NULL}, {3, 5, 105, 20, NULL}}, {.version = 0}, 0},
    {"the same entry twice", {{1, 100, 100, 10, NULL}, {1, 100, 100, 10, NULL}}, {.version = 0}, 0},
    {"good again behind a wrong one",
     {{1, 100, 101, 10, NULL}, {1, 100, 100, 10, NULL}, {2, 5, 105, 10, NULL}},
     {.version = 0},
     0},
    {"a wrong balance", {{1, 100, 100, 10, NULL}, {2, -30, 71, 20, NULL}}, {.version = 0}, 0},
    {"earlier than the one before", {{1, 100, 100, 10, NULL}, {2, -30, 70, 9, NULL}}, {.version = 0}, 0},
    {"another currency", {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, "USD"}}, {.version = 0}, 0},
    {"not that of the account", {{1, 100, 100, 10, "USD"}}, {.version = 0}, 0},
    {"as proved",
     {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, NULL}, {3, 5, 75, 20, NULL}},
     {.version = 2, .debits = 30, .credits = 100},
     3},
    {"proved further than it was met",
     {{1, 100, 100, 10, NULL}},
     {.version = 2, .debits = 30, .credits = 100},
     1},
    {"other debits and credits than proved, to the same balance",
     {{1, 100, 100, 10, NULL}, {2, -30, 70, 20, NULL}, {3, 5, 75, 20, NULL}},
     {.version = 2, .debits = 40, .credits = 110},
     0},
};

static struct uuid account_number(size_t n)
{
    return (struct uuid){{[13] = (uint8_t)(n >> 16), [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n}};
}

static void follow(struct account_table *t, const struct uuid *account, const struct entry *e)
{
    struct account_entry entry = {.version = e->version,
                                  .amount = e->net < 0 ? -e->net : e->net,
                                  .is_debit = e->net < 0,
                                  .balance_after = e->balance_after,
                                  .created_us = e->at_us};
    (void)snprintf(entry.currency, sizeof entry.currency, "%s", e->currency != NULL ? e->currency : "EUR");
    account_table_follow(t, account, &entry);
}

static void test_cases(void **state)
{
    (void)state;
    struct account_table t;
    account_table_init(&t, MANY);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct uuid account = account_number(i);
        struct account_place expected = cases[i].expected;
        expected.account = account;
        if (expected.version > 0)
            account_table_expect(&t, &expected);
        for (size_t k = 0; k < ENTRIES_MAX && cases[i].entries[k].version != 0; k++)
            follow(&t, &account, &cases[i].entries[k]);
        struct account_place place = account_table_place(&t, &account, "EUR");
        if (place.version != cases[i].version || uuid_compare(&place.account, &account) != 0)
            fail_msg("%s: right up to version %lld", cases[i].name, (long long)place.version);
    }
    account_table_free(&t);
}

static void test_sums(void **state)
{
    (void)state;
    struct account_table t;
    struct uuid account = account_number(1);
    account_table_init(&t, 1);
    follow(&t, &account, &(struct entry){1, 100, 100, 10, NULL});
    follow(&t, &account, &(struct entry){2, -30, 70, 20, NULL});
    struct account_place place = account_table_place(&t, &account, "EUR");
    assert_int_equal(place.version, 2);
    assert_int_equal(place.credits, 100);
    assert_int_equal(place.debits, 30);
    assert_int_equal(place.last_us, 20);
    account_table_free(&t);
}

/* What does not fit is walked from its first entry; the others stay. */
static void test_bound(void **state)
{
    (void)state;
    struct account_table t;
    account_table_init(&t, MANY);
    for (size_t i = 0; i < MANY + 2; i++) {
        struct uuid account = account_number(i);
        follow(&t, &account, &(struct entry){1, (int64_t)i, (int64_t)i, 10, NULL});
    }
    for (size_t i = 0; i < MANY + 2; i++) {
        struct uuid account = account_number(i);
        struct account_place place = account_table_place(&t, &account, "EUR");
        assert_int_equal(place.version, i < MANY ? 1 : 0);
        assert_int_equal(place.credits, i < MANY ? i : 0);
    }
    account_table_free(&t);
}

static void test_empty(void **state)
{
    (void)state;
    struct account_table t;
    struct uuid account = account_number(1);
    account_table_init(&t, MANY);
    assert_int_equal(account_table_place(&t, &account, "EUR").version, 0);
    account_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
