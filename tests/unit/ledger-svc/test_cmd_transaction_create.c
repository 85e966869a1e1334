/* test_cmd_transaction_create.c - every outcome of a multi-leg transaction and their order, in which accounts
   are decided by what all entries do to them, and what conditions look at. */
#include "tests/unit/ledger-svc/domain_expect.h"

#include "shared/core/money.h"

struct journal_case {
    const char *name;
    struct given given[4];
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    const char *pointer;
    const char *entries;
};

#define ENTRY(account, direction, amount, currency)                                                          \
    "{\"account\":\"$" account "\",\"direction\":\"" direction "\",\"amount\":" amount                       \
    ",\"currency\":\"" currency "\"}"
#define DEBIT(account, amount)  ENTRY(account, "debit", amount, "EUR")
#define CREDIT(account, amount) ENTRY(account, "credit", amount, "EUR")
#define ENTRIES(list)           "{\"entries\":[" list "]}"
#define WITH_CONDITIONS(list)                                                                                \
    "{\"entries\":[" DEBIT("1", "100") "," CREDIT("2", "100") "],\"conditions\":[" list "]}"
#define AT_LEAST(account, amount) "{\"account\":\"$" account "\",\"min_available\":" amount "}"
#define PAIR                      ENTRIES(DEBIT("1", "100") "," CREDIT("2", "100"))
#define LARGEST                   "9007199254740991"

static const struct journal_case done[] = {
    {"three legs",
     {{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open},
      {2, "bob", "EUR", 5, 0, 0, ACCOUNT_open},
      {3, "bob", "EUR", 0, 0, 0, ACCOUNT_frozen}},
     &ann,
     ENTRIES(CREDIT("2", "60") "," DEBIT("1", "100") "," CREDIT("3", "40")),
     OUTCOME_created,
     NULL,
     "2 credit 60 v1 =65, 1 debit 100 v1 =0, 3 credit 40 v1 =40"},
    {"spends what comes in later",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_open}, {2, "ann", "EUR", 70, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(DEBIT("1", "70") "," CREDIT("2", "70") "," DEBIT("2", "70") "," CREDIT("1", "70")),
     OUTCOME_created,
     NULL,
     "1 debit 70 v1 =-70, 2 credit 70 v1 =140, 2 debit 70 v2 =70, 1 credit 70 v2 =0"},
    {"one account against itself",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(DEBIT("1", "7") "," CREDIT("1", "7")),
     OUTCOME_created,
     NULL,
     "1 debit 7 v1 =-7, 1 credit 7 v2 =0"},
    {"two currencies",
     {{1, "ann", "EUR", 9, 0, 0, ACCOUNT_open},
      {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open},
      {3, "ann", "USD", 8, 0, 0, ACCOUNT_open},
      {4, "bob", "USD", 0, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(ENTRY("3", "debit", "8", "USD") "," DEBIT("1", "9") "," CREDIT("2", "9") "," ENTRY("4", "credit",
                                                                                                "8", "USD")),
     OUTCOME_created,
     NULL,
     "3 debit 8 v1 =0, 1 debit 9 v1 =0, 2 credit 9 v1 =9, 4 credit 8 v1 =8"},
    {"staff, with the cash account",
     {{CASH, NULL, NULL, 0, 0, 0, ACCOUNT_open}, {1, "ann", "EUR", 0, 0, 0, ACCOUNT_open}},
     &staff,
     ENTRIES(DEBIT("9", "5") "," CREDIT("1", "5")),
     OUTCOME_created,
     NULL,
     "9 debit 5 v1 =-5, 1 credit 5 v1 =5"},
    {"as much as an amount can be",
     {{1, "ann", "EUR", MONEY_AMOUNT_MAX, 0, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(DEBIT("1", LARGEST) "," CREDIT("2", LARGEST)),
     OUTCOME_created,
     NULL,
     "1 debit 9007199254740991 v1 =0, 2 credit 9007199254740991 v1 =9007199254740991"},
    {"conditions that just hold",
     {{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     WITH_CONDITIONS(AT_LEAST("1", "100") "," AT_LEAST("1", "-1")),
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =0, 2 credit 100 v1 =100"},
    {"no conditions",
     {{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     WITH_CONDITIONS(""),
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =0, 2 credit 100 v1 =100"},
};

/* In order of precedence: what comes first is the answer although what comes later is wrong, too. */
static const struct journal_case refused[] = {
    {"unbalanced",
     {{0}},
     &ann,
     ENTRIES(DEBIT("1", "100") "," CREDIT("2", "99")),
     OUTCOME_unbalanced,
     "/entries",
     ""},
    {"debits only",
     {{0}},
     &ann,
     ENTRIES(DEBIT("1", "100") "," DEBIT("2", "100")),
     OUTCOME_unbalanced,
     "/entries",
     ""},
    {"balanced only across currencies",
     {{0}},
     &ann,
     ENTRIES(DEBIT("1", "100") "," ENTRY("2", "credit", "100", "USD")),
     OUTCOME_unbalanced,
     "/entries",
     ""},
    {"larger than an amount",
     {{0}},
     &ann,
     ENTRIES(DEBIT("1", LARGEST) "," DEBIT("1", "1") "," CREDIT("2", LARGEST) "," CREDIT("2", "1")),
     OUTCOME_amount_out_of_range,
     "/entries",
     ""},
    {"debits an unknown account",
     {{2, "bob", "USD", 0, 0, 0, ACCOUNT_closed}},
     &staff,
     PAIR,
     OUTCOME_account_not_found,
     "/entries/0/account",
     ""},
    {"debits a stranger's account",
     {{1, "bob", "EUR", 100, 0, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     PAIR,
     OUTCOME_account_not_found,
     "/entries/0/account",
     ""},
    {"debits the system's account",
     {{CASH, NULL, NULL, 100, 0, 0, ACCOUNT_open}, {1, "ann", "EUR", 0, 0, 0, ACCOUNT_open}},
     &impostor,
     ENTRIES(CREDIT("1", "1") "," DEBIT("9", "1")),
     OUTCOME_account_not_found,
     "/entries/1/account",
     ""},
    {"credits an unknown account",
     {{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}},
     &ann,
     PAIR,
     OUTCOME_account_not_found,
     "/entries/1/account",
     ""},
    {"currency of the first entry before the second's account",
     {{1, "ann", "USD", 100, 0, 0, ACCOUNT_open}},
     &ann,
     PAIR,
     OUTCOME_currency_mismatch,
     "/entries/0/currency",
     ""},
    {"another currency than the account's",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}, {2, "bob", "USD", 0, 0, 0, ACCOUNT_open}},
     &ann,
     PAIR,
     OUTCOME_currency_mismatch,
     "/entries/1/currency",
     ""},
    {"a condition on an unknown account",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     WITH_CONDITIONS(AT_LEAST("3", "1")),
     OUTCOME_account_not_found,
     "/conditions/0/account",
     ""},
    {"a condition on a stranger's account",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     WITH_CONDITIONS(AT_LEAST("1", "0") "," AT_LEAST("2", "0")),
     OUTCOME_account_not_found,
     "/conditions/1/account",
     ""},
    {"a condition that does not hold, before one on nobody's account",
     {{1, "ann", "EUR", 120, 0, 21, ACCOUNT_closed}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     WITH_CONDITIONS(AT_LEAST("1", "100") "," AT_LEAST("3", "1")),
     OUTCOME_condition_not_met,
     "/conditions/0/min_available",
     ""},
    {"a condition is not helped by the transaction itself",
     {{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}, {2, "ann", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     WITH_CONDITIONS(AT_LEAST("2", "1")),
     OUTCOME_condition_not_met,
     "/conditions/0/min_available",
     ""},
    {"from a closed account",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     PAIR,
     OUTCOME_account_closed,
     "/entries/0/account",
     ""},
    {"from a frozen account, before one that is closed",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_frozen}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     PAIR,
     OUTCOME_account_frozen,
     "/entries/0/account",
     ""},
    {"from a frozen account that gets more back",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_frozen}, {2, "ann", "EUR", 100, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(CREDIT("1", "50") "," DEBIT("1", "10") "," DEBIT("2", "50") "," CREDIT("2", "10")),
     OUTCOME_account_frozen,
     "/entries/1/account",
     ""},
    {"to a closed account, before funds",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     PAIR,
     OUTCOME_account_closed,
     "/entries/1/account",
     ""},
    {"to a full account",
     {{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open},
      {2, "bob", "EUR", MONEY_AMOUNT_MAX - 99, 0, 0, ACCOUNT_open}},
     &ann,
     PAIR,
     OUTCOME_balance_overflow,
     "/entries/1/account",
     ""},
    {"without money nobody learns what a stranger's account can still take",
     {{1, "ann", "EUR", 99, 0, 0, ACCOUNT_open},
      {2, "bob", "EUR", MONEY_AMOUNT_MAX - 99, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(CREDIT("2", "100") "," DEBIT("1", "100")),
     OUTCOME_insufficient_funds,
     "/entries/1/account",
     ""},
    {"to an account that is full only in between",
     {{1, "ann", "EUR", MONEY_AMOUNT_MAX, 0, 0, ACCOUNT_open}, {2, "ann", "EUR", 5, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(CREDIT("1", "5") "," DEBIT("1", "5") "," DEBIT("2", "5") "," CREDIT("2", "5")),
     OUTCOME_balance_overflow,
     "/entries/0/account",
     ""},
    {"beyond a counter",
     {{CASH, NULL, NULL, 0, INT64_MAX - 150, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &staff,
     ENTRIES(DEBIT("9", "100") "," DEBIT("9", "51") "," CREDIT("2", "151")),
     OUTCOME_balance_overflow,
     "/entries/1/account",
     ""},
    {"more than there is",
     {{1, "ann", "EUR", 110, 0, 11, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     PAIR,
     OUTCOME_insufficient_funds,
     "/entries/0/account",
     ""},
    {"more than there is in the end, by its first entry",
     {{1, "ann", "EUR", 10, 0, 0, ACCOUNT_open},
      {2, "ann", "EUR", 50, 0, 0, ACCOUNT_open},
      {3, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     &ann,
     ENTRIES(DEBIT("2", "50") "," CREDIT("1", "50") "," DEBIT("1", "61") "," CREDIT("3", "61")),
     OUTCOME_insufficient_funds,
     "/entries/1/account",
     ""},
};

static void run_case(const struct journal_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    for (size_t i = 0; i < COUNT(t->given) && t->given[i].number != 0; i++) {
        world_add(&w, &t->given[i]);
    }
    struct command c = world_command(&w, "transaction.create", *t->sender, t->data);
    struct snapshot before = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);

    char entries[TEXT_MAX];
    assert_string_equal(entries_text(&w, entries), t->entries);
    if (t->wanted == OUTCOME_created) {
        assert_int_equal(answer.outcome, OUTCOME_created);
        assert_string_equal(w.ledger.plan.transactions[0].kind, "journal");
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
    for (size_t i = 0; i < COUNT(done); i++) {
        run_case(&done[i]);
    }
    for (size_t i = 0; i < COUNT(refused); i++) {
        run_case(&refused[i]);
    }
}

static struct answer decide(struct world *w, struct sender sender, const char *data)
{
    struct command c = world_command(w, "transaction.create", sender, data);
    struct answer answer;
    c.type->decide(&w->ledger, &c, &answer);
    return answer;
}

/* Its headline is the debits of the first entry's currency; what belongs to others is not told. */
static void the_answer(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given){1, "ann", "EUR", 100, 0, 0, ACCOUNT_open});
    world_add(&w, &(struct given){2, "ann", "EUR", 100, 0, 0, ACCOUNT_open});
    world_add(&w, &(struct given){3, "bob", "EUR", 7, 0, 0, ACCOUNT_open});
    struct answer answer =
        decide(&w, ann,
               "{\"entries\":[" CREDIT("3", "30") "," DEBIT("1", "10") "," DEBIT(
                   "2", "20") "],\"description\":\"d\",\"reference\":\"r\",\"metadata\":{\"k\":\"v\"}}");
    json_t *body = body_of(&answer);
    assert_int_equal(json_integer_value(json_object_get(body, "amount")), 30);
    assert_string_equal(json_string_value(json_object_get(body, "currency")), "EUR");
    assert_string_equal(json_string_value(json_object_get(body, "reference")), "r");
    const json_t *entries = json_object_get(body, "entries");
    assert_true(json_is_null(json_object_get(json_array_get(entries, 0), "balance_after")));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(entries, 1), "balance_after")), 90);
    assert_int_equal(json_object_size(json_object_get(body, "balances")), 3);
    json_decref(body);
    const struct transaction_row *t = &w.ledger.plan.transactions[0];
    assert_str(t->description, "d");
    assert_str(t->metadata, "{\"k\":\"v\"}");
    assert_int_equal(t->entry_count, 3);
    world_end(&w);
}

/* Refusals with figures: both sums, and what the account lacks for all its entries. */
static void refusals_with_figures(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given){1, "ann", "EUR", 40, 0, 0, ACCOUNT_open});
    world_add(&w, &(struct given){2, "bob", "EUR", 0, 0, 0, ACCOUNT_open});
    struct answer answer =
        decide(&w, ann, ENTRIES(DEBIT("1", "60") "," CREDIT("1", "10") "," CREDIT("2", "50")));
    json_t *body = body_of(&answer);
    assert_int_equal(json_integer_value(json_object_get(body, "available")), 40);
    assert_int_equal(json_integer_value(json_object_get(body, "required")), 50);
    json_decref(body);
    answer = decide(&w, ann, ENTRIES(DEBIT("1", "60") "," CREDIT("1", "10") "," CREDIT("2", "51")));
    body = body_of(&answer);
    const json_t *error = json_array_get(json_object_get(body, "errors"), 0);
    assert_string_equal(json_string_value(json_object_get(error, "detail")),
                        "EUR: debits are 60, credits 61");
    json_decref(body);
    answer = decide(&w, ann, WITH_CONDITIONS(AT_LEAST("1", "41")));
    body = body_of(&answer);
    error = json_array_get(json_object_get(body, "errors"), 0);
    assert_string_equal(json_string_value(json_object_get(error, "detail")), "available is 40");
    json_decref(body);
    world_end(&w);
}

static void needs_all_accounts(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(&w, "transaction.create", ann,
                                     WITH_CONDITIONS(AT_LEAST("3", "1") "," AT_LEAST("4", "1")));
    struct needs n = {0};
    c.type->needs(&c, &n, &w.arena);
    assert_int_equal(n.accounts.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(number_of(&n.accounts.ids[i]), i + 1);
    }
    assert_int_equal(n.entries, 4);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(the_answer),
        cmocka_unit_test(refusals_with_figures),
        cmocka_unit_test(needs_all_accounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
