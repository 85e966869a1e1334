/* test_cmd_hold_authorize.c - every outcome of an authorization, their precedence, what is held afterwards.
 */
#include "tests/unit/ledger-svc/domain_hold.h"

#include "shared/core/money.h"

#define MAX_TEXT "9007199254740991"
#define ANN_1(credits)                                                                                       \
    {                                                                                                        \
        1, "ann", "EUR", credits, 0, 0, ACCOUNT_open                                                         \
    }
#define BOB_2                                                                                                \
    {                                                                                                        \
        2, "bob", "EUR", 0, 0, 0, ACCOUNT_open                                                               \
    }
#define CLOSED_2                                                                                             \
    {                                                                                                        \
        2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed                                                             \
    }
#define OF_1(amount)          "{\"account\":\"$1\",\"amount\":" amount "}"
#define OF_1_IN(amount, code) "{\"account\":\"$1\",\"amount\":" amount ",\"currency\":\"" code "\"}"
#define OF_1_TO_2(amount)     "{\"account\":\"$1\",\"amount\":" amount ",\"destination\":\"$2\"}"
#define OF_1_TO_2_IN(amount, code)                                                                           \
    "{\"account\":\"$1\",\"amount\":" amount ",\"destination\":\"$2\",\"currency\":\"" code "\"}"

struct authorize_case {
    const char *name;
    struct given given[3];
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    const char *pointer; /* of a refusal */
    int account, destination;
    int64_t amount, ttl_s; /* of the hold; 0: it was refused */
};

static const struct authorize_case cases[] = {
    {"into the escrow", {ANN_1(500)}, &ann, OF_1("100"), OUTCOME_created, NULL, 1, ESCROW, 100, 900},
    {"into an account", {ANN_1(500), BOB_2}, &ann, OF_1_TO_2("100"), OUTCOME_created, NULL, 1, 2, 100, 900},
    {"all of it", {ANN_1(500)}, &ann, OF_1_IN("500", "EUR"), OUTCOME_created, NULL, 1, ESCROW, 500, 900},
    {"all that is not held",
     {{1, "ann", "EUR", 500, 0, 499, ACCOUNT_open}},
     &ann,
     OF_1("1"),
     OUTCOME_created,
     NULL,
     1,
     ESCROW,
     1,
     900},
    {"the largest amount",
     {ANN_1(MONEY_AMOUNT_MAX)},
     &ann,
     OF_1(MAX_TEXT),
     OUTCOME_created,
     NULL,
     1,
     ESCROW,
     MONEY_AMOUNT_MAX,
     900},
    {"the last of its counter",
     {{1, "ann", "EUR", INT64_MAX, INT64_MAX - 7, 0, ACCOUNT_open}},
     &ann,
     OF_1("7"),
     OUTCOME_created,
     NULL,
     1,
     ESCROW,
     7,
     900},
    {"for a second",
     {ANN_1(500)},
     &ann,
     "{\"account\":\"$1\",\"amount\":7,\"ttl_seconds\":1}",
     OUTCOME_created,
     NULL,
     1,
     ESCROW,
     7,
     1},
    {"for a year",
     {ANN_1(500)},
     &ann,
     "{\"account\":\"$1\",\"amount\":7,\"ttl_seconds\":31536000}",
     OUTCOME_created,
     NULL,
     1,
     ESCROW,
     7,
     31536000},
    {"staff, of another's", {ANN_1(500)}, &staff, OF_1("100"), OUTCOME_created, NULL, 1, ESCROW, 100, 900},
    {"into a frozen account",
     {ANN_1(500), {2, "bob", "EUR", 0, 0, 0, ACCOUNT_frozen}},
     &ann,
     OF_1_TO_2("100"),
     OUTCOME_created,
     NULL,
     1,
     2,
     100,
     900},
    {"into cash, by a customer",
     {ANN_1(500), {.number = CASH}},
     &ann,
     "{\"account\":\"$1\",\"amount\":7,\"destination\":\"$9\"}",
     OUTCOME_account_not_found,
     "/destination",
     0,
     0,
     0,
     0},
    {"into cash, by staff",
     {ANN_1(500), {.number = CASH}},
     &staff,
     "{\"account\":\"$1\",\"amount\":7,\"destination\":\"$9\"}",
     OUTCOME_created,
     NULL,
     1,
     CASH,
     7,
     900},
    {"of the escrow",
     {{ESCROW, NULL, NULL, 500, 0, 0, ACCOUNT_open}, BOB_2},
     &staff,
     "{\"account\":\"$8\",\"amount\":7,\"destination\":\"$2\"}",
     OUTCOME_created,
     NULL,
     ESCROW,
     2,
     7,
     900},

    {"into itself",
     {ANN_1(500)},
     &ann,
     "{\"account\":\"$1\",\"amount\":7,\"destination\":\"$1\"}",
     OUTCOME_same_account,
     "/destination",
     0,
     0,
     0,
     0},
    {"into itself, even unknown",
     {{0}},
     &ann,
     "{\"account\":\"$1\",\"amount\":7,\"destination\":\"$1\"}",
     OUTCOME_same_account,
     "/destination",
     0,
     0,
     0,
     0},
    {"unknown", {BOB_2}, &ann, OF_1_TO_2("1"), OUTCOME_account_not_found, "/account", 0, 0, 0, 0},
    {"another's",
     {ANN_1(500), BOB_2},
     &bob,
     OF_1_TO_2("1"),
     OUTCOME_account_not_found,
     "/account",
     0,
     0,
     0,
     0},
    {"both unknown: the account first",
     {{0}},
     &ann,
     OF_1_TO_2("1"),
     OUTCOME_account_not_found,
     "/account",
     0,
     0,
     0,
     0},
    {"of the escrow, by one who is called system",
     {{ESCROW, NULL, NULL, 500, 0, 0, ACCOUNT_open}},
     &impostor,
     "{\"account\":\"$8\",\"amount\":7}",
     OUTCOME_account_not_found,
     "/account",
     0,
     0,
     0,
     0},
    {"of the escrow into the escrow",
     {{ESCROW, NULL, NULL, 500, 0, 0, ACCOUNT_open}},
     &staff,
     "{\"account\":\"$8\",\"amount\":7}",
     OUTCOME_same_account,
     "/destination",
     0,
     0,
     0,
     0},
    {"of the escrow into the escrow comes before the currency",
     {{ESCROW, NULL, NULL, 0, 0, 0, ACCOUNT_open}},
     &staff,
     "{\"account\":\"$8\",\"amount\":7,\"currency\":\"USD\"}",
     OUTCOME_same_account,
     "/destination",
     0,
     0,
     0,
     0},
    {"an unknown destination comes before currency and funds",
     {ANN_1(0)},
     &ann,
     OF_1_TO_2_IN("1", "USD"),
     OUTCOME_account_not_found,
     "/destination",
     0,
     0,
     0,
     0},
    {"another currency is named",
     {ANN_1(500)},
     &ann,
     OF_1_IN("1", "USD"),
     OUTCOME_currency_mismatch,
     "/currency",
     0,
     0,
     0,
     0},
    {"the destination's is named",
     {ANN_1(500), {2, "bob", "USD", 0, 0, 0, ACCOUNT_open}},
     &ann,
     OF_1_TO_2_IN("1", "USD"),
     OUTCOME_currency_mismatch,
     "/currency",
     0,
     0,
     0,
     0},
    {"the destination's differs",
     {ANN_1(500), {2, "bob", "USD", 0, 0, 0, ACCOUNT_open}},
     &ann,
     OF_1_TO_2_IN("1", "EUR"),
     OUTCOME_currency_mismatch,
     "/destination",
     0,
     0,
     0,
     0},
    {"currency comes before states",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     OF_1_IN("1", "USD"),
     OUTCOME_currency_mismatch,
     "/currency",
     0,
     0,
     0,
     0},
    {"of cash, which has no end",
     {{.number = CASH}},
     &staff,
     "{\"account\":\"$9\",\"amount\":7}",
     OUTCOME_invalid_value,
     "/account",
     0,
     0,
     0,
     0},
    {"closed",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     OF_1("1"),
     OUTCOME_account_closed,
     "/account",
     0,
     0,
     0,
     0},
    {"frozen",
     {{1, "ann", "EUR", 500, 0, 0, ACCOUNT_frozen}},
     &ann,
     OF_1("1"),
     OUTCOME_account_frozen,
     "/account",
     0,
     0,
     0,
     0},
    {"frozen comes before funds and a closed destination",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_frozen}, CLOSED_2},
     &ann,
     OF_1_TO_2("1"),
     OUTCOME_account_frozen,
     "/account",
     0,
     0,
     0,
     0},
    {"not enough", {ANN_1(99)}, &ann, OF_1("100"), OUTCOME_insufficient_funds, NULL, 0, 0, 0, 0},
    {"enough, but held",
     {{1, "ann", "EUR", 100, 0, 1, ACCOUNT_open}},
     &ann,
     OF_1("100"),
     OUTCOME_insufficient_funds,
     NULL,
     0,
     0,
     0,
     0},
    {"funds come before a closed destination",
     {ANN_1(0), CLOSED_2},
     &ann,
     OF_1_TO_2("1"),
     OUTCOME_insufficient_funds,
     NULL,
     0,
     0,
     0,
     0},
    {"into a closed account",
     {ANN_1(500), CLOSED_2},
     &ann,
     OF_1_TO_2("1"),
     OUTCOME_account_closed,
     "/destination",
     0,
     0,
     0,
     0},
};

static void assert_held(const struct world *w, const struct authorize_case *t, const struct answer *answer,
                        int64_t held_before)
{
    assert_int_equal(answer->outcome, OUTCOME_created);
    assert_int_equal(answer->status, 201);
    assert_int_equal(w->ledger.hold_count, 1);
    const struct hold *h = w->ledger.holds[0];
    const struct account *a = world_account(w, t->account);
    assert_int_equal(number_of(&h->account_id), t->account);
    assert_int_equal(number_of(&h->destination_id), t->destination);
    assert_string_equal(h->currency, "EUR");
    assert_int_equal(h->amount, t->amount);
    assert_int_equal(h->captured, 0);
    assert_int_equal(h->status, HOLD_authorized);
    assert_int_equal(h->expires_us, NOW_US + t->ttl_s * 1000000);
    assert_true(h->is_new && !h->is_changed && uuid_is_zero(&h->capture_id));
    assert_str(h->owner, t->sender->owner);
    assert_int_equal(a->debits_pending, held_before + t->amount);
    assert_true(a->is_changed);
    const struct plan *p = &w->ledger.plan;
    assert_int_equal(p->transaction_count + p->entry_count, 0);
    assert_int_equal(p->event_count, 1);
    assert_string_equal(p->events[0].type, "hold.authorized");
    assert_string_equal(p->events[0].resource, "hold");
    assert_int_equal(p->events[0].before.len, 0);
    assert_int_equal(uuid_compare(&p->events[0].object_id, &h->id), 0);
}

static void run_case(const struct authorize_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    world_add_all(&w, t->given);
    int64_t held_before = t->given[0].held;
    struct command c = world_command(&w, "hold.authorize", *t->sender, t->data);
    struct snapshot before = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    if (t->wanted == OUTCOME_created) {
        assert_held(&w, t, &answer, held_before);
    } else {
        assert_problem(&answer, t->wanted, t->pointer);
        struct snapshot after = world_snapshot(&w);
        assert_true(snapshot_equal(&before, &after));
        assert_int_equal(w.ledger.hold_count, 0);
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

static void refused_funds_tell_how_much(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given){1, "ann", "EUR", 130, 0, 31, ACCOUNT_open});
    struct command c = world_command(&w, "hold.authorize", ann, OF_1("100"));
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    assert_str(answer.body, "{\"type\":\"/problems/insufficient_funds\","
                            "\"title\":\"The account has not enough available money.\",\"status\":402,"
                            "\"code\":\"insufficient_funds\",\"available\":99,\"required\":100}");
    world_end(&w);
}

static void the_answer_has_hold_and_balances(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add(&w, &(struct given){1, "ann", "EUR", 500, 0, 50, ACCOUNT_open});
    struct command c = world_command(&w, "hold.authorize", ann,
                                     "{\"account\":\"$1\",\"amount\":100,\"description\":\"a \\\"stay\\\"\","
                                     "\"reference\":\"r-1\",\"metadata\":{\"b\":\"2\",\"a\":\"1\"}}");
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    const struct hold *h = w.ledger.holds[0];
    assert_str(h->description, "a \"stay\"");
    assert_str(h->reference, "r-1");
    assert_str(h->metadata, "{\"a\":\"1\",\"b\":\"2\"}");
    char wanted[TEXT_MAX];
    struct str text = hold_text(&w.ledger, h);
    (void)snprintf(wanted, sizeof(wanted),
                   "{\"hold\":%.*s,\"balances\":{\"$1\":{\"posted\":500,\"held\":150,\"available\":350}}}",
                   (int)text.len, text.data);
    assert_str(answer.body, wanted);
    assert_true(str_eq(w.ledger.plan.events[0].after, text));
    world_end(&w);
}

/* What one command holds the next one of the batch can neither spend nor hold. */
static void held_money_is_held_within_a_batch(void **state)
{
    (void)state;
    static const struct {
        const char *command, *data;
        enum outcome wanted;
    } steps[] = {{"hold.authorize", OF_1("600"), OUTCOME_created},
                 {"hold.authorize", OF_1("600"), OUTCOME_insufficient_funds},
                 {"transfer.create", "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":401}",
                  OUTCOME_insufficient_funds},
                 {"transfer.create", "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":400}",
                  OUTCOME_created},
                 {"account.close", "{\"account\":\"$1\"}", OUTCOME_account_not_empty}};
    struct world w;
    world_start(&w);
    world_add_all(&w, (const struct given[]){ANN_1(1000), BOB_2, {.number = 0}});
    struct command commands[COUNT(steps)];
    struct answer answers[COUNT(steps)];
    for (size_t i = 0; i < COUNT(steps); i++) {
        commands[i] = world_command(&w, steps[i].command, ann, steps[i].data);
    }
    const struct batch_input in = {.commands = commands, .command_count = COUNT(steps)};
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, answers), STATUS_OK);
    for (size_t i = 0; i < COUNT(steps); i++) {
        assert_string_equal(outcome_code(answers[i].outcome), outcome_code(steps[i].wanted));
    }
    assert_int_equal(account_available(world_account(&w, 1)), 0);
    world_end(&w);
}

static void needs_the_accounts_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t wanted;
    } rows[] = {{OF_1("1"), 1}, {OF_1_TO_2("1"), 2}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world w;
        world_start(&w);
        struct command c = world_command(&w, "hold.authorize", ann, rows[i].data);
        struct needs n = {0};
        c.type->needs(&c, &n, &w.arena);
        assert_int_equal(n.accounts.count, rows[i].wanted);
        assert_int_equal(n.holds.count + n.entries + n.locks.count, 0);
        world_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(refused_funds_tell_how_much),
        cmocka_unit_test(the_answer_has_hold_and_balances),
        cmocka_unit_test(held_money_is_held_within_a_batch),
        cmocka_unit_test(needs_the_accounts_it_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
