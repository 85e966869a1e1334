/* test_cmd_cash.c - every outcome of deposits and withdrawals, and the cash account made on first use. */
#include "tests/unit/ledger-svc/domain_expect.h"

#include "shared/core/money.h"

struct cash_case {
    const char *name;
    struct given given[3];
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    const char *pointer;
    const char *entries;
};

#define ANN_1(credits, status)                                                                               \
    {                                                                                                        \
        1, "ann", "EUR", credits, 0, 0, status                                                               \
    }
#define CASH_WITH(credits, debits, status)                                                                   \
    {                                                                                                        \
        CASH, NULL, NULL, credits, debits, 0, status                                                         \
    }
#define TO_1 "{\"account\":\"$1\",\"amount\":100,\"currency\":\"EUR\"}"

static const struct cash_case deposits[] = {
    {"brings money in",
     {ANN_1(20, ACCOUNT_open), CASH_WITH(0, 20, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_created,
     NULL,
     "9 debit 100 v1 =-120, 1 credit 100 v1 =120"},
    {"makes the cash account",
     {ANN_1(0, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_created,
     NULL,
     "9 debit 100 v1 =-100, 1 credit 100 v1 =100"},
    {"frozen takes",
     {ANN_1(0, ACCOUNT_frozen)},
     &staff,
     TO_1,
     OUTCOME_created,
     NULL,
     "9 debit 100 v1 =-100, 1 credit 100 v1 =100"},
    {"cash to the end of its counter",
     {ANN_1(0, ACCOUNT_open), CASH_WITH(0, INT64_MAX - 100, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_created,
     NULL,
     "9 debit 100 v1 =-9223372036854775807, 1 credit 100 v1 =100"},

    {"a gateway is not staff",
     {ANN_1(0, ACCOUNT_open)},
     &ann,
     TO_1,
     OUTCOME_created,
     NULL,
     "9 debit 100 v1 =-100, 1 credit 100 v1 =100"},
    {"unknown account", {{0}}, &staff, TO_1, OUTCOME_account_not_found, "/account", ""},
    {"another currency",
     {ANN_1(0, ACCOUNT_open)},
     &staff,
     "{\"account\":\"$1\",\"amount\":100,\"currency\":\"USD\"}",
     OUTCOME_currency_mismatch,
     "/currency",
     ""},
    {"currency comes before closed",
     {ANN_1(0, ACCOUNT_closed)},
     &staff,
     "{\"account\":\"$1\",\"amount\":100,\"currency\":\"USD\"}",
     OUTCOME_currency_mismatch,
     "/currency",
     ""},
    {"into cash itself",
     {CASH_WITH(0, 0, ACCOUNT_open)},
     &staff,
     "{\"account\":\"$9\",\"amount\":100,\"currency\":\"EUR\"}",
     OUTCOME_same_account,
     "/account",
     ""},
    {"cash frozen",
     {ANN_1(0, ACCOUNT_open), CASH_WITH(0, 0, ACCOUNT_frozen)},
     &staff,
     TO_1,
     OUTCOME_account_frozen,
     "/currency",
     ""},
    {"cash frozen comes before closed",
     {ANN_1(0, ACCOUNT_closed), CASH_WITH(0, 0, ACCOUNT_frozen)},
     &staff,
     TO_1,
     OUTCOME_account_frozen,
     "/currency",
     ""},
    {"cash beyond its counter",
     {ANN_1(0, ACCOUNT_open), CASH_WITH(0, INT64_MAX - 99, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_balance_overflow,
     "/currency",
     ""},
    {"closed",
     {ANN_1(0, ACCOUNT_closed), CASH_WITH(0, 0, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_account_closed,
     "/account",
     ""},
    {"closed, and no cash account is made",
     {ANN_1(0, ACCOUNT_closed)},
     &staff,
     TO_1,
     OUTCOME_account_closed,
     "/account",
     ""},
    {"beyond 2^53-1",
     {ANN_1(MONEY_AMOUNT_MAX - 99, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_balance_overflow,
     "/account",
     ""},
};

static const struct cash_case withdrawals[] = {
    {"pays money out",
     {ANN_1(120, ACCOUNT_open), CASH_WITH(0, 120, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =20, 9 credit 100 v1 =-20"},
    {"makes the cash account",
     {ANN_1(100, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =0, 9 credit 100 v1 =100"},
    {"frozen cash takes",
     {ANN_1(100, ACCOUNT_open), CASH_WITH(0, 0, ACCOUNT_frozen)},
     &staff,
     TO_1,
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =0, 9 credit 100 v1 =100"},
    {"a gateway is not staff",
     {ANN_1(100, ACCOUNT_open)},
     &bob,
     TO_1,
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =0, 9 credit 100 v1 =100"},
    {"unknown account", {{0}}, &staff, TO_1, OUTCOME_account_not_found, "/account", ""},
    {"another currency",
     {ANN_1(100, ACCOUNT_open)},
     &staff,
     "{\"account\":\"$1\",\"amount\":100,\"currency\":\"USD\"}",
     OUTCOME_currency_mismatch,
     "/currency",
     ""},
    {"currency comes before closed",
     {ANN_1(0, ACCOUNT_closed)},
     &staff,
     "{\"account\":\"$1\",\"amount\":100,\"currency\":\"USD\"}",
     OUTCOME_currency_mismatch,
     "/currency",
     ""},
    {"out of cash itself",
     {CASH_WITH(0, 0, ACCOUNT_open)},
     &staff,
     "{\"account\":\"$9\",\"amount\":100,\"currency\":\"EUR\"}",
     OUTCOME_same_account,
     "/account",
     ""},
    {"closed", {ANN_1(0, ACCOUNT_closed)}, &staff, TO_1, OUTCOME_account_closed, "/account", ""},
    {"frozen comes before funds",
     {ANN_1(0, ACCOUNT_frozen)},
     &staff,
     TO_1,
     OUTCOME_account_frozen,
     "/account",
     ""},
    {"one more than there is", {ANN_1(99, ACCOUNT_open)}, &staff, TO_1, OUTCOME_insufficient_funds, NULL, ""},
    {"funds come before cash",
     {ANN_1(99, ACCOUNT_open), CASH_WITH(INT64_MAX - 99, 0, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_insufficient_funds,
     NULL,
     ""},
    {"beyond its own counter",
     {{1, "ann", "EUR", INT64_MAX, INT64_MAX - 99, 0, ACCOUNT_open}},
     &staff,
     "{\"account\":\"$1\",\"amount\":99,\"currency\":\"EUR\"}",
     OUTCOME_created,
     NULL,
     "1 debit 99 v1 =0, 9 credit 99 v1 =99"},
    {"cash closed",
     {ANN_1(100, ACCOUNT_open), CASH_WITH(0, 0, ACCOUNT_closed)},
     &staff,
     TO_1,
     OUTCOME_account_closed,
     "/currency",
     ""},
    {"cash beyond its counter",
     {ANN_1(100, ACCOUNT_open), CASH_WITH(INT64_MAX - 99, 0, ACCOUNT_open)},
     &staff,
     TO_1,
     OUTCOME_balance_overflow,
     "/currency",
     ""},
};

static void run_case(const char *command, const char *kind, const struct cash_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    world_add_all(&w, t->given);
    struct command c = world_command(&w, command, *t->sender, t->data);
    struct snapshot before = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);

    char entries[TEXT_MAX];
    assert_string_equal(entries_text(&w, entries), t->entries);
    if (t->wanted == OUTCOME_created) {
        assert_int_equal(answer.outcome, OUTCOME_created);
        assert_int_equal(answer.status, 201);
        assert_string_equal(w.ledger.plan.transactions[0].kind, kind);
    } else {
        assert_problem(&answer, t->wanted, t->pointer);
        struct snapshot after = world_snapshot(&w);
        assert_true(snapshot_equal(&before, &after));
    }
    world_end(&w);
}

static void every_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(deposits); i++) {
        run_case("deposit.create", "deposit", &deposits[i]);
    }
    for (size_t i = 0; i < COUNT(withdrawals); i++) {
        run_case("withdrawal.create", "withdrawal", &withdrawals[i]);
    }
}

/* What an account has available is told to those who may read it only. */
static void a_gateway_is_not_told_what_there_is(void **state)
{
    (void)state;
    for (int is_staff = 0; is_staff < 2; is_staff++) {
        struct world w;
        world_start(&w);
        world_add(&w, &(struct given)ANN_1(99, ACCOUNT_open));
        struct command c = world_command(&w, "withdrawal.create", is_staff ? staff : bob, TO_1);
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        json_t *body = body_of(&answer);
        assert_int_equal(json_integer_value(json_object_get(body, "required")), 100);
        assert_int_equal(json_is_null(json_object_get(body, "available")), !is_staff);
        json_decref(body);
        world_end(&w);
    }
}

static void the_cash_account_is_a_fact_too(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given)ANN_1(0, ACCOUNT_open));
    for (int i = 0; i < 2; i++) {
        struct command c = world_command(&w, "deposit.create", staff, TO_1);
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        assert_int_equal(answer.status, 201);
    }
    const struct plan *p = &w.ledger.plan;
    assert_int_equal(p->event_count, 3);
    assert_string_equal(p->events[0].type, "account.created");
    assert_int_equal(number_of(&p->events[0].object_id), CASH);
    assert_int_equal(p->events[0].before.len, 0);
    assert_string_equal(p->events[1].type, "transaction.posted");
    assert_string_equal(p->events[2].type, "transaction.posted");

    const struct account *cash = world_account(&w, CASH);
    assert_true(cash->is_new && !cash->is_changed); /* one row to insert, none to update */
    assert_true(cash->allow_negative);
    assert_int_equal(cash->created_us, NOW_US);
    assert_int_equal(cash->version, 2);
    const struct account *account = world_account(&w, 1);
    assert_true(!account->is_new && account->is_changed);
    assert_int_equal(account->last_entry_us, NOW_US);
    world_end(&w);
}

static void needs_the_cash_account_of_the_currency(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command eur = world_command(&w, "deposit.create", staff, TO_1);
    struct command usd =
        world_command(&w, "deposit.create", staff, "{\"account\":\"$1\",\"amount\":1,\"currency\":\"USD\"}");
    struct needs n = {0};
    eur.type->needs(&eur, &n, &w.arena);
    assert_int_equal(n.accounts.count, 2);
    assert_int_equal(number_of(&n.accounts.ids[0]), 1);
    assert_int_equal(number_of(&n.accounts.ids[1]), CASH);
    assert_int_equal(n.entries, 2);
    usd.type->needs(&usd, &n, &w.arena);
    assert_int_equal(n.accounts.count, 4);
    assert_int_not_equal(number_of(&n.accounts.ids[3]), CASH);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(a_gateway_is_not_told_what_there_is),
        cmocka_unit_test(the_cash_account_is_a_fact_too),
        cmocka_unit_test(needs_the_cash_account_of_the_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
