/* test_cmd_transaction_reverse.c - every outcome of a reversal and their order, who may, how much in all, and
   the entries of transactions with two and more legs the other way round. */
#include "tests/unit/ledger-svc/domain_expect.h"

#include "shared/core/money.h"

#define ORIGINAL_NUMBER 50

struct leg {
    int account; /* 0 ends a list */
    bool is_debit;
    int64_t amount;
};
struct given_original {
    const char *kind; /* NULL: there is none */
    int64_t amount, reversed;
    struct leg legs[5];
};
struct reversal_case {
    const char *name;
    struct given given[4];
    struct given_original original;
    const struct sender *sender;
    int64_t amount; /* 0: none is given */
    enum outcome wanted;
    const char *pointer;
    const char *entries;
};

#define TO_BOB(kind, reversed)                                                                               \
    {                                                                                                        \
        kind, 100, reversed,                                                                                 \
        {                                                                                                    \
            {1, true, 100}, {2, false, 100},                                                                 \
            {                                                                                                \
                0                                                                                            \
            }                                                                                                \
        }                                                                                                    \
    }
#define SPLIT                                                                                                \
    {                                                                                                        \
        "journal", 100, 0,                                                                                   \
        {                                                                                                    \
            {1, true, 100}, {2, false, 60}, {3, false, 40},                                                  \
            {                                                                                                \
                0                                                                                            \
            }                                                                                                \
        }                                                                                                    \
    }
#define ANN(credits, debits, status)                                                                         \
    {                                                                                                        \
        1, "ann", "EUR", credits, debits, 0, status                                                          \
    }
#define BOB(credits, debits, status)                                                                         \
    {                                                                                                        \
        2, "bob", "EUR", credits, debits, 0, status                                                          \
    }
#define BOTH                                                                                                 \
    {                                                                                                        \
        ANN(0, 0, ACCOUNT_open), BOB(100, 0, ACCOUNT_open)                                                   \
    }
#define BACK "2 debit 100 v1 =0, 1 credit 100 v1 =100"

static const struct reversal_case cases[] = {
    {"all of it", BOTH, TO_BOB("transfer", 0), &bob, 0, OUTCOME_created, NULL, BACK},
    {"all of it, said", BOTH, TO_BOB("transfer", 0), &bob, 100, OUTCOME_created, NULL, BACK},
    {"by staff", BOTH, TO_BOB("transfer", 0), &staff, 0, OUTCOME_created, NULL, BACK},
    {"a captured hold", BOTH, TO_BOB("hold_capture", 0), &bob, 0, OUTCOME_created, NULL, BACK},
    {"a part", BOTH, TO_BOB("transfer", 0), &bob, 30, OUTCOME_created, NULL,
     "2 debit 30 v1 =70, 1 credit 30 v1 =30"},
    {"what is left", BOTH, TO_BOB("transfer", 30), &bob, 0, OUTCOME_created, NULL,
     "2 debit 70 v1 =30, 1 credit 70 v1 =70"},
    {"a part of what is left", BOTH, TO_BOB("transfer", 30), &bob, 70, OUTCOME_created, NULL,
     "2 debit 70 v1 =30, 1 credit 70 v1 =70"},
    {"to a frozen account",
     {ANN(0, 0, ACCOUNT_frozen), BOB(100, 0, ACCOUNT_open)},
     TO_BOB("transfer", 0),
     &bob,
     0,
     OUTCOME_created,
     NULL,
     BACK},
    {"a deposit, by staff",
     {{CASH, NULL, NULL, 0, 100, 0, ACCOUNT_open}, BOB(100, 0, ACCOUNT_open)},
     {"deposit", 100, 0, {{CASH, true, 100}, {2, false, 100}, {0}}},
     &staff,
     0,
     OUTCOME_created,
     NULL,
     "2 debit 100 v1 =0, 9 credit 100 v1 =0"},
    {"a withdrawal, by staff",
     {BOB(100, 100, ACCOUNT_open), {CASH, NULL, NULL, 100, 0, 0, ACCOUNT_open}},
     {"withdrawal", 100, 0, {{2, true, 100}, {CASH, false, 100}, {0}}},
     &staff,
     0,
     OUTCOME_created,
     NULL,
     "9 debit 100 v1 =0, 2 credit 100 v1 =100"},
    {"three legs",
     {ANN(0, 0, ACCOUNT_open), BOB(60, 0, ACCOUNT_open), {3, "bob", "EUR", 40, 0, 0, ACCOUNT_open}},
     SPLIT,
     &bob,
     0,
     OUTCOME_created,
     NULL,
     "3 debit 40 v1 =0, 2 debit 60 v1 =0, 1 credit 100 v1 =100"},
    {"three legs, said",
     {ANN(0, 0, ACCOUNT_open), BOB(60, 0, ACCOUNT_open), {3, "bob", "EUR", 40, 0, 0, ACCOUNT_open}},
     SPLIT,
     &bob,
     100,
     OUTCOME_created,
     NULL,
     "3 debit 40 v1 =0, 2 debit 60 v1 =0, 1 credit 100 v1 =100"},

    {"of nothing", BOTH, {0}, &staff, 0, OUTCOME_not_found, NULL, ""},
    {"of strangers",
     {ANN(0, 0, ACCOUNT_open), {2, "eve", "EUR", 0, 0, 0, ACCOUNT_open}},
     TO_BOB("reversal", 100),
     &bob,
     0,
     OUTCOME_not_found,
     NULL,
     ""},
    {"by who paid", BOTH, TO_BOB("reversal", 100), &ann, 0, OUTCOME_forbidden, NULL, ""},
    {"by who received a part only",
     {ANN(0, 0, ACCOUNT_open), BOB(60, 0, ACCOUNT_open), {3, "eve", "EUR", 40, 0, 0, ACCOUNT_open}},
     SPLIT,
     &bob,
     0,
     OUTCOME_forbidden,
     NULL,
     ""},
    {"a deposit, by who received it",
     {{CASH, NULL, NULL, 0, 100, 0, ACCOUNT_open}, BOB(100, 0, ACCOUNT_open)},
     {"deposit", 100, 0, {{CASH, true, 100}, {2, false, 100}, {0}}},
     &bob,
     0,
     OUTCOME_forbidden,
     NULL,
     ""},
    {"a withdrawal, by who paid",
     {BOB(100, 100, ACCOUNT_open), {CASH, NULL, NULL, 100, 0, 0, ACCOUNT_open}},
     {"withdrawal", 100, 0, {{2, true, 100}, {CASH, false, 100}, {0}}},
     &bob,
     0,
     OUTCOME_forbidden,
     NULL,
     ""},
    {"of a reversal", BOTH, TO_BOB("reversal", 100), &bob, 101, OUTCOME_not_reversible, NULL, ""},
    {"of a payout", BOTH, TO_BOB("payout", 0), &staff, 0, OUTCOME_not_reversible, NULL, ""},
    {"once more", BOTH, TO_BOB("transfer", 100), &bob, 1, OUTCOME_already_reversed, NULL, ""},
    {"more than it was", BOTH, TO_BOB("transfer", 0), &bob, 101, OUTCOME_amount_exceeds_original, "/amount",
     ""},
    {"more than is left",
     {ANN(0, 0, ACCOUNT_closed), BOB(0, 0, ACCOUNT_closed)},
     TO_BOB("transfer", 30),
     &bob,
     71,
     OUTCOME_amount_exceeds_original,
     "/amount",
     ""},
    {"a part of three legs",
     {ANN(0, 0, ACCOUNT_open), BOB(0, 0, ACCOUNT_closed), {3, "bob", "EUR", 40, 0, 0, ACCOUNT_open}},
     SPLIT,
     &bob,
     99,
     OUTCOME_whole_only,
     "/amount",
     ""},
    {"from a closed account",
     {ANN(0, 0, ACCOUNT_closed), BOB(0, 0, ACCOUNT_closed)},
     TO_BOB("transfer", 0),
     &bob,
     0,
     OUTCOME_account_closed,
     NULL,
     ""},
    {"from a frozen account",
     {ANN(0, 0, ACCOUNT_closed), BOB(0, 0, ACCOUNT_frozen)},
     TO_BOB("transfer", 0),
     &bob,
     0,
     OUTCOME_account_frozen,
     NULL,
     ""},
    {"to a closed account, before funds",
     {ANN(0, 0, ACCOUNT_closed), BOB(0, 0, ACCOUNT_open)},
     TO_BOB("transfer", 0),
     &bob,
     0,
     OUTCOME_account_closed,
     NULL,
     ""},
    {"to a full account",
     {ANN(MONEY_AMOUNT_MAX - 99, 0, ACCOUNT_open), BOB(100, 0, ACCOUNT_open)},
     TO_BOB("transfer", 0),
     &bob,
     0,
     OUTCOME_balance_overflow,
     NULL,
     ""},
    {"to a full account, of what was spent",
     {ANN(MONEY_AMOUNT_MAX - 99, 0, ACCOUNT_open), BOB(0, 0, ACCOUNT_open)},
     TO_BOB("transfer", 0),
     &bob,
     0,
     OUTCOME_insufficient_funds,
     NULL,
     ""},
    {"of what was spent",
     {ANN(0, 0, ACCOUNT_open), BOB(100, 1, ACCOUNT_open)},
     TO_BOB("transfer", 0),
     &bob,
     0,
     OUTCOME_insufficient_funds,
     NULL,
     ""},
};

static struct uuid original_id(void)
{
    return uuid7_make(NOW_US - 1, ORIGINAL_NUMBER, 7);
}

static void add_original(struct world *w, const struct given_original *g)
{
    struct uuid id = original_id();
    struct original *o = ledger_add_original(&w->ledger, &id);
    assert_non_null(o);
    o->kind = str_of(g->kind);
    o->owner = STR_LIT("ann");
    o->amount = g->amount;
    o->reversed = o->loaded_reversed = g->reversed;
    memcpy(o->currency, "EUR", 4);
    for (const struct leg *leg = g->legs; leg->account != 0; leg++) {
        struct original_entry *e = ledger_add_original_entry(&w->ledger, o);
        e->account_id = number_id(leg->account);
        e->is_debit = leg->is_debit;
        e->amount = leg->amount;
        memcpy(e->currency, "EUR", 4);
    }
}

static struct command reverse(struct world *w, struct sender sender, int64_t amount)
{
    char id[TYPEID_TEXT_SIZE], data[256], part[64] = "";
    struct uuid uuid = original_id();
    typeid_format("txn", &uuid, id);
    if (amount > 0) {
        (void)snprintf(part, sizeof(part), ",\"amount\":%lld", (long long)amount);
    }
    (void)snprintf(data, sizeof(data), "{\"transaction\":\"%s\",\"reason\":\"broken\"%s}", id, part);
    return world_command(w, "transaction.reverse", sender, data);
}

static void expect_given_back(const struct world *w, int64_t before)
{
    const struct original *o = w->ledger.originals[0];
    assert_true(o->is_changed);
    assert_int_equal(o->reversed, before + w->ledger.plan.transactions[0].amount);
    assert_int_equal(o->updated_us, NOW_US);
}

static void expect_as_it_was(const struct world *w, int64_t before)
{
    for (size_t i = 0; i < w->ledger.original_count; i++) {
        assert_false(w->ledger.originals[i]->is_changed);
        assert_int_equal(w->ledger.originals[i]->reversed, before);
    }
}

static void run_case(const struct reversal_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    for (size_t i = 0; i < COUNT(t->given) && t->given[i].number != 0; i++) {
        world_add(&w, &t->given[i]);
    }
    if (t->original.kind != NULL) {
        add_original(&w, &t->original);
    }
    struct command c = reverse(&w, *t->sender, t->amount);
    struct snapshot before = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);

    char entries[TEXT_MAX];
    assert_string_equal(entries_text(&w, entries), t->entries);
    if (t->wanted == OUTCOME_created) {
        assert_int_equal(answer.outcome, OUTCOME_created);
        expect_given_back(&w, t->original.reversed);
    } else {
        assert_problem(&answer, t->wanted, t->pointer);
        struct snapshot after = world_snapshot(&w);
        assert_true(snapshot_equal(&before, &after));
        expect_as_it_was(&w, t->original.reversed);
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

static void the_answer(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, cases[0].given);
    add_original(&w, &cases[0].original);
    struct command c = reverse(&w, bob, 30);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    char id[TYPEID_TEXT_SIZE];
    struct uuid uuid = original_id();
    typeid_format("txn", &uuid, id);
    json_t *body = body_of(&answer);
    assert_string_equal(json_string_value(json_object_get(body, "kind")), "reversal");
    assert_string_equal(json_string_value(json_object_get(body, "reverses")), id);
    assert_string_equal(json_string_value(json_object_get(body, "reason")), "broken");
    assert_int_equal(json_integer_value(json_object_get(body, "amount")), 30);
    json_decref(body);
    const struct plan *p = &w.ledger.plan;
    assert_int_equal(p->details_count, 1);
    assert_int_equal(uuid_compare(&p->details[0].details.reverses, &uuid), 0);
    assert_str(p->details[0].details.reason, "broken");
    world_end(&w);
}

/* Part by part in one batch: never more than the original. */
static void never_more_than_the_original(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        int status;
    } parts[] = {{60, 201}, {41, 422}, {40, 201}, {1, 409}};
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given)ANN(0, 0, ACCOUNT_open));
    world_add(&w, &(struct given)BOB(1000, 0, ACCOUNT_open));
    add_original(&w, &cases[0].original);
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct command c = reverse(&w, bob, parts[i].amount);
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        assert_int_equal(answer.status, parts[i].status);
    }
    assert_int_equal(account_posted(world_account(&w, 2)), 900);
    world_end(&w);
}

/* Whose account it was, as the pointer cannot say it; and what there is, to those who may know. */
static void refusals_tell_more(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given)ANN(0, 0, ACCOUNT_closed));
    world_add(&w, &(struct given)BOB(99, 0, ACCOUNT_open));
    add_original(&w, &cases[0].original);
    struct command c = reverse(&w, bob, 0);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    json_t *body = body_of(&answer);
    assert_string_equal(json_string_value(json_object_get(body, "detail")), "It is the account of entry 0.");
    json_decref(body);
    world_account(&w, 1)->status = ACCOUNT_open;
    c.type->decide(&w.ledger, &c, &answer);
    body = body_of(&answer);
    assert_int_equal(json_integer_value(json_object_get(body, "available")), 99);
    assert_int_equal(json_integer_value(json_object_get(body, "required")), 100);
    json_decref(body);
    world_end(&w);
}

static void needs_the_original(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = reverse(&w, bob, 0);
    struct needs n = {0};
    c.type->needs(&c, &n, &w.arena);
    assert_int_equal(n.accounts.count, 0);
    assert_int_equal(n.originals.count, 1);
    assert_int_equal(n.entries, POSTING_LEGS_MAX);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(the_answer),
        cmocka_unit_test(never_more_than_the_original),
        cmocka_unit_test(refusals_tell_more),
        cmocka_unit_test(needs_the_original),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
