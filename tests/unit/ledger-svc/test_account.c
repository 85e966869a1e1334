/* test_account.c - balances, what an account may give and take, every state x event, names and system ids. */
#include "tests/unit/ledger-svc/domain_expect.h"

#include "shared/core/money.h"

#define M MONEY_AMOUNT_MAX

static void derived_balances(void **state)
{
    (void)state;
    static const struct {
        int64_t credits, debits, held, posted, available;
    } cases[] = {
        {0, 0, 0, 0, 0},
        {100, 30, 0, 70, 70},
        {100, 30, 20, 70, 50},
        {INT64_MAX, INT64_MAX, 0, 0, 0},
        {INT64_MAX, 0, 1, INT64_MAX, INT64_MAX - 1},
        {0, INT64_MAX, 0, -INT64_MAX, -INT64_MAX},
        {0, INT64_MAX, 1, -INT64_MAX, INT64_MIN},
        {0, INT64_MAX, 5, -INT64_MAX, INT64_MIN}, /* as little as can be said */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct account a = {.credits_posted = cases[i].credits,
                                  .debits_posted = cases[i].debits,
                                  .debits_pending = cases[i].held};
        assert_int_equal(account_posted(&a), cases[i].posted);
        assert_int_equal(account_held(&a), cases[i].held);
        assert_int_equal(account_available(&a), cases[i].available);
    }
}

static void debits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum account_status status;
        bool allow_negative;
        int64_t credits, debits, held, amount;
        enum outcome wanted;
    } cases[] = {
        {"all of it", ACCOUNT_open, false, 100, 0, 0, 100, OUTCOME_ok},
        {"one too much", ACCOUNT_open, false, 100, 0, 0, 101, OUTCOME_insufficient_funds},
        {"all that is not held", ACCOUNT_open, false, 100, 0, 40, 60, OUTCOME_ok},
        {"into what is held", ACCOUNT_open, false, 100, 0, 40, 61, OUTCOME_insufficient_funds},
        {"from nothing", ACCOUNT_open, false, 0, 0, 0, 1, OUTCOME_insufficient_funds},
        {"below zero where allowed", ACCOUNT_open, true, 0, 0, 0, M, OUTCOME_ok},
        {"frozen", ACCOUNT_frozen, false, 100, 0, 0, 1, OUTCOME_account_frozen},
        {"frozen, also where negative", ACCOUNT_frozen, true, 0, 0, 0, 1, OUTCOME_account_frozen},
        {"closed", ACCOUNT_closed, false, 0, 0, 0, 1, OUTCOME_account_closed},
        {"frozen comes before funds", ACCOUNT_frozen, false, 0, 0, 0, 1, OUTCOME_account_frozen},
        {"closed comes before funds", ACCOUNT_closed, false, 0, 0, 0, 1, OUTCOME_account_closed},
        {"up to the counter's end", ACCOUNT_open, true, 0, INT64_MAX - 5, 0, 5, OUTCOME_ok},
        {"beyond the counter", ACCOUNT_open, true, 0, INT64_MAX - 5, 0, 6, OUTCOME_balance_overflow},
        {"beyond the counter with funds", ACCOUNT_open, false, INT64_MAX, INT64_MAX - 5, 0, 6,
         OUTCOME_insufficient_funds},
        {"funds come before overflow", ACCOUNT_open, false, INT64_MAX, INT64_MAX, 0, 1,
         OUTCOME_insufficient_funds},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct account a = {.status = cases[i].status,
                                  .allow_negative = cases[i].allow_negative,
                                  .credits_posted = cases[i].credits,
                                  .debits_posted = cases[i].debits,
                                  .debits_pending = cases[i].held};
        enum outcome o = account_check_debit(&a, cases[i].amount);
        if (o != cases[i].wanted) {
            fail_msg("%s: %s", cases[i].name, outcome_code(o));
        }
    }
}

static void credits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum account_status status;
        bool allow_negative;
        int64_t credits, debits, amount;
        enum outcome wanted;
    } cases[] = {
        {"open", ACCOUNT_open, false, 0, 0, 1, OUTCOME_ok},
        {"frozen takes", ACCOUNT_frozen, false, 0, 0, 1, OUTCOME_ok},
        {"closed", ACCOUNT_closed, false, 0, 0, 1, OUTCOME_account_closed},
        {"up to 2^53-1", ACCOUNT_open, false, 0, 0, M, OUTCOME_ok},
        {"up to 2^53-1 in two steps", ACCOUNT_open, false, M - 1, 0, 1, OUTCOME_ok},
        {"beyond 2^53-1", ACCOUNT_open, false, M, 0, 1, OUTCOME_balance_overflow},
        {"beyond 2^53-1 twice", ACCOUNT_open, false, M, 0, M, OUTCOME_balance_overflow},
        {"the balance counts, not what went through", ACCOUNT_open, false, 4 * M, 4 * M, M, OUTCOME_ok},
        {"cash may hold more", ACCOUNT_open, true, M, 0, 1, OUTCOME_ok},
        {"cash up to the counter's end", ACCOUNT_open, true, INT64_MAX - 5, 0, 5, OUTCOME_ok},
        {"cash beyond the counter", ACCOUNT_open, true, INT64_MAX - 5, 0, 6, OUTCOME_balance_overflow},
        {"beyond the counter", ACCOUNT_open, false, INT64_MAX, INT64_MAX, 1, OUTCOME_balance_overflow},
        {"closed comes before overflow", ACCOUNT_closed, false, INT64_MAX, INT64_MAX, 1,
         OUTCOME_account_closed},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct account a = {.status = cases[i].status,
                                  .allow_negative = cases[i].allow_negative,
                                  .credits_posted = cases[i].credits,
                                  .debits_posted = cases[i].debits};
        enum outcome o = account_check_credit(&a, cases[i].amount);
        if (o != cases[i].wanted) {
            fail_msg("%s: %s", cases[i].name, outcome_code(o));
        }
    }
}

static void every_state_and_event(void **state)
{
    (void)state;
    static const struct {
        enum outcome outcome;
        enum account_status to;
    } wanted[ACCOUNT_STATUS_COUNT][ACCOUNT_EVENT_COUNT] = {
        [ACCOUNT_open] = {[ACCOUNT_EVENT_freeze] = {OUTCOME_ok, ACCOUNT_frozen},
                          [ACCOUNT_EVENT_unfreeze] = {OUTCOME_ok, ACCOUNT_open},
                          [ACCOUNT_EVENT_close] = {OUTCOME_ok, ACCOUNT_closed}},
        [ACCOUNT_frozen] = {[ACCOUNT_EVENT_freeze] = {OUTCOME_ok, ACCOUNT_frozen},
                            [ACCOUNT_EVENT_unfreeze] = {OUTCOME_ok, ACCOUNT_open},
                            [ACCOUNT_EVENT_close] = {OUTCOME_ok, ACCOUNT_closed}},
        [ACCOUNT_closed] = {[ACCOUNT_EVENT_freeze] = {OUTCOME_account_closed, ACCOUNT_STATUS_COUNT},
                            [ACCOUNT_EVENT_unfreeze] = {OUTCOME_account_closed, ACCOUNT_STATUS_COUNT},
                            [ACCOUNT_EVENT_close] = {OUTCOME_ok, ACCOUNT_closed}},
    };
    for (int s = 0; s < ACCOUNT_STATUS_COUNT; s++) {
        for (int e = 0; e < ACCOUNT_EVENT_COUNT; e++) {
            enum account_status to = ACCOUNT_STATUS_COUNT; /* untouched by a refusal */
            enum outcome o = account_status_next((enum account_status)s, (enum account_event)e, &to);
            assert_int_equal(o, wanted[s][e].outcome);
            assert_int_equal(to, wanted[s][e].to);
        }
    }
}

static void names_parse_to_themselves(void **state)
{
    (void)state;
    for (int i = 0; i < ACCOUNT_STATUS_COUNT; i++) {
        enum account_status s = ACCOUNT_STATUS_COUNT;
        assert_true(account_status_parse(str_of(account_status_name((enum account_status)i)), &s));
        assert_int_equal(s, i);
        assert_false(account_status_parse(STR_LIT("Open"), &s));
    }
    for (int i = 0; i < ACCOUNT_TYPE_COUNT; i++) {
        enum account_type t = ACCOUNT_TYPE_COUNT;
        assert_true(account_type_parse(str_of(account_type_name((enum account_type)i)), &t));
        assert_int_equal(t, i);
        assert_false(account_type_parse(STR_LIT("users"), &t));
    }
    for (int i = 0; i < ACCOUNT_ROLE_COUNT; i++) {
        enum account_role r = ACCOUNT_ROLE_COUNT;
        assert_true(account_role_parse(str_of(account_role_name((enum account_role)i)), &r));
        assert_int_equal(r, i);
        assert_false(account_role_parse(STR_LIT("bank"), &r));
    }
}

static void system_accounts(void **state)
{
    (void)state;
    static const char *const currencies[] = {"EUR", "USD", "INR"};
    struct uuid seen[ACCOUNT_ROLE_COUNT * COUNT(currencies)];
    size_t count = 0;
    for (int r = ACCOUNT_ROLE_none + 1; r < ACCOUNT_ROLE_COUNT; r++) {
        for (size_t c = 0; c < COUNT(currencies); c++) {
            struct account a;
            account_system_init(&a, (enum account_role)r, currencies[c], NOW_US);
            assert_true(a.is_new && a.type == ACCOUNT_TYPE_system && (int)a.role == r);
            assert_int_equal(a.status, ACCOUNT_open);
            assert_int_equal(a.allow_negative, r == ACCOUNT_ROLE_cash || r == ACCOUNT_ROLE_fx);
            assert_string_equal(a.currency, currencies[c]);
            assert_str(a.owner, "system");
            assert_true(a.name.len > 0);
            static const uint8_t no_time[6];
            assert_memory_equal(a.id.bytes, no_time, sizeof(no_time));
            assert_int_equal(a.id.bytes[6] >> 4, 7);
            assert_int_equal(a.id.bytes[8] >> 6, 2);
            for (size_t i = 0; i < count; i++) {
                assert_true(uuid_compare(&seen[i], &a.id) != 0);
            }
            seen[count++] = a.id;
        }
    }
    struct account cash;
    account_system_init(&cash, ACCOUNT_ROLE_cash, "EUR", NOW_US);
    assert_str(cash.name, "Mint Source");
    /* The ids are in databases: they must never change. */
    char id[TYPEID_TEXT_SIZE];
    typeid_format("acct", &cash.id, id);
    assert_string_equal(id, "acct_0000000000eddag7e5kjcg3hw5");
}

/* A hold is refused like a debit; what may go below zero has nothing to hold. */
static void what_may_be_held(void **state)
{
    (void)state;
    static const struct {
        struct account account;
        int64_t amount;
        enum outcome wanted;
    } rows[] = {
        {{.credits_posted = 100, .debits_pending = 40}, 60, OUTCOME_ok},
        {{.credits_posted = 100, .debits_pending = 40}, 61, OUTCOME_insufficient_funds},
        {{.credits_posted = 100, .status = ACCOUNT_frozen}, 1, OUTCOME_account_frozen},
        {{.status = ACCOUNT_closed}, 1, OUTCOME_account_closed},
        {{.credits_posted = 100, .allow_negative = true}, 1, OUTCOME_invalid_value},
        {{.status = ACCOUNT_closed, .allow_negative = true}, 1, OUTCOME_invalid_value},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum outcome found = account_check_hold(&rows[i].account, rows[i].amount);
        assert_string_equal(outcome_code(found), outcome_code(rows[i].wanted));
    }
}

/* What is held may be taken although the account is frozen. */
static void what_is_held_may_be_taken(void **state)
{
    (void)state;
    struct account a = {.credits_posted = 100, .debits_pending = 40, .status = ACCOUNT_frozen};
    assert_int_equal(account_check_capture(&a, 40), OUTCOME_ok);
    a.status = ACCOUNT_open;
    assert_int_equal(account_check_capture(&a, 1), OUTCOME_ok);
    a = (struct account){.credits_posted = INT64_MAX, .debits_posted = INT64_MAX - 40, .debits_pending = 40};
    assert_int_equal(account_check_capture(&a, 40), OUTCOME_ok);
    a.status = ACCOUNT_closed;
    assert_int_equal(account_check_capture(&a, 40), OUTCOME_internal_error);
}

/* An account that somebody changed by hand is refused by each check; once it is right again it is taken. */
static void what_is_not_sound_is_not_touched(void **state)
{
    (void)state;
    static const struct {
        struct account account;
        bool is_sound;
    } rows[] = {
        {{.credits_posted = 100, .debits_posted = 60, .debits_pending = 40}, true},
        {{.credits_posted = 100, .debits_posted = 61, .debits_pending = 40}, false}, /* held, but spent */
        {{.credits_posted = 100, .debits_posted = 140, .debits_pending = 40}, false},
        {{.credits_posted = 100, .debits_posted = 140, .debits_pending = 40, .allow_negative = true}, true},
        {{.credits_posted = 100, .debits_pending = -1}, false},
        {{.credits_posted = 100, .debits_pending = -1, .allow_negative = true}, false},
        {{.credits_posted = MONEY_AMOUNT_MAX, .debits_pending = 40}, true},
        {{.credits_posted = MONEY_AMOUNT_MAX + 1, .debits_pending = 40}, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct account *a = &rows[i].account;
        assert_int_equal(account_is_sound(a), rows[i].is_sound);
        assert_int_equal(account_check_credit(a, 1) == OUTCOME_internal_error, !rows[i].is_sound);
        assert_int_equal(account_check_debit(a, 1) == OUTCOME_internal_error, !rows[i].is_sound);
        if (!a->allow_negative) {
            assert_int_equal(account_check_hold(a, 1) == OUTCOME_internal_error, !rows[i].is_sound);
        }
        if (a->debits_pending > 0) {
            assert_int_equal(account_check_capture(a, 1) == OUTCOME_internal_error, !rows[i].is_sound);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derived_balances),
        cmocka_unit_test(debits),
        cmocka_unit_test(credits),
        cmocka_unit_test(every_state_and_event),
        cmocka_unit_test(names_parse_to_themselves),
        cmocka_unit_test(system_accounts),
        cmocka_unit_test(what_may_be_held),
        cmocka_unit_test(what_is_held_may_be_taken),
        cmocka_unit_test(what_is_not_sound_is_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
