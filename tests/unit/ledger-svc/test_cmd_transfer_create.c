/* test_cmd_transfer_create.c - every outcome of a transfer, their precedence, who sees which balance. */
#include "tests/unit/ledger-svc/domain_expect.h"

#include "shared/core/money.h"

#define MAX_TEXT "9007199254740991"

struct transfer_case {
    const char *name;
    struct given given[4];
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    const char *pointer; /* of a refusal */
    const char *entries;
};

#define ANN_1(credits)                                                                                       \
    {                                                                                                        \
        1, "ann", "EUR", credits, 0, 0, ACCOUNT_open                                                         \
    }
#define BOB_2(credits)                                                                                       \
    {                                                                                                        \
        2, "bob", "EUR", credits, 0, 0, ACCOUNT_open                                                         \
    }
#define FROM_1_TO_2(amount) "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":" amount "}"
#define FROM_1_TO_2_IN(amount, currency)                                                                     \
    "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":" amount ",\"currency\":\"" currency "\"}"

static const struct transfer_case cases[] = {
    {"moves money",
     {ANN_1(500), BOB_2(20)},
     &ann,
     FROM_1_TO_2("100"),
     OUTCOME_created,
     NULL,
     "1 debit 100 v1 =400, 2 credit 100 v1 =120"},
    {"all of it",
     {ANN_1(500), BOB_2(0)},
     &ann,
     FROM_1_TO_2("500"),
     OUTCOME_created,
     NULL,
     "1 debit 500 v1 =0, 2 credit 500 v1 =500"},
    {"the currency may be named",
     {ANN_1(500), BOB_2(0)},
     &ann,
     FROM_1_TO_2_IN("1", "EUR"),
     OUTCOME_created,
     NULL,
     "1 debit 1 v1 =499, 2 credit 1 v1 =1"},
    {"the largest amount",
     {ANN_1(MONEY_AMOUNT_MAX), BOB_2(0)},
     &ann,
     FROM_1_TO_2(MAX_TEXT),
     OUTCOME_created,
     NULL,
     "1 debit " MAX_TEXT " v1 =0, 2 credit " MAX_TEXT " v1 =" MAX_TEXT},
    {"staff for others",
     {ANN_1(500), BOB_2(0)},
     &staff,
     FROM_1_TO_2("1"),
     OUTCOME_created,
     NULL,
     "1 debit 1 v1 =499, 2 credit 1 v1 =1"},
    {"frozen takes",
     {ANN_1(500), {2, "bob", "EUR", 0, 0, 0, ACCOUNT_frozen}},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_created,
     NULL,
     "1 debit 1 v1 =499, 2 credit 1 v1 =1"},
    {"staff from cash, below zero",
     {{.number = CASH}, BOB_2(0)},
     &staff,
     "{\"from_account\":\"$9\",\"to_account\":\"$2\",\"amount\":7}",
     OUTCOME_created,
     NULL,
     "9 debit 7 v1 =-7, 2 credit 7 v1 =7"},
    {"staff to cash",
     {{.number = CASH}, ANN_1(9)},
     &staff,
     "{\"from_account\":\"$1\",\"to_account\":\"$9\",\"amount\":7}",
     OUTCOME_created,
     NULL,
     "1 debit 7 v1 =2, 9 credit 7 v1 =7"},
    {"customers to cash: a payout that nobody pays out",
     {{.number = CASH}, ANN_1(9)},
     &ann,
     "{\"from_account\":\"$1\",\"to_account\":\"$9\",\"amount\":7}",
     OUTCOME_account_not_found,
     "/to_account",
     ""},

    {"same account",
     {ANN_1(500)},
     &ann,
     "{\"from_account\":\"$1\",\"to_account\":\"$1\",\"amount\":1}",
     OUTCOME_same_account,
     "/to_account",
     ""},
    {"same account, even unknown",
     {{0}},
     &ann,
     "{\"from_account\":\"$1\",\"to_account\":\"$1\",\"amount\":1}",
     OUTCOME_same_account,
     "/to_account",
     ""},
    {"unknown from", {BOB_2(0)}, &ann, FROM_1_TO_2("1"), OUTCOME_account_not_found, "/from_account", ""},
    {"another's from",
     {ANN_1(500), BOB_2(0)},
     &bob,
     FROM_1_TO_2("1"),
     OUTCOME_account_not_found,
     "/from_account",
     ""},
    {"both unknown: from first",
     {{0}},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_account_not_found,
     "/from_account",
     ""},
    {"from cash",
     {{.number = CASH}, ANN_1(0)},
     &ann,
     "{\"from_account\":\"$9\",\"to_account\":\"$1\",\"amount\":7}",
     OUTCOME_account_not_found,
     "/from_account",
     ""},
    {"from cash, by one who is called system",
     {{.number = CASH}, ANN_1(0)},
     &impostor,
     "{\"from_account\":\"$9\",\"to_account\":\"$1\",\"amount\":7}",
     OUTCOME_account_not_found,
     "/from_account",
     ""},
    {"unknown to", {ANN_1(500)}, &ann, FROM_1_TO_2("1"), OUTCOME_account_not_found, "/to_account", ""},
    {"unknown to comes before currency and funds",
     {ANN_1(0)},
     &ann,
     FROM_1_TO_2_IN("1", "USD"),
     OUTCOME_account_not_found,
     "/to_account",
     ""},
    {"another currency is named",
     {ANN_1(500), BOB_2(0)},
     &ann,
     FROM_1_TO_2_IN("1", "USD"),
     OUTCOME_currency_mismatch,
     "/currency",
     ""},
    {"the accounts differ",
     {ANN_1(500), {2, "bob", "USD", 0, 0, 0, ACCOUNT_open}},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_currency_mismatch,
     "/to_account",
     ""},
    {"the accounts differ, from's named",
     {ANN_1(500), {2, "bob", "USD", 0, 0, 0, ACCOUNT_open}},
     &ann,
     FROM_1_TO_2_IN("1", "EUR"),
     OUTCOME_currency_mismatch,
     "/to_account",
     ""},
    {"the accounts differ, to's named",
     {ANN_1(500), {2, "bob", "USD", 0, 0, 0, ACCOUNT_open}},
     &ann,
     FROM_1_TO_2_IN("1", "USD"),
     OUTCOME_currency_mismatch,
     "/currency",
     ""},
    {"currency comes before states",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}, BOB_2(0)},
     &ann,
     FROM_1_TO_2_IN("1", "USD"),
     OUTCOME_currency_mismatch,
     "/currency",
     ""},
    {"from closed",
     {{1, "ann", "EUR", 0, 0, 0, ACCOUNT_closed}, BOB_2(0)},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_account_closed,
     "/from_account",
     ""},
    {"from frozen",
     {{1, "ann", "EUR", 500, 0, 0, ACCOUNT_frozen}, BOB_2(0)},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_account_frozen,
     "/from_account",
     ""},
    {"from frozen comes before to closed",
     {{1, "ann", "EUR", 500, 0, 0, ACCOUNT_frozen}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_account_frozen,
     "/from_account",
     ""},
    {"not enough", {ANN_1(99), BOB_2(0)}, &ann, FROM_1_TO_2("100"), OUTCOME_insufficient_funds, NULL, ""},
    {"enough, but held",
     {{1, "ann", "EUR", 100, 0, 1, ACCOUNT_open}, BOB_2(0)},
     &ann,
     FROM_1_TO_2("100"),
     OUTCOME_insufficient_funds,
     NULL,
     ""},
    {"funds come before to closed",
     {ANN_1(0), {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_insufficient_funds,
     NULL,
     ""},
    {"cash at the end of its counter",
     {{CASH, NULL, NULL, 0, INT64_MAX, 0, ACCOUNT_open}, BOB_2(0)},
     &staff,
     "{\"from_account\":\"$9\",\"to_account\":\"$2\",\"amount\":1}",
     OUTCOME_balance_overflow,
     "/from_account",
     ""},
    {"to closed",
     {ANN_1(500), {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_account_closed,
     "/to_account",
     ""},
    {"to would pass 2^53-1",
     {ANN_1(500), BOB_2(MONEY_AMOUNT_MAX)},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_balance_overflow,
     "/to_account",
     ""},
    {"to at the end of its counter",
     {ANN_1(500), {2, "bob", "EUR", INT64_MAX, INT64_MAX, 0, ACCOUNT_open}},
     &ann,
     FROM_1_TO_2("1"),
     OUTCOME_balance_overflow,
     "/to_account",
     ""},
};

static void run_case(const struct transfer_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    world_add_all(&w, t->given);
    struct command c = world_command(&w, "transfer.create", *t->sender, t->data);
    struct snapshot before = world_snapshot(&w);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);

    char entries[TEXT_MAX];
    assert_string_equal(entries_text(&w, entries), t->entries);
    if (t->wanted == OUTCOME_created) {
        assert_int_equal(answer.outcome, OUTCOME_created);
        assert_int_equal(answer.status, 201);
        assert_int_equal(w.ledger.plan.transaction_count, 1);
        assert_int_equal(w.ledger.plan.event_count, 1);
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

static void refused_funds_tell_how_much(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, (const struct given[]){{1, "ann", "EUR", 130, 0, 31, ACCOUNT_open}, BOB_2(0), {0}});
    struct command c = world_command(&w, "transfer.create", ann, FROM_1_TO_2("100"));
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    assert_str(answer.body, "{\"type\":\"/problems/insufficient_funds\","
                            "\"title\":\"The account has not enough available money.\",\"status\":402,"
                            "\"code\":\"insufficient_funds\",\"available\":99,\"required\":100}");
    world_end(&w);
}

/* What the sender may not read is null. */
static void balances_are_private(void **state)
{
    (void)state;
    static const struct {
        const struct sender *sender;
        struct given given[3];
        const char *from_after, *to_after, *from_balances, *to_balances;
    } privacy[] = {
        {&ann,
         {{1, "ann", "EUR", 500, 0, 50, ACCOUNT_open}, BOB_2(20)},
         "400",
         "null",
         "{\"posted\":400,\"held\":50,\"available\":350}",
         "null"},
        {&ann,
         {{1, "ann", "EUR", 500, 0, 50, ACCOUNT_open}, {2, "ann", "EUR", 20, 0, 0, ACCOUNT_open}},
         "400",
         "120",
         "{\"posted\":400,\"held\":50,\"available\":350}",
         "{\"posted\":120,\"held\":0,\"available\":120}"},
        {&staff,
         {{1, "ann", "EUR", 500, 0, 50, ACCOUNT_open}, BOB_2(20)},
         "400",
         "120",
         "{\"posted\":400,\"held\":50,\"available\":350}",
         "{\"posted\":120,\"held\":0,\"available\":120}"},
    };
    for (size_t i = 0; i < COUNT(privacy); i++) {
        struct world w;
        world_start(&w);
        world_add_all(&w, privacy[i].given);
        struct command c = world_command(&w, "transfer.create", *privacy[i].sender, FROM_1_TO_2("100"));
        struct answer answer;
        c.type->decide(&w.ledger, &c, &answer);
        char id[TYPEID_TEXT_SIZE], wanted[TEXT_MAX];
        typeid_format("txn", &w.ledger.plan.transactions[0].id, id);
        static const char *const shape =
            "{\"id\":\"%s\",\"kind\":\"transfer\",\"amount\":100,\"currency\":\"EUR\",\"description\":null,"
            "\"reference\":null,\"metadata\":{},\"created_at\":\"2026-11-18T11:06:40.000000Z\",\"entries\":["
            "{\"account\":\"$1\",\"direction\":\"debit\",\"amount\":100,\"currency\":\"EUR\",\"balance_"
            "after\":%s},"
            "{\"account\":\"$2\",\"direction\":\"credit\",\"amount\":100,\"currency\":\"EUR\",\"balance_"
            "after\":%s}],"
            "\"balances\":{\"$1\":%s,\"$2\":%s}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(wanted, sizeof(wanted), shape, id, privacy[i].from_after, privacy[i].to_after,
                       privacy[i].from_balances, privacy[i].to_balances);
#pragma GCC diagnostic pop
        assert_str(answer.body, wanted);
        world_end(&w);
    }
}

static void what_the_client_says_is_kept(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, (const struct given[]){ANN_1(500), BOB_2(0), {0}});
    struct command c = world_command(&w, "transfer.create", ann,
                                     "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":5,"
                                     "\"description\":\"a \\\"quote\\\" \\u00fc\",\"reference\":\"r-1\","
                                     "\"metadata\":{\"b\":\"2\\\\\",\"a\":\"1\\\"\"}}");
    set_source(&c, "webhook:we_1");
    c.traceparent = STR_LIT("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    const struct transaction_row *t = &w.ledger.plan.transactions[0];
    assert_string_equal(t->kind, "transfer");
    assert_int_equal(t->amount, 5);
    assert_string_equal(t->currency, "EUR");
    assert_int_equal(t->entry_count, 2);
    assert_str(t->owner, "ann");
    assert_str(t->actor, "key_1");
    assert_str(t->description, "a \"quote\" \u00fc");
    assert_str(t->reference, "r-1");
    assert_str(t->metadata, "{\"a\":\"1\\\"\",\"b\":\"2\\\\\"}");
    const struct event_row *e = &w.ledger.plan.events[0];
    assert_string_equal(e->type, "transaction.posted");
    assert_string_equal(e->resource, "transaction");
    assert_int_equal(uuid_compare(&e->object_id, &t->id), 0);
    assert_int_equal(uuid_compare(&e->command_id, &c.envelope.id), 0);
    assert_str(e->owner, "ann");
    assert_str(e->actor, "key_1");
    assert_str(e->source, "webhook:we_1");
    assert_int_equal(e->traceparent.len, 55);
    json_t *body = body_of(&answer);
    assert_string_equal(json_string_value(json_object_get(body, "description")), "a \"quote\" \u00fc");
    assert_string_equal(json_string_value(json_object_get(json_object_get(body, "metadata"), "b")), "2\\");
    json_decref(body);
    world_end(&w);
}

static void needs_both_accounts(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(&w, "transfer.create", ann, FROM_1_TO_2("1"));
    struct needs n = {0};
    c.type->needs(&c, &n, &w.arena);
    assert_int_equal(n.accounts.count, 2);
    assert_int_equal(number_of(&n.accounts.ids[0]), 1);
    assert_int_equal(number_of(&n.accounts.ids[1]), 2);
    assert_int_equal(n.entries, 2);
    assert_int_equal(n.locks.count, 0);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome),        cmocka_unit_test(refused_funds_tell_how_much),
        cmocka_unit_test(balances_are_private), cmocka_unit_test(what_the_client_says_is_kept),
        cmocka_unit_test(needs_both_accounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
