/* test_cmd_hold_release.c - release and expiry: who may, in which state, at which moment, and what is free
   again. */
#include "tests/unit/ledger-svc/domain_hold.h"

#define IN_STATE(status, captured, left_us)                                                                  \
    {                                                                                                        \
        status, captured, left_us, NULL, false                                                               \
    }
#define FRESH IN_STATE(HOLD_authorized, 0, LEFT_US)
#define BY_STAFF(left_us)                                                                                    \
    {                                                                                                        \
        HOLD_authorized, 0, left_us, "ops", false                                                            \
    }
#define IT       "{\"hold\":\"#1\"}"
#define RELEASED "", "hold.released"
#define EXPIRED  "", "hold.expired"
#define NOTHING  "", ""
#define FROZEN                                                                                               \
    {                                                                                                        \
        {1, "ann", "EUR", 500, 0, 300, ACCOUNT_frozen},                                                      \
        {                                                                                                    \
            2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed                                                         \
        }                                                                                                    \
    }

static const struct hold_case releases[] = {
    {"all of it", FRESH, &ann, IT, OUTCOME_ok, HOLD_released, 0, RELEASED, {{0}}},
    {"what is left",
     IN_STATE(HOLD_partially_captured, 40, LEFT_US),
     &ann,
     IT,
     OUTCOME_ok,
     HOLD_released,
     40,
     RELEASED,
     {{0}}},
    {"a microsecond before its end",
     IN_STATE(HOLD_authorized, 0, 1),
     &ann,
     IT,
     OUTCOME_ok,
     HOLD_released,
     0,
     RELEASED,
     {{0}}},
    {"staff, of another's", FRESH, &staff, IT, OUTCOME_ok, HOLD_released, 0, RELEASED, {{0}}},
    {"of a frozen account, into a closed one", FRESH, &ann, IT, OUTCOME_ok, HOLD_released, 0, RELEASED,
     FROZEN},
    {"unknown", FRESH, &ann, "{\"hold\":\"#2\"}", OUTCOME_not_found, HOLD_authorized, 0, NOTHING, {{0}}},
    {"another's", FRESH, &bob, IT, OUTCOME_not_found, HOLD_authorized, 0, NOTHING, {{0}}},
    {"of one's account, by staff",
     BY_STAFF(LEFT_US),
     &ann,
     IT,
     OUTCOME_forbidden,
     HOLD_authorized,
     0,
     NOTHING,
     {{0}}},
    {"forbidden comes before its end",
     BY_STAFF(0),
     &ann,
     IT,
     OUTCOME_forbidden,
     HOLD_authorized,
     0,
     NOTHING,
     {{0}}},
    {"at its end it expires",
     IN_STATE(HOLD_authorized, 0, 0),
     &ann,
     IT,
     OUTCOME_hold_expired,
     HOLD_expired,
     0,
     EXPIRED,
     {{0}}},
    {"partly captured, after its end",
     IN_STATE(HOLD_partially_captured, 40, -1),
     &ann,
     IT,
     OUTCOME_hold_expired,
     HOLD_expired,
     40,
     EXPIRED,
     {{0}}},
    {"expired before",
     IN_STATE(HOLD_expired, 40, -1),
     &ann,
     IT,
     OUTCOME_hold_expired,
     HOLD_expired,
     40,
     NOTHING,
     {{0}}},
    {"captured before",
     IN_STATE(HOLD_captured, 100, LEFT_US),
     &ann,
     IT,
     OUTCOME_invalid_hold_state,
     HOLD_captured,
     100,
     NOTHING,
     {{0}}},
    {"released before, its end comes later",
     IN_STATE(HOLD_released, 0, -1),
     &ann,
     IT,
     OUTCOME_invalid_hold_state,
     HOLD_released,
     0,
     NOTHING,
     {{0}}},
};

static const struct hold_case expiries[] = {
    {"at its end", IN_STATE(HOLD_authorized, 0, 0), &staff, IT, OUTCOME_ok, HOLD_expired, 0, EXPIRED, {{0}}},
    {"after its end",
     IN_STATE(HOLD_partially_captured, 40, -5),
     &staff,
     IT,
     OUTCOME_ok,
     HOLD_expired,
     40,
     EXPIRED,
     {{0}}},
    {"of a frozen account", IN_STATE(HOLD_authorized, 0, 0), &staff, IT, OUTCOME_ok, HOLD_expired, 0, EXPIRED,
     FROZEN},
    {"a microsecond too early",
     IN_STATE(HOLD_authorized, 0, 1),
     &staff,
     IT,
     OUTCOME_ok,
     HOLD_authorized,
     0,
     NOTHING,
     {{0}}},
    {"captured meanwhile",
     IN_STATE(HOLD_captured, 40, 0),
     &staff,
     IT,
     OUTCOME_ok,
     HOLD_captured,
     40,
     NOTHING,
     {{0}}},
    {"released meanwhile",
     IN_STATE(HOLD_released, 0, 0),
     &staff,
     IT,
     OUTCOME_ok,
     HOLD_released,
     0,
     NOTHING,
     {{0}}},
    {"expired meanwhile",
     IN_STATE(HOLD_expired, 0, 0),
     &staff,
     IT,
     OUTCOME_ok,
     HOLD_expired,
     0,
     NOTHING,
     {{0}}},
    {"unknown", FRESH, &staff, "{\"hold\":\"#2\"}", OUTCOME_not_found, HOLD_authorized, 0, NOTHING, {{0}}},
    {"another's",
     IN_STATE(HOLD_authorized, 0, 0),
     &bob,
     IT,
     OUTCOME_not_found,
     HOLD_authorized,
     0,
     NOTHING,
     {{0}}},
};

static void every_outcome_of_release(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(releases); i++) {
        run_hold_case("hold.release", &releases[i]);
    }
}

static void every_outcome_of_expire(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(expiries); i++) {
        run_hold_case("hold.expire", &expiries[i]);
    }
}

static void the_answer_is_the_hold(void **state)
{
    (void)state;
    static const char *const commands[] = {"hold.release", "hold.expire"};
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct world w;
        world_start(&w);
        world_add_all(&w, ann_and_bob);
        const struct hold *h = world_add_hold(&w, 1, &(struct given_hold)FRESH);
        struct command c = world_command(&w, commands[i], staff, IT);
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        char wanted[TEXT_MAX];
        struct str text = hold_text(&w.ledger, h);
        (void)snprintf(wanted, sizeof(wanted), "{\"hold\":%.*s}", (int)text.len, text.data);
        assert_str(answer.body, wanted);
        world_end(&w);
    }
}

static void needs_the_hold_and_no_entries(void **state)
{
    (void)state;
    static const char *const commands[] = {"hold.release", "hold.expire"};
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct world w;
        world_start(&w);
        struct command c = world_command(&w, commands[i], ann, IT);
        struct needs n = {0};
        c.type->needs(&c, &n, &w.arena);
        assert_int_equal(n.holds.count, 1);
        assert_int_equal(n.accounts.count, 0);
        assert_int_equal(n.entries, 0);
        world_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_of_release),
        cmocka_unit_test(every_outcome_of_expire),
        cmocka_unit_test(the_answer_is_the_hold),
        cmocka_unit_test(needs_the_hold_and_no_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
