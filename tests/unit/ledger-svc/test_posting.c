/* test_posting.c - counters, rows, event and answer of sets with more legs than two, and what posting never
 * does. */
#include "tests/unit/ledger-svc/domain_expect.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct given three[] = {{1, "ann", "EUR", 500, 0, 0, ACCOUNT_open},
                                     {2, "bob", "EUR", 10, 0, 0, ACCOUNT_open},
                                     {3, "bob", "EUR", 0, 0, 0, ACCOUNT_open},
                                     {4, "bob", "USD", 0, 0, 0, ACCOUNT_open},
                                     {.number = 0}};

static void many_legs_with_one_account_twice(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, three);
    const struct posting_leg legs[] = {
        {.account = world_account(&w, 1), .is_debit = true, .amount = 100},
        {.account = world_account(&w, 1), .is_debit = true, .amount = 50},
        {.account = world_account(&w, 2), .is_debit = false, .amount = 120},
        {.account = world_account(&w, 3), .is_debit = false, .amount = 30},
    };
    const struct posting p = {
        .kind = "journal", .amount = 150, .currency = "EUR", .legs = legs, .leg_count = COUNT(legs)};
    struct command c = world_command(&w, "account.close", ann, "{\"account\":\"$1\"}");
    struct answer answer;
    posting_apply(&w.ledger, &c, &p, &answer);

    char entries[TEXT_MAX];
    assert_string_equal(entries_text(&w, entries), "1 debit 100 v1 =400, 1 debit 50 v2 =350, "
                                                   "2 credit 120 v1 =130, 3 credit 30 v1 =30");
    const struct plan *plan = &w.ledger.plan;
    for (size_t i = 0; i < plan->entry_count; i++) {
        assert_int_equal(plan->entries[i].leg, i);
        assert_int_equal(uuid_compare(&plan->entries[i].transaction_id, &plan->transactions[0].id), 0);
        assert_string_equal(plan->entries[i].currency, "EUR");
    }
    assert_int_equal(plan->transactions[0].entry_count, 4);
    assert_string_equal(plan->events[0].type, "transaction.posted");
    assert_int_equal(uuid_compare(&plan->events[0].object_id, &plan->transactions[0].id), 0);
    json_t *body = body_of(&answer);
    assert_int_equal(json_array_size(json_object_get(body, "entries")), 4);
    assert_int_equal(json_object_size(json_object_get(body, "balances")), 3);
    json_decref(body);
    const struct account *a = world_account(&w, 1);
    assert_int_equal(a->debits_posted, 150);
    assert_int_equal(a->version, 2);
    assert_int_equal(a->last_entry_us, NOW_US);
    assert_true(a->is_changed);
    assert_false(world_account(&w, 4)->is_changed);
    world_end(&w);
}

struct noting {
    const char *name;
    int accounts[3]; /* 0: no leg */
    struct str description, reference;
    bool notes_counterparty, notes_kind;
};

static void expect_noted(const struct noting *n)
{
    struct world w;
    world_start(&w);
    world_add_all(&w, three);
    struct posting_leg legs[3];
    size_t count = 0;
    for (; count < 3 && n->accounts[count] != 0; count++) {
        legs[count] = (struct posting_leg){
            .account = world_account(&w, n->accounts[count]), .is_debit = count == 0, .amount = 10};
    }
    legs[0].amount = 10 * ((int64_t)count - 1);
    const struct posting p = {.kind = "journal",
                              .amount = legs[0].amount,
                              .currency = "EUR",
                              .description = n->description,
                              .reference = n->reference,
                              .legs = legs,
                              .leg_count = count};
    struct command c = world_command(&w, "account.close", ann, "{\"account\":\"$1\"}");
    struct answer answer;
    posting_apply(&w.ledger, &c, &p, &answer);
    for (size_t k = 0; k < count; k++) {
        const struct entry_row *e = &w.ledger.plan.entries[k];
        struct uuid wanted = n->notes_counterparty ? legs[1 - k].account->id : (struct uuid){{0}};
        if (uuid_compare(&e->counterparty_id, &wanted) != 0 || (e->kind != NULL) != n->notes_kind) {
            fail_msg("%s: leg %zu", n->name, k);
        }
    }
    world_end(&w);
}

/* A statement's line needs no look at other rows if the entry says whose the other one is, and why. */
static void entries_note_counterparty_and_kind(void **state)
{
    (void)state;
    static const struct noting cases[] = {
        {"two accounts", {1, 2}, {0}, {0}, true, true},
        {"a description", {1, 2}, STR_LIT("rent"), {0}, true, false},
        {"a reference", {1, 2}, {0}, STR_LIT("42"), true, false},
        {"three accounts", {1, 2, 3}, {0}, {0}, false, true},
        {"an account with itself", {1, 1}, {0}, {0}, false, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect_noted(&cases[i]);
    }
}

/* Time and ids rise with each account's versions, and one account's future is not everybody's. */
static void time_never_runs_backwards_for_an_account(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t last_entry_us[2], wanted;
    } cases[] = {
        {"the database's clock", {0, NOW_US - 1}, NOW_US},
        {"an entry at the same microsecond", {NOW_US, 0}, NOW_US + 1},
        {"an entry in the future", {NOW_US + 10, NOW_US + 500}, NOW_US + 501},
        {"the latest, wherever it is", {NOW_US + 500, NOW_US + 10}, NOW_US + 501},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w;
        world_start(&w);
        world_add_all(&w, three);
        struct account *a = world_account(&w, 1), *b = world_account(&w, 2), *other = world_account(&w, 3);
        a->last_entry_us = cases[i].last_entry_us[0];
        b->last_entry_us = cases[i].last_entry_us[1];
        struct command c = world_command(&w, "account.close", ann, "{\"account\":\"$1\"}");
        const struct plan *plan = &w.ledger.plan;
        const struct posting_leg pairs[][2] = {
            {{.account = a, .is_debit = true, .amount = 1},
             {.account = b, .is_debit = false, .amount = 1}}, /* at the later of both */
            {{.account = b, .is_debit = true, .amount = 1},
             {.account = a,
              .is_debit = false,
              .amount = 1}}, /* again in this batch: the same time, a later id */
            {{.account = b, .is_debit = true, .amount = 1},
             {.account = other, .is_debit = false, .amount = 1}},
        };
        for (size_t n = 0; n < COUNT(pairs); n++) {
            struct posting p = {
                .kind = "transfer", .amount = 1, .currency = "EUR", .legs = pairs[n], .leg_count = 2};
            struct answer answer;
            posting_apply(&w.ledger, &c, &p, &answer);
            assert_int_equal(plan->transactions[n].created_us, cases[i].wanted);
            assert_int_equal(plan->entries[2 * n].created_us, cases[i].wanted);
            assert_true(n == 0 || uuid_compare(&plan->transactions[n - 1].id, &plan->transactions[n].id) < 0);
        }
        assert_int_equal(b->last_entry_us, cases[i].wanted);
        assert_int_equal(w.ledger.now_us, NOW_US);
        world_end(&w);
    }
}

static void a_hundred_legs_with_long_texts_fit(void **state)
{
    (void)state;
    static char description[2000], metadata[30000];
    memset(description, '\001', sizeof(description));
    (void)snprintf(metadata, sizeof(metadata), "{\"k\":\"%0*d\"}", 20000, 0);
    struct world w;
    world_start(&w);
    struct posting_leg legs[100];
    for (size_t i = 0; i < COUNT(legs); i++) {
        struct uuid id = uuid7_make(NOW_US, 100 + (uint32_t)i, 1);
        struct account *account = ledger_add_account(&w.ledger, &id);
        account->owner = STR_LIT("ann");
        memcpy(account->currency, "EUR", 4);
        account->credits_posted = INT64_MAX / 2;
        account->debits_posted = INT64_MAX / 2 - 1000;
        legs[i] = (struct posting_leg){.account = account, .is_debit = i < 50, .amount = 1000};
    }
    const struct posting p = {.kind = "journal",
                              .amount = 50000,
                              .currency = "EUR",
                              .description = {description, sizeof(description)},
                              .metadata = str_of(metadata),
                              .legs = legs,
                              .leg_count = COUNT(legs)};
    struct command c = world_command(&w, "account.close", ann, "{\"account\":\"$1\"}");
    struct answer answer;
    posting_apply(&w.ledger, &c, &p, &answer);
    assert_int_equal(answer.status, 201);
    assert_false(w.ledger.out_of_memory);
    json_decref(body_of(&answer));
    world_end(&w);
}

static void two_currencies_balance_each_by_itself(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, (const struct given[]){{1, "ann", "EUR", 500, 0, 0, ACCOUNT_open},
                                             {2, "ann", "USD", 500, 0, 0, ACCOUNT_open},
                                             {3, "bob", "EUR", 0, 0, 0, ACCOUNT_open},
                                             {4, "bob", "USD", 0, 0, 0, ACCOUNT_open},
                                             {.number = 0}});
    const struct posting_leg legs[] = {{.account = world_account(&w, 1), .is_debit = true, .amount = 100},
                                       {.account = world_account(&w, 2), .is_debit = true, .amount = 110},
                                       {.account = world_account(&w, 3), .is_debit = false, .amount = 100},
                                       {.account = world_account(&w, 4), .is_debit = false, .amount = 110}};
    const struct posting p = {
        .kind = "exchange", .amount = 100, .currency = "EUR", .legs = legs, .leg_count = COUNT(legs)};
    struct command c = world_command(&w, "account.close", ann, "{\"account\":\"$1\"}");
    struct answer answer;
    posting_apply(&w.ledger, &c, &p, &answer);
    assert_int_equal(answer.status, 201);
    assert_string_equal(w.ledger.plan.entries[1].currency, "USD");
    world_end(&w);
}

/* Postings that only a bug of ours can ask for. */
static const struct bug {
    const char *name;
    struct {
        int account;
        bool is_debit;
        int64_t amount;
    } legs[3];
    size_t count;
} bugs[] = {
    {"does not balance",
     {{.account = 1, .is_debit = true, .amount = 10}, {.account = 2, .is_debit = false, .amount = 9}},
     2},
    {"does not balance per currency",
     {{.account = 1, .is_debit = true, .amount = 10}, {.account = 4, .is_debit = false, .amount = 10}},
     2},
    {"one leg", {{.account = 1, .is_debit = true, .amount = 10}}, 1},
    {"no leg", {{0}}, 0},
    {"debit that is refused",
     {{.account = 1, .is_debit = true, .amount = 501}, {.account = 2, .is_debit = false, .amount = 501}},
     2},
    {"second debit that is refused",
     {{.account = 1, .is_debit = true, .amount = 400},
      {.account = 1, .is_debit = true, .amount = 101},
      {.account = 2, .is_debit = false, .amount = 501}},
     3},
};

static void apply_bug(struct world *w, const struct bug *bug)
{
    struct posting_leg legs[3];
    for (size_t i = 0; i < bug->count; i++) {
        legs[i] = (struct posting_leg){.account = world_account(w, bug->legs[i].account),
                                       .is_debit = bug->legs[i].is_debit,
                                       .amount = bug->legs[i].amount};
    }
    const struct posting p = {
        .kind = "journal", .amount = 10, .currency = "EUR", .legs = legs, .leg_count = bug->count};
    struct command c = world_command(w, "account.close", ann, "{\"account\":\"$1\"}");
    struct answer answer;
    posting_apply(&w->ledger, &c, &p, &answer);
}

static void our_own_bugs_stop_the_process(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bugs); i++) {
        print_message("  %s\n", bugs[i].name);
        struct world w;
        world_start(&w);
        world_add_all(&w, three);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)signal(SIGABRT, SIG_DFL);
            (void)close(STDERR_FILENO); /* the assertion's text is not wanted here */
            apply_bug(&w, &bugs[i]);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        world_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_legs_with_one_account_twice),
        cmocka_unit_test(entries_note_counterparty_and_kind),
        cmocka_unit_test(time_never_runs_backwards_for_an_account),
        cmocka_unit_test(a_hundred_legs_with_long_texts_fit),
        cmocka_unit_test(two_currencies_balance_each_by_itself),
        cmocka_unit_test(our_own_bugs_stop_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
