/* test_cmd_account_status.c - freeze, unfreeze and close: who may, in which state, and the facts they leave.
 */
#include "tests/unit/ledger-svc/domain_expect.h"

#define ID_1 "{\"account\":\"$1\"}"

struct status_case {
    const char *name, *command;
    struct given given;
    const struct sender *sender;
    enum outcome wanted;
    enum account_status to;
    const char *fact; /* the event's type; NULL: nothing changed */
};

#define ANN_1(credits, debits, held, status)                                                                 \
    {                                                                                                        \
        1, "ann", "EUR", credits, debits, held, status                                                       \
    }

static const struct status_case cases[] = {
    {"freeze", "account.freeze", ANN_1(9, 0, 0, ACCOUNT_open), &staff, OUTCOME_ok, ACCOUNT_frozen,
     "account.frozen"},
    {"freeze again", "account.freeze", ANN_1(9, 0, 0, ACCOUNT_frozen), &staff, OUTCOME_ok, ACCOUNT_frozen,
     NULL},
    {"freeze closed", "account.freeze", ANN_1(9, 9, 0, ACCOUNT_closed), &staff, OUTCOME_account_closed,
     ACCOUNT_closed, NULL},
    {"freeze one's own", "account.freeze", ANN_1(9, 0, 0, ACCOUNT_open), &ann, OUTCOME_forbidden,
     ACCOUNT_open, NULL},
    {"freeze another's", "account.freeze", ANN_1(9, 0, 0, ACCOUNT_open), &bob, OUTCOME_not_found,
     ACCOUNT_open, NULL},
    {"freeze one's own closed: forbidden first", "account.freeze", ANN_1(0, 0, 0, ACCOUNT_closed), &ann,
     OUTCOME_forbidden, ACCOUNT_closed, NULL},
    {"unfreeze", "account.unfreeze", ANN_1(9, 0, 0, ACCOUNT_frozen), &staff, OUTCOME_ok, ACCOUNT_open,
     "account.unfrozen"},
    {"unfreeze again", "account.unfreeze", ANN_1(9, 0, 0, ACCOUNT_open), &staff, OUTCOME_ok, ACCOUNT_open,
     NULL},
    {"unfreeze closed", "account.unfreeze", ANN_1(9, 9, 0, ACCOUNT_closed), &staff, OUTCOME_account_closed,
     ACCOUNT_closed, NULL},
    {"unfreeze one's own", "account.unfreeze", ANN_1(9, 0, 0, ACCOUNT_frozen), &ann, OUTCOME_forbidden,
     ACCOUNT_frozen, NULL},
    {"unfreeze another's", "account.unfreeze", ANN_1(9, 0, 0, ACCOUNT_frozen), &bob, OUTCOME_not_found,
     ACCOUNT_frozen, NULL},
    {"close", "account.close", ANN_1(9, 9, 0, ACCOUNT_open), &staff, OUTCOME_ok, ACCOUNT_closed,
     "account.closed"},
    {"close frozen", "account.close", ANN_1(9, 9, 0, ACCOUNT_frozen), &staff, OUTCOME_ok, ACCOUNT_closed,
     "account.closed"},
    {"close again", "account.close", ANN_1(9, 9, 0, ACCOUNT_closed), &staff, OUTCOME_ok, ACCOUNT_closed,
     NULL},
    {"close one's own", "account.close", ANN_1(9, 9, 0, ACCOUNT_open), &ann, OUTCOME_ok, ACCOUNT_closed,
     "account.closed"},
    {"close another's", "account.close", ANN_1(9, 9, 0, ACCOUNT_open), &bob, OUTCOME_not_found, ACCOUNT_open,
     NULL},
    {"close with money", "account.close", ANN_1(9, 8, 0, ACCOUNT_open), &staff, OUTCOME_account_not_empty,
     ACCOUNT_open, NULL},
    {"close with held money", "account.close", ANN_1(9, 9, 1, ACCOUNT_open), &staff,
     OUTCOME_account_not_empty, ACCOUNT_open, NULL},
    {"close with money, another's", "account.close", ANN_1(9, 8, 0, ACCOUNT_open), &bob, OUTCOME_not_found,
     ACCOUNT_open, NULL},
};

static void run_case(const struct status_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    struct account *account = world_add(&w, &t->given);
    struct command c = world_command(&w, t->command, *t->sender, ID_1);
    struct snapshot before = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);

    assert_int_equal(account->status, t->to);
    assert_int_equal(account->is_changed, t->fact != NULL);
    assert_int_equal(w.ledger.plan.entry_count, 0);
    if (t->wanted == OUTCOME_ok) {
        assert_int_equal(answer.outcome, OUTCOME_ok);
        assert_int_equal(answer.status, 200);
        json_t *body = body_of(&answer);
        assert_string_equal(json_string_value(json_object_get(body, "status")), account_status_name(t->to));
        json_decref(body);
    } else {
        assert_problem(&answer, t->wanted, NULL);
    }
    if (t->fact == NULL) {
        struct snapshot after = world_snapshot(&w);
        assert_true(snapshot_equal(&before, &after));
    } else {
        assert_int_equal(w.ledger.plan.event_count, 1);
        assert_string_equal(w.ledger.plan.events[0].type, t->fact);
        assert_string_equal(w.ledger.plan.events[0].resource, "account");
        assert_int_equal(number_of(&w.ledger.plan.events[0].object_id), 1);
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

static void money_that_is_on_its_way_in_counts(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given)ANN_1(0, 0, 0, ACCOUNT_open))->credits_pending = 1;
    struct command c = world_command(&w, "account.close", ann, ID_1);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    assert_problem(&answer, OUTCOME_account_not_empty, NULL);
    world_end(&w);
}

/* Nobody can find out by asking whether an account exists. */
static void anothers_account_looks_missing(void **state)
{
    (void)state;
    static const char *const commands[] = {"account.freeze", "account.unfreeze", "account.close"};
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct world w;
        world_start(&w);
        struct command c = world_command(&w, commands[i], bob, ID_1);
        struct answer missing, anothers;
        c.type->decide(&w.ledger, &c, &missing);
        world_add(&w, &(struct given)ANN_1(5, 0, 0, ACCOUNT_frozen));
        c.type->decide(&w.ledger, &c, &anothers);
        assert_true(str_eq(missing.body, anothers.body));
        assert_int_equal(missing.status, 404);
        assert_int_equal(anothers.status, 404);
        world_end(&w);
    }
}

static void system_accounts_freeze_but_never_close(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        const struct sender *sender;
        enum outcome wanted;
    } rows[] = {
        {"account.freeze", &staff, OUTCOME_ok},          {"account.close", &staff, OUTCOME_forbidden},
        {"account.unfreeze", &staff, OUTCOME_ok},        {"account.close", &ann, OUTCOME_not_found},
        {"account.close", &impostor, OUTCOME_not_found},
    };
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given){.number = CASH});
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct command c = world_command(&w, rows[i].command, *rows[i].sender, "{\"account\":\"$9\"}");
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        assert_int_equal(answer.outcome, rows[i].wanted);
    }
    assert_int_equal(world_account(&w, CASH)->status, ACCOUNT_open);
    world_end(&w);
}

static void the_fact_says_before_after_and_why(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given)ANN_1(5, 0, 0, ACCOUNT_open));
    struct command why =
        world_command(&w, "account.freeze", staff, "{\"account\":\"$1\",\"reason\":\"a \\\"b\\\"\"}");
    struct command no_why = world_command(&w, "account.unfreeze", staff, ID_1);
    struct answer answer;
    why.type->decide(&w.ledger, &why, &answer);
    no_why.type->decide(&w.ledger, &no_why, &answer);
    const struct event_row *events = w.ledger.plan.events;
    assert_str(events[0].before, "{\"status\":\"open\"}");
    assert_str(events[0].after, "{\"status\":\"frozen\",\"reason\":\"a \\\"b\\\"\"}");
    assert_str(events[1].before, "{\"status\":\"frozen\"}");
    assert_str(events[1].after, "{\"status\":\"open\",\"reason\":null}");
    world_end(&w);
}

static void each_needs_its_account(void **state)
{
    (void)state;
    static const char *const commands[] = {"account.freeze", "account.unfreeze", "account.close"};
    struct world w;
    world_start(&w);
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct command c = world_command(&w, commands[i], staff, ID_1);
        struct needs n = {0};
        c.type->needs(&c, &n, &w.arena);
        assert_int_equal(n.accounts.count, 1);
        assert_int_equal(number_of(&n.accounts.ids[0]), 1);
        assert_int_equal(n.locks.count + n.entries, 0);
    }
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(money_that_is_on_its_way_in_counts),
        cmocka_unit_test(anothers_account_looks_missing),
        cmocka_unit_test(system_accounts_freeze_but_never_close),
        cmocka_unit_test(the_fact_says_before_after_and_why),
        cmocka_unit_test(each_needs_its_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
