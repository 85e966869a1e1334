/* test_cmd_hold_capture.c - captures: whole, in parts, the last one, into which account, every refusal and
   which comes first; a hold whose time is over expires instead. */
#include "tests/unit/ledger-svc/domain_hold.h"

#include "shared/core/money.h"

#define FRESH                                                                                                \
    {                                                                                                        \
        .left_us = LEFT_US                                                                                   \
    }
#define PART                                                                                                 \
    {                                                                                                        \
        HOLD_partially_captured, 40, LEFT_US, NULL, false                                                    \
    }
#define IN_STATE(status, captured, left_us)                                                                  \
    {                                                                                                        \
        status, captured, left_us, NULL, false                                                               \
    }
#define BY_STAFF(left_us)                                                                                    \
    {                                                                                                        \
        HOLD_authorized, 0, left_us, "ops", false                                                            \
    }
#define ANN_1(status)                                                                                        \
    {                                                                                                        \
        1, "ann", "EUR", 500, 0, 0, status                                                                   \
    }
#define BOB_2(credits, status)                                                                               \
    {                                                                                                        \
        2, "bob", "EUR", credits, 0, 0, status                                                               \
    }
#define ALL          "{\"hold\":\"#1\"}"
#define SOME(amount) "{\"hold\":\"#1\",\"amount\":" amount "}"
#define MORE(amount) "{\"hold\":\"#1\",\"amount\":" amount ",\"final\":false}"
#define TAKEN(amount, left)                                                                                  \
    "1 debit " amount " v1 =" left ", 2 credit " amount " v1 =" amount, "transaction.posted, hold.captured"
#define NOTHING "", ""
#define EXPIRED "", "hold.expired"

static const struct sender former_staff = {"ops", false};

static const struct hold_case cases[] = {
    {"all of it", FRESH, &ann, ALL, OUTCOME_created, HOLD_captured, 100, TAKEN("100", "400"), {{0}}},
    {"its exact amount",
     FRESH,
     &ann,
     SOME("100"),
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {{0}}},
    {"a part is the last one unless said otherwise",
     FRESH,
     &ann,
     SOME("40"),
     OUTCOME_created,
     HOLD_captured,
     40,
     TAKEN("40", "460"),
     {{0}}},
    {"a part with more to come",
     FRESH,
     &ann,
     MORE("40"),
     OUTCOME_created,
     HOLD_partially_captured,
     40,
     TAKEN("40", "460"),
     {{0}}},
    {"a part with more to come that is all",
     FRESH,
     &ann,
     MORE("100"),
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {{0}}},
    {"all, although more is said to come",
     FRESH,
     &ann,
     "{\"hold\":\"#1\",\"final\":false}",
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {{0}}},
    {"a second part",
     PART,
     &ann,
     MORE("59"),
     OUTCOME_created,
     HOLD_partially_captured,
     99,
     TAKEN("59", "441"),
     {{0}}},
    {"a second part and no more",
     PART,
     &ann,
     SOME("1"),
     OUTCOME_created,
     HOLD_captured,
     41,
     TAKEN("1", "499"),
     {{0}}},
    {"what is left", PART, &ann, ALL, OUTCOME_created, HOLD_captured, 100, TAKEN("60", "440"), {{0}}},
    {"exactly what is left",
     PART,
     &ann,
     MORE("60"),
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("60", "440"),
     {{0}}},
    {"a microsecond before its end",
     IN_STATE(HOLD_authorized, 0, 1),
     &ann,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {{0}}},
    {"staff, of another's",
     FRESH,
     &staff,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {{0}}},
    {"who authorized it, staff no more",
     BY_STAFF(LEFT_US),
     &former_staff,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {{0}}},
    {"of a frozen account: it was promised",
     FRESH,
     &ann,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {ANN_1(ACCOUNT_frozen), BOB_2(0, ACCOUNT_open)}},
    {"into a frozen account",
     FRESH,
     &ann,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "400"),
     {ANN_1(ACCOUNT_open), BOB_2(0, ACCOUNT_frozen)}},
    {"other holds stay",
     FRESH,
     &ann,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     TAKEN("100", "0"),
     {{1, "ann", "EUR", 100, 0, 0, ACCOUNT_open}, BOB_2(0, ACCOUNT_open)}},
    {"beside what others hold",
     FRESH,
     &ann,
     SOME("40"),
     OUTCOME_created,
     HOLD_captured,
     40,
     TAKEN("40", "460"),
     {{1, "ann", "EUR", 500, 0, 400, ACCOUNT_open}, BOB_2(0, ACCOUNT_open)}},
    {"into the escrow's first use",
     {HOLD_authorized, 0, LEFT_US, NULL, true},
     &ann,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     "1 debit 100 v1 =400, 8 credit 100 v1 =100",
     "account.created, transaction.posted, hold.captured",
     {{0}}},
    {"into the escrow",
     {HOLD_authorized, 0, LEFT_US, NULL, true},
     &ann,
     ALL,
     OUTCOME_created,
     HOLD_captured,
     100,
     "1 debit 100 v1 =400, 8 credit 100 v1 =107",
     "transaction.posted, hold.captured",
     {ANN_1(ACCOUNT_open), {ESCROW, NULL, NULL, 7, 0, 0, ACCOUNT_open}}},

    {"unknown", FRESH, &ann, "{\"hold\":\"#2\"}", OUTCOME_not_found, HOLD_authorized, 0, NOTHING, {{0}}},
    {"who would receive it", FRESH, &bob, ALL, OUTCOME_not_found, HOLD_authorized, 0, NOTHING, {{0}}},
    {"another's, although it has expired",
     IN_STATE(HOLD_authorized, 0, 0),
     &bob,
     ALL,
     OUTCOME_not_found,
     HOLD_authorized,
     0,
     NOTHING,
     {{0}}},
    {"of one's account, by staff",
     BY_STAFF(LEFT_US),
     &ann,
     ALL,
     OUTCOME_forbidden,
     HOLD_authorized,
     0,
     NOTHING,
     {{0}}},
    {"forbidden comes before its end",
     BY_STAFF(0),
     &ann,
     ALL,
     OUTCOME_forbidden,
     HOLD_authorized,
     0,
     NOTHING,
     {{0}}},
    {"at its end it expires",
     IN_STATE(HOLD_authorized, 0, 0),
     &ann,
     ALL,
     OUTCOME_hold_expired,
     HOLD_expired,
     0,
     EXPIRED,
     {{0}}},
    {"after its end",
     IN_STATE(HOLD_authorized, 0, -1),
     &staff,
     MORE("1"),
     OUTCOME_hold_expired,
     HOLD_expired,
     0,
     EXPIRED,
     {{0}}},
    {"partly captured, at its end",
     IN_STATE(HOLD_partially_captured, 40, 0),
     &ann,
     ALL,
     OUTCOME_hold_expired,
     HOLD_expired,
     40,
     EXPIRED,
     {{0}}},
    {"its end comes before the amount",
     IN_STATE(HOLD_authorized, 0, 0),
     &ann,
     SOME("101"),
     OUTCOME_hold_expired,
     HOLD_expired,
     0,
     EXPIRED,
     {{0}}},
    {"its end, of a frozen account",
     IN_STATE(HOLD_authorized, 0, 0),
     &ann,
     ALL,
     OUTCOME_hold_expired,
     HOLD_expired,
     0,
     EXPIRED,
     {ANN_1(ACCOUNT_frozen), BOB_2(0, ACCOUNT_open)}},
    {"expired before",
     IN_STATE(HOLD_expired, 0, -1),
     &ann,
     ALL,
     OUTCOME_hold_expired,
     HOLD_expired,
     0,
     NOTHING,
     {{0}}},
    {"captured before",
     IN_STATE(HOLD_captured, 40, LEFT_US),
     &ann,
     ALL,
     OUTCOME_invalid_hold_state,
     HOLD_captured,
     40,
     NOTHING,
     {{0}}},
    {"captured before its end",
     IN_STATE(HOLD_captured, 100, -1),
     &ann,
     ALL,
     OUTCOME_invalid_hold_state,
     HOLD_captured,
     100,
     NOTHING,
     {{0}}},
    {"released before",
     IN_STATE(HOLD_released, 0, LEFT_US),
     &ann,
     SOME("1"),
     OUTCOME_invalid_hold_state,
     HOLD_released,
     0,
     NOTHING,
     {{0}}},
    {"its state comes before the amount",
     IN_STATE(HOLD_released, 0, LEFT_US),
     &ann,
     SOME("101"),
     OUTCOME_invalid_hold_state,
     HOLD_released,
     0,
     NOTHING,
     {{0}}},
    {"too much", FRESH, &ann, SOME("101"), OUTCOME_amount_exceeds_hold, HOLD_authorized, 0, NOTHING, {{0}}},
    {"more than is left",
     PART,
     &ann,
     MORE("61"),
     OUTCOME_amount_exceeds_hold,
     HOLD_partially_captured,
     40,
     NOTHING,
     {{0}}},
    {"the amount comes before a closed destination",
     FRESH,
     &ann,
     SOME("9007199254740991"),
     OUTCOME_amount_exceeds_hold,
     HOLD_authorized,
     0,
     NOTHING,
     {ANN_1(ACCOUNT_open), BOB_2(0, ACCOUNT_closed)}},
    {"into a closed account",
     FRESH,
     &ann,
     ALL,
     OUTCOME_account_closed,
     HOLD_authorized,
     0,
     NOTHING,
     {ANN_1(ACCOUNT_open), BOB_2(0, ACCOUNT_closed)}},
    {"the destination would pass 2^53-1",
     FRESH,
     &ann,
     SOME("1"),
     OUTCOME_balance_overflow,
     HOLD_authorized,
     0,
     NOTHING,
     {ANN_1(ACCOUNT_open), BOB_2(MONEY_AMOUNT_MAX, ACCOUNT_open)}},
};

static void every_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        run_hold_case("hold.capture", &cases[i]);
    }
}

static void what_is_stored_and_answered(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, ann_and_bob);
    struct hold *h = world_add_hold(&w, 1, &(struct given_hold)FRESH);
    h->description = STR_LIT("a \"stay\"");
    h->reference = STR_LIT("r-1");
    h->metadata = STR_LIT("{\"a\":\"1\"}");
    struct command c = world_command(&w, "hold.capture", ann, MORE("40"));
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    const struct transaction_row *t = &w.ledger.plan.transactions[0];
    assert_string_equal(t->kind, "hold_capture");
    assert_int_equal(t->amount, 40);
    assert_str(t->owner, "ann");
    assert_str(t->description, "a \"stay\"");
    assert_str(t->reference, "r-1");
    assert_str(t->metadata, "{\"a\":\"1\"}");
    assert_int_equal(w.ledger.plan.details_count, 1);
    assert_int_equal(uuid_compare(&w.ledger.plan.details[0].transaction_id, &t->id), 0);
    assert_int_equal(uuid_compare(&w.ledger.plan.details[0].details.hold, &h->id), 0);
    assert_int_equal(uuid_compare(&h->capture_id, &t->id), 0);

    json_t *body = body_of(&answer);
    char id[TYPEID_TEXT_SIZE];
    typeid_format("txn", &t->id, id);
    assert_string_equal(json_string_value(json_object_get(body, "transaction_id")), id);
    const json_t *hold = json_object_get(body, "hold");
    assert_int_equal(json_integer_value(json_object_get(hold, "captured")), 40);
    assert_int_equal(json_integer_value(json_object_get(hold, "held")), 60);
    assert_string_equal(json_string_value(json_object_get(hold, "capture_transaction")), id);
    json_decref(body);
    world_end(&w);
}

/* One batch: two parts, too much, the rest, one too many. */
static void captures_of_a_batch_see_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        enum outcome wanted;
    } steps[] = {{MORE("40"), OUTCOME_created},
                 {MORE("40"), OUTCOME_created},
                 {MORE("40"), OUTCOME_amount_exceeds_hold},
                 {ALL, OUTCOME_created},
                 {SOME("1"), OUTCOME_invalid_hold_state}};
    struct world w;
    world_start(&w);
    world_add_all(&w, ann_and_bob);
    struct hold *h = world_add_hold(&w, 1, &(struct given_hold)FRESH);
    struct command commands[COUNT(steps)];
    struct answer answers[COUNT(steps)];
    for (size_t i = 0; i < COUNT(steps); i++) {
        commands[i] = world_command(&w, "hold.capture", ann, steps[i].data);
    }
    const struct batch_input in = {.commands = commands, .command_count = COUNT(steps)};
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, answers), STATUS_OK);
    for (size_t i = 0; i < COUNT(steps); i++) {
        assert_string_equal(outcome_code(answers[i].outcome), outcome_code(steps[i].wanted));
    }
    assert_int_equal(h->captured, 100);
    assert_int_equal(world_account(&w, 1)->debits_pending, 0);
    assert_int_equal(w.ledger.plan.key_count, COUNT(steps)); /* refusals are kept */
    world_end(&w);
}

static void needs_the_hold_and_two_entries(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(&w, "hold.capture", ann, ALL);
    struct needs n = {0};
    c.type->needs(&c, &n, &w.arena);
    struct uuid id = hold_number_id(1);
    assert_int_equal(n.holds.count, 1);
    assert_int_equal(uuid_compare(&n.holds.ids[0], &id), 0);
    assert_int_equal(n.accounts.count, 0);
    assert_int_equal(n.entries, 2);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),
        cmocka_unit_test(what_is_stored_and_answered),
        cmocka_unit_test(captures_of_a_batch_see_each_other),
        cmocka_unit_test(needs_the_hold_and_two_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
