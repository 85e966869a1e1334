/* test_cmd_account_create.c - who may open accounts for whom, and what a fresh one looks like. */
#include "tests/unit/ledger-svc/domain_expect.h"

static const struct {
    const char *name;
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    const char *owner; /* of the new account */
} cases[] = {
    {"for oneself", &ann, "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"Wallet\"}", OUTCOME_created,
     "ann"},
    {"for oneself by name", &ann, "{\"owner\":\"ann\",\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"W\"}",
     OUTCOME_created, "ann"},
    {"staff for another", &staff, "{\"owner\":\"bob\",\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"W\"}",
     OUTCOME_created, "bob"},
    {"staff for themselves", &staff, "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"W\"}",
     OUTCOME_created, "ops"},
    {"for another", &ann, "{\"owner\":\"bob\",\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"W\"}",
     OUTCOME_forbidden, NULL},
};

static void every_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].name);
        struct world w;
        world_start(&w);
        struct command c = world_command(&w, "account.create", *cases[i].sender, cases[i].data);
        struct snapshot before = world_snapshot(&w);
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        if (cases[i].wanted == OUTCOME_created) {
            assert_int_equal(answer.status, 201);
            assert_int_equal(w.ledger.account_count, 1);
            assert_str(w.ledger.accounts[0]->owner, cases[i].owner);
            assert_true(w.ledger.accounts[0]->is_new);
        } else {
            assert_problem(&answer, cases[i].wanted, "/owner");
            struct snapshot after = world_snapshot(&w);
            assert_true(snapshot_equal(&before, &after));
        }
        world_end(&w);
    }
}

static void a_fresh_account(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c =
        world_command(&w, "account.create", ann,
                      "{\"type\":\"merchant\",\"currency\":\"JPY\",\"name\":\"Corner \\\"Shop\\\"\","
                      "\"metadata\":{\"z\":\"\",\"a\":\"x\"}}");
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    const struct account *account = w.ledger.accounts[0];
    assert_ptr_equal(ledger_find_account(&w.ledger, &account->id), account);
    char id[TYPEID_TEXT_SIZE], wanted[TEXT_MAX];
    typeid_format("acct", &account->id, id);
    (void)snprintf(
        wanted, sizeof(wanted),
        "{\"id\":\"%s\",\"owner\":\"ann\",\"type\":\"merchant\",\"currency\":\"JPY\","
        "\"name\":\"Corner \\\"Shop\\\"\",\"status\":\"open\",\"posted\":0,\"held\":0,\"available\":0,"
        "\"debits_posted\":0,\"credits_posted\":0,\"debits_pending\":0,\"credits_pending\":0,"
        "\"version\":0,\"created_at\":\"2026-11-18T11:06:40.000000Z\","
        "\"metadata\":{\"a\":\"x\",\"z\":\"\"}}",
        id);
    assert_str(answer.body, wanted);
    const struct event_row *e = &w.ledger.plan.events[0];
    assert_int_equal(w.ledger.plan.event_count, 1);
    assert_string_equal(e->type, "account.created");
    assert_string_equal(e->resource, "account");
    assert_int_equal(uuid_compare(&e->object_id, &account->id), 0);
    assert_int_equal(e->before.len, 0);
    assert_str(e->after, wanted);
    world_end(&w);
}

static void needs_nothing(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(&w, "account.create", ann, cases[0].data);
    struct needs n = {0};
    c.type->needs(&c, &n, &w.arena);
    assert_int_equal(n.accounts.count + n.locks.count + n.entries, 0);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(a_fresh_account),
        cmocka_unit_test(needs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
