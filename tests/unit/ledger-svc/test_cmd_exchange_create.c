/* test_cmd_exchange_create.c - every outcome of an exchange, what is bought to the last minor unit, and the
   house's fx accounts made on first use. In entries 0 stands for an fx account. */
#include "tests/unit/ledger-svc/domain_expect.h"

#include "shared/core/money.h"

#define EUR_1(credits, status)                                                                               \
    {                                                                                                        \
        1, "ann", "EUR", credits, 0, 0, status                                                               \
    }
#define USD_2(credits, status)                                                                               \
    {                                                                                                        \
        2, "bob", "USD", credits, 0, 0, status                                                               \
    }
#define ORDER(from, to, amount, numerator, denominator, rounding)                                            \
    "{\"from_account\":\"$" from "\",\"to_account\":\"$" to "\",\"sell_amount\":" amount                     \
    ",\"rate\":{\"numerator\":" numerator ",\"denominator\":" denominator "},\"rounding\":\"" rounding "\"}"
#define SELL_100 ORDER("1", "2", "100", "3", "2", "down")
#define LARGEST  "9007199254740991"

struct fx_given {
    const char *currency; /* NULL: not there */
    int64_t credits, debits;
    enum account_status status;
};
struct exchange_case {
    const char *name;
    struct given given[3];
    struct fx_given fx[2];
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    const char *pointer;
    const char *entries;
};

static const struct exchange_case cases[] = {
    {"sells and buys",
     {EUR_1(120, ACCOUNT_open), USD_2(0, ACCOUNT_frozen)},
     {{"EUR", 5, 0, ACCOUNT_frozen}, {"USD", 0, 7, ACCOUNT_open}},
     &ann,
     SELL_100,
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =20, 0 credit 100 v1 =105, 0 debit 150 v1 =-157, 2 credit 150 v1 =150"},
    {"makes both fx accounts",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_open)},
     {{0}},
     &ann,
     SELL_100,
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =0, 0 credit 100 v1 =100, 0 debit 150 v1 =-150, 2 credit 150 v1 =150"},
    {"to itself",
     {EUR_1(0, ACCOUNT_open)},
     {{0}},
     &bob,
     ORDER("1", "1", "100", "1", "1", "down"),
     OUTCOME_same_account,
     "/to_account",
     ""},
    {"from nobody",
     {USD_2(0, ACCOUNT_open)},
     {{0}},
     &staff,
     SELL_100,
     OUTCOME_account_not_found,
     "/from_account",
     ""},
    {"from a stranger's account",
     {EUR_1(100, ACCOUNT_open)},
     {{0}},
     &bob,
     SELL_100,
     OUTCOME_account_not_found,
     "/from_account",
     ""},
    {"to nobody",
     {EUR_1(0, ACCOUNT_closed)},
     {{0}},
     &ann,
     SELL_100,
     OUTCOME_account_not_found,
     "/to_account",
     ""},
    {"one currency",
     {EUR_1(0, ACCOUNT_closed), {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}},
     {{0}},
     &ann,
     SELL_100,
     OUTCOME_same_currency,
     "/to_account",
     ""},
    {"buys nothing, before closed",
     {EUR_1(0, ACCOUNT_closed), USD_2(0, ACCOUNT_open)},
     {{0}},
     &ann,
     ORDER("1", "2", "100", "1", "101", "down"),
     OUTCOME_amount_out_of_range,
     "/sell_amount",
     ""},
    {"buys more than an amount can be",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_open)},
     {{0}},
     &ann,
     ORDER("1", "2", "2", "4503599627370496", "1", "down"),
     OUTCOME_amount_out_of_range,
     "/sell_amount",
     ""},
    {"far more than an amount can be",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_open)},
     {{0}},
     &ann,
     ORDER("1", "2", LARGEST, LARGEST, "1", "half_even"),
     OUTCOME_amount_out_of_range,
     "/sell_amount",
     ""},
    {"from a closed account",
     {EUR_1(0, ACCOUNT_closed), USD_2(0, ACCOUNT_closed)},
     {{0}},
     &ann,
     SELL_100,
     OUTCOME_account_closed,
     "/from_account",
     ""},
    {"from a frozen account",
     {EUR_1(0, ACCOUNT_frozen), USD_2(0, ACCOUNT_closed)},
     {{0}},
     &ann,
     SELL_100,
     OUTCOME_account_frozen,
     "/from_account",
     ""},
    {"more than there is, before the fx accounts",
     {EUR_1(99, ACCOUNT_open), USD_2(0, ACCOUNT_closed)},
     {{"EUR", 0, 0, ACCOUNT_closed}, {0}},
     &ann,
     SELL_100,
     OUTCOME_insufficient_funds,
     NULL,
     ""},
    {"the fx account that buys is closed",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_closed)},
     {{"EUR", 0, 0, ACCOUNT_closed}, {"USD", 0, 0, ACCOUNT_frozen}},
     &ann,
     SELL_100,
     OUTCOME_account_closed,
     NULL,
     ""},
    {"the fx account that buys is beyond its counter",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_closed)},
     {{"EUR", INT64_MAX - 99, 0, ACCOUNT_open}, {"USD", 0, 0, ACCOUNT_frozen}},
     &ann,
     SELL_100,
     OUTCOME_balance_overflow,
     NULL,
     ""},
    {"the fx account that sells is frozen",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_closed)},
     {{"USD", 0, 0, ACCOUNT_frozen}, {0}},
     &ann,
     SELL_100,
     OUTCOME_account_frozen,
     NULL,
     ""},
    {"the fx account that sells is beyond its counter",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_closed)},
     {{"USD", 0, INT64_MAX - 149, ACCOUNT_open}, {0}},
     &ann,
     SELL_100,
     OUTCOME_balance_overflow,
     NULL,
     ""},
    {"to a closed account",
     {EUR_1(100, ACCOUNT_open), USD_2(0, ACCOUNT_closed)},
     {{0}},
     &ann,
     SELL_100,
     OUTCOME_account_closed,
     "/to_account",
     ""},
    {"to a full account",
     {EUR_1(100, ACCOUNT_open), USD_2(MONEY_AMOUNT_MAX - 149, ACCOUNT_open)},
     {{0}},
     &ann,
     SELL_100,
     OUTCOME_balance_overflow,
     "/to_account",
     ""},
};

static struct account *add_fx(struct world *w, const struct fx_given *g)
{
    struct uuid id = account_system_id(ACCOUNT_ROLE_fx, g->currency);
    struct account *account = ledger_add_account(&w->ledger, &id);
    account_system_init(account, ACCOUNT_ROLE_fx, g->currency, NOW_US - 1);
    account->is_new = false;
    account->credits_posted = g->credits;
    account->debits_posted = g->debits;
    account->status = g->status;
    return account;
}

static void know_currencies(struct world *w)
{
    ledger_add_fx(&w->ledger, STR_LIT("EUR"));
    ledger_add_fx(&w->ledger, STR_LIT("USD"));
}

static void run_case(const struct exchange_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    world_add_all(&w, t->given);
    know_currencies(&w);
    for (size_t i = 0; i < 2 && t->fx[i].currency != NULL; i++) {
        add_fx(&w, &t->fx[i]);
    }
    struct command c = world_command(&w, "exchange.create", *t->sender, t->data);
    struct snapshot before = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);

    char entries[TEXT_MAX];
    assert_string_equal(entries_text(&w, entries), t->entries);
    if (t->wanted == OUTCOME_created) {
        assert_int_equal(answer.outcome, OUTCOME_created);
        assert_string_equal(w.ledger.plan.transactions[0].kind, "exchange");
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
    for (size_t i = 0; i < COUNT(cases); i++) {
        run_case(&cases[i]);
    }
}

/* sell * numerator / denominator: the expected figures are worked out by hand. */
static void what_is_bought(void **state)
{
    (void)state;
    static const struct {
        const char *sell, *numerator, *denominator;
        int64_t down, half_even; /* 0: nothing, which is refused */
    } rates[] = {
        {"10", "1", "1", 10, 10},
        {"7", "1", "3", 2, 2},   /* 2.33 */
        {"8", "1", "3", 2, 3},   /* 2.67 */
        {"5", "1", "2", 2, 2},   /* 2.5 to the even 2 */
        {"7", "1", "2", 3, 4},   /* 3.5 to the even 4 */
        {"1", "1", "2", 0, 0},   /* 0.5 to the even 0 */
        {"3", "1", "2", 1, 2},   /* 1.5 to the even 2 */
        {"2", "1", "3", 0, 1},   /* 0.67 */
        {"25", "1", "10", 2, 2}, /* 2.5 with a common factor */
        {"26", "1", "10", 2, 3}, /* 2.6 */
        {"100", "16325", "10000", 163, 163},
        {"1000", "10837", "10000", 1083, 1084}, /* 1083.7 */
        {LARGEST, LARGEST, LARGEST, MONEY_AMOUNT_MAX, MONEY_AMOUNT_MAX},
        {LARGEST, "1", "2", INT64_C(4503599627370495), INT64_C(4503599627370496)}, /* ..495.5 to the even */
        {"1", LARGEST, "2", INT64_C(4503599627370495), INT64_C(4503599627370496)},
        {LARGEST, "9007199254740989", "9007199254740990", INT64_C(9007199254740989),
         INT64_C(9007199254740990)},
    };
    static const char *const roundings[] = {"down", "half_even"};
    for (size_t i = 0; i < 2 * COUNT(rates); i++) {
        int64_t wanted = i % 2 == 0 ? rates[i / 2].down : rates[i / 2].half_even;
        char data[TEXT_MAX];
        (void)snprintf(data, sizeof(data), ORDER("1", "2", "%s", "%s", "%s", "%s"), rates[i / 2].sell,
                       rates[i / 2].numerator, rates[i / 2].denominator, roundings[i % 2]);
        struct world w;
        world_start(&w);
        world_add(&w, &(struct given)EUR_1(MONEY_AMOUNT_MAX, ACCOUNT_open));
        world_add(&w, &(struct given)USD_2(0, ACCOUNT_open));
        know_currencies(&w);
        struct command c = world_command(&w, "exchange.create", ann, data);
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        assert_int_equal(answer.outcome, wanted == 0 ? OUTCOME_amount_out_of_range : OUTCOME_created);
        assert_int_equal(account_posted(world_account(&w, 2)), wanted);
        world_end(&w);
    }
}

static void the_answer_and_the_facts(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given)EUR_1(100, ACCOUNT_open));
    world_add(&w, &(struct given)USD_2(0, ACCOUNT_open));
    know_currencies(&w);
    struct command c = world_command(&w, "exchange.create", ann, SELL_100);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    json_t *body = body_of(&answer);
    assert_int_equal(json_integer_value(json_object_get(body, "amount")), 100);
    assert_string_equal(json_string_value(json_object_get(body, "currency")), "EUR");
    assert_string_equal(json_string_value(json_object_get(body, "rounding")), "down");
    const json_t *rate = json_object_get(body, "rate");
    assert_int_equal(json_integer_value(json_object_get(rate, "numerator")), 3);
    assert_int_equal(json_integer_value(json_object_get(rate, "denominator")), 2);
    json_decref(body);
    const struct plan *p = &w.ledger.plan;
    assert_int_equal(p->details_count, 1);
    assert_int_equal(p->details[0].details.rate_numerator, 3);
    assert_int_equal(uuid_compare(&p->details[0].transaction_id, &p->transactions[0].id), 0);
    assert_int_equal(p->event_count, 3);
    assert_string_equal(p->events[0].type, "account.created");
    assert_string_equal(p->events[1].type, "account.created");
    assert_string_equal(p->events[2].type, "transaction.posted");
    world_end(&w);
}

static void not_with_the_fx_account_itself(void **state)
{
    (void)state;
    static const char *const fields[] = {"from_account", "to_account"};
    for (size_t i = 0; i < 2; i++) {
        struct world w;
        world_start(&w);
        world_add(&w, &(struct given)EUR_1(100, ACCOUNT_open));
        know_currencies(&w);
        const struct account *fx = add_fx(&w, &(struct fx_given){.currency = "USD"});
        char id[TYPEID_TEXT_SIZE], data[TEXT_MAX], pointer[32];
        typeid_format("acct", &fx->id, id);
        (void)snprintf(data, sizeof(data),
                       "{\"%s\":\"%s\",\"%s\":\"$1\",\"sell_amount\":1,\"rate\":{\"numerator\":1,"
                       "\"denominator\":1},\"rounding\":\"down\"}",
                       fields[i], id, fields[1 - i]);
        struct command c = world_command(&w, "exchange.create", staff, data);
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        (void)snprintf(pointer, sizeof(pointer), "/%s", fields[i]);
        assert_problem(&answer, OUTCOME_same_account, pointer);
        world_end(&w);
    }
}

/* An account that came to be after the currencies were looked up: its fx account may exist unseen. */
static void not_before_the_fx_accounts_are_known(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given)EUR_1(100, ACCOUNT_open));
    world_add(&w, &(struct given)USD_2(0, ACCOUNT_open));
    ledger_add_fx(&w.ledger, STR_LIT("EUR"));
    struct command c = world_command(&w, "exchange.create", ann, SELL_100);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    assert_problem(&answer, OUTCOME_busy, NULL);
    assert_true(outcome_is_retryable(answer.outcome));
    ledger_add_fx(&w.ledger, STR_LIT("USD"));
    c.type->decide(&w.ledger, &c, &answer);
    assert_int_equal(answer.status, 201);
    world_end(&w);
}

static void needs_accounts_by_currency(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(&w, "exchange.create", ann, SELL_100);
    struct needs n;
    batch_needs(&c, 1, &n, &w.arena);
    assert_int_equal(n.accounts.count, 2);
    assert_int_equal(n.exchanged.count, 2);
    assert_int_equal(n.locks.count, 1); /* the key; the accounts' come when all are known */
    assert_int_equal(n.entries, 4);
    assert_true(batch_has_objects(&n));
    know_currencies(&w);
    batch_needs_of_objects(&w.ledger, &n, &w.arena);
    assert_int_equal(n.accounts.count, 4);
    assert_int_equal(n.account_locks.count, 4);
    struct uuid fx = account_system_id(ACCOUNT_ROLE_fx, "USD");
    bool found = false;
    for (size_t i = 0; i < n.accounts.count; i++) {
        found = found || uuid_compare(&n.accounts.ids[i], &fx) == 0;
    }
    assert_true(found);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(what_is_bought),
        cmocka_unit_test(the_answer_and_the_facts),
        cmocka_unit_test(not_with_the_fx_account_itself),
        cmocka_unit_test(not_before_the_fx_accounts_are_known),
        cmocka_unit_test(needs_accounts_by_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
