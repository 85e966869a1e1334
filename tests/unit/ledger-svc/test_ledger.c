/* test_ledger.c - ids in order, accounts by id, texts within their bound. */
#include "tests/unit/ledger-svc/domain_expect.h"

static void ids_are_ordered_and_reproducible(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct uuid last = {0};
        ledger_start(&w.ledger, NOW_US, seed, 5);
        for (int i = 0; i < 1000; i++) {
            struct uuid id = id_next(&w.ledger.ids);
            assert_true(uuid_compare(&last, &id) < 0);
            last = id;
        }
        ledger_start(&w.ledger, NOW_US, seed, 5);
        struct uuid again = {0};
        for (int i = 0; i < 1000; i++) {
            again = id_next(&w.ledger.ids);
        }
        assert_int_equal(uuid_compare(&again, &last), 0);
    }
    struct id_source one = {NOW_US, 0, 1}, two = {NOW_US, 0, 2};
    struct uuid a = id_next(&one), b = id_next(&two);
    assert_true(uuid_compare(&a, &b) != 0); /* two processes at the same microsecond */
    world_end(&w);
}

static void accounts_stay_where_they_are(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct account *all[500];
    for (size_t i = 0; i < COUNT(all); i++) {
        struct uuid id = uuid7_make(NOW_US, (uint32_t)i, 3);
        assert_null(ledger_find_account(&w.ledger, &id));
        all[i] = ledger_add_account(&w.ledger, &id);
        assert_int_equal(all[i]->version, 0);
    }
    assert_int_equal(w.ledger.account_count, COUNT(all));
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_ptr_equal(w.ledger.accounts[i], all[i]);
        assert_ptr_equal(ledger_find_account(&w.ledger, &all[i]->id), all[i]);
    }
    world_end(&w);
}

static void system_accounts_are_made_once(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct account *fees = ledger_system_account(&w.ledger, ACCOUNT_ROLE_fees, "EUR");
    assert_true(fees->is_new && !fees->allow_negative && fees->created_us == NOW_US);
    assert_ptr_equal(ledger_system_account(&w.ledger, ACCOUNT_ROLE_fees, "EUR"), fees);
    assert_ptr_not_equal(ledger_system_account(&w.ledger, ACCOUNT_ROLE_fees, "USD"), fees);
    assert_int_equal(w.ledger.account_count, 2);
    world_end(&w);
}

static void texts_are_kept_within_their_bound(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    buf_add_str(ledger_scratch(&w.ledger, 5), "first");
    struct str first = ledger_keep(&w.ledger);
    buf_add_str(ledger_scratch(&w.ledger, 5000), "second");
    struct str second = ledger_keep(&w.ledger);
    assert_str(first, "first");
    assert_str(second, "second");
    assert_false(w.ledger.out_of_memory);

    buf_add_str(ledger_scratch(&w.ledger, 5), "too long");
    assert_int_equal(ledger_keep(&w.ledger).len, 0);
    assert_true(w.ledger.out_of_memory);
    buf_add_str(ledger_scratch(&w.ledger, 5), "short"); /* sticky */
    assert_int_equal(ledger_keep(&w.ledger).len, 0);
    world_end(&w);
}

/* Moves 10 from account 1 to the fees account, made now if there is none. */
static void post_fee(struct world *w, const struct command *c)
{
    struct answer a;
    struct account *fees = ledger_system_account(&w->ledger, ACCOUNT_ROLE_fees, "EUR");
    const struct posting_leg legs[] = {{.account = world_account(w, 1), .is_debit = true, .amount = 10},
                                       {.account = fees, .amount = 10}};
    const struct posting posting = {
        .kind = "fee", .amount = 10, .currency = "EUR", .legs = legs, .leg_count = 2};
    posting_apply(&w->ledger, c, &posting, &a);
    assert_int_equal(a.status, 201);
}

static void a_rewind_leaves_nothing(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, (const struct given[]){{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}, {.number = 0}});
    struct command c = world_command(&w, "account.freeze", staff, "{\"account\":\"$1\"}");
    struct uuid fees = account_system_id(ACCOUNT_ROLE_fees, "EUR");
    struct snapshot before = world_snapshot(&w);
    for (int round = 0; round < 3; round++) { /* twice the same, from the same state */
        struct ledger_mark mark = ledger_mark(&w.ledger);
        for (int i = 0; i < 5; i++) {
            post_fee(&w, &c);
        }
        ledger_rewind(&w.ledger, &mark);
        struct snapshot after = world_snapshot(&w);
        assert_true(snapshot_equal(&before, &after));
        assert_null(ledger_find_account(&w.ledger, &fees));
        assert_non_null(world_account(&w, 1));
    }
    world_end(&w);
}

static void rows_after_a_rewind_are_zeroed(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, (const struct given[]){{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}, {.number = 0}});
    struct command c = world_command(&w, "account.freeze", staff, "{\"account\":\"$1\"}");
    post_fee(&w, &c);
    struct snapshot before = world_snapshot(&w);
    struct ledger_mark mark = ledger_mark(&w.ledger);
    post_fee(&w, &c);
    ledger_rewind(&w.ledger, &mark);
    struct snapshot after = world_snapshot(&w);
    assert_true(snapshot_equal(&before, &after)); /* what was there before the mark stays */
    const struct entry_row zeroed = {0};
    assert_memory_equal(plan_add_entry(&w.ledger.plan, &w.arena), &zeroed, sizeof(zeroed));
    world_end(&w);
}

static void what_is_not_taken_back_stays(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, (const struct given[]){{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}, {.number = 0}});
    struct command c = world_command(&w, "account.freeze", staff, "{\"account\":\"$1\"}");
    (void)ledger_mark(&w.ledger);
    post_fee(&w, &c);
    ledger_unmark(&w.ledger);
    struct ledger_mark second = ledger_mark(&w.ledger);
    post_fee(&w, &c);
    ledger_rewind(&w.ledger, &second);
    assert_int_equal(account_posted(world_account(&w, 1)), 90);
    assert_int_equal(w.ledger.plan.transaction_count, 1);
    assert_int_equal(w.ledger.account_count, 2);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_ordered_and_reproducible),
        cmocka_unit_test(accounts_stay_where_they_are),
        cmocka_unit_test(system_accounts_are_made_once),
        cmocka_unit_test(texts_are_kept_within_their_bound),
        cmocka_unit_test(a_rewind_leaves_nothing),
        cmocka_unit_test(rows_after_a_rewind_are_zeroed),
        cmocka_unit_test(what_is_not_taken_back_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
