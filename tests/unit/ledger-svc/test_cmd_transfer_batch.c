/* test_cmd_transfer_batch.c - items in order, each by itself or all or none; what a refusal leaves behind. */
#include "tests/unit/ledger-svc/domain_expect.h"

#define ANN_1(credits)                                                                                       \
    {                                                                                                        \
        1, "ann", "EUR", credits, 0, 0, ACCOUNT_open                                                         \
    }
#define BOB_2(credits)                                                                                       \
    {                                                                                                        \
        2, "bob", "EUR", credits, 0, 0, ACCOUNT_open                                                         \
    }
#define ANN_3(credits)                                                                                       \
    {                                                                                                        \
        3, "ann", "EUR", credits, 0, 0, ACCOUNT_open                                                         \
    }
#define MOVE(from, to, amount)                                                                               \
    "{\"from_account\":\"$" from "\",\"to_account\":\"$" to "\",\"amount\":" amount "}"
#define EACH(items)        "{\"mode\":\"each\",\"transfers\":[" items "]}"
#define ALL_OR_NONE(items) "{\"mode\":\"all_or_none\",\"transfers\":[" items "]}"

struct batch_case {
    const char *name;
    struct given given[4];
    const struct sender *sender;
    const char *data;
    enum outcome wanted;
    const char *results; /* "201 402 201"; of a refused batch "1 402": the index and what was wrong with it */
    const char *entries;
};

static const struct batch_case cases[] = {
    {"one",
     {ANN_1(500), BOB_2(0)},
     &ann,
     EACH(MOVE("1", "2", "100")),
     OUTCOME_ok,
     "201",
     "1 debit 100 v1 =400, 2 credit 100 v1 =100"},
    {"the same pair twice",
     {ANN_1(500), BOB_2(0)},
     &ann,
     EACH(MOVE("1", "2", "100") "," MOVE("1", "2", "1")),
     OUTCOME_ok,
     "201 201",
     "1 debit 100 v1 =400, 2 credit 100 v1 =100, 1 debit 1 v2 =399, 2 credit 1 v2 =101"},
    {"an earlier item brings the money",
     {ANN_1(5), ANN_3(0), BOB_2(0)},
     &ann,
     EACH(MOVE("1", "3", "5") "," MOVE("3", "2", "5")),
     OUTCOME_ok,
     "201 201",
     "1 debit 5 v1 =0, 3 credit 5 v1 =5, 3 debit 5 v2 =0, 2 credit 5 v1 =5"},
    {"an earlier item takes the money",
     {ANN_1(5), BOB_2(0)},
     &ann,
     EACH(MOVE("1", "2", "5") "," MOVE("1", "2", "1")),
     OUTCOME_ok,
     "201 402",
     "1 debit 5 v1 =0, 2 credit 5 v1 =5"},
    {"a refusal in the middle",
     {ANN_1(5), BOB_2(0)},
     &ann,
     EACH(MOVE("1", "2", "1") "," MOVE("2", "1", "1") "," MOVE("1", "2", "1")),
     OUTCOME_ok,
     "201 422 201",
     "1 debit 1 v1 =4, 2 credit 1 v1 =1, 1 debit 1 v2 =3, 2 credit 1 v2 =2"},
    {"nothing but refusals",
     {ANN_1(5)},
     &ann,
     EACH(MOVE("1", "1", "1") "," MOVE("1", "2", "1")),
     OUTCOME_ok,
     "422 422",
     ""},
    {"each refusal of a transfer",
     {ANN_1(5), {2, "bob", "EUR", 0, 0, 0, ACCOUNT_closed}, {3, "ann", "EUR", 9, 0, 0, ACCOUNT_frozen}},
     &ann,
     EACH(MOVE("1", "2", "1") "," MOVE("3", "1", "1")),
     OUTCOME_ok,
     "409 409",
     ""},

    {"all of them",
     {ANN_1(5), ANN_3(0), BOB_2(0)},
     &ann,
     ALL_OR_NONE(MOVE("1", "3", "5") "," MOVE("3", "2", "5")),
     OUTCOME_ok,
     "201 201",
     "1 debit 5 v1 =0, 3 credit 5 v1 =5, 3 debit 5 v2 =0, 2 credit 5 v1 =5"},
    {"none: the first",
     {ANN_1(5), BOB_2(0)},
     &ann,
     ALL_OR_NONE(MOVE("1", "2", "6") "," MOVE("1", "2", "1")),
     OUTCOME_batch_refused,
     "0 402",
     ""},
    {"none: the last",
     {ANN_1(5), BOB_2(0)},
     &ann,
     ALL_OR_NONE(MOVE("1", "2", "3") "," MOVE("1", "2", "2") "," MOVE("1", "2", "1")),
     OUTCOME_batch_refused,
     "2 402",
     ""},
    {"none: the first of two refusals is told",
     {ANN_1(5), BOB_2(0)},
     &ann,
     ALL_OR_NONE(MOVE("1", "2", "3") "," MOVE("1", "1", "1") "," MOVE("1", "2", "9")),
     OUTCOME_batch_refused,
     "1 422",
     ""},
};

static void add_results(const json_t *body, char *out, size_t size)
{
    size_t index;
    json_t *result;
    int len = 0;
    json_array_foreach(json_object_get(body, "results"), index, result)
    {
        long long status = json_integer_value(json_object_get(result, "status"));
        assert_int_equal(json_integer_value(json_object_get(result, "index")), index);
        const json_t *error = json_object_get(result, "error");
        assert_int_equal(json_object_get(result, "transaction") != NULL, status == 201);
        assert_true((error != NULL) == (status != 201));
        assert_true(error == NULL || json_integer_value(json_object_get(error, "status")) == status);
        len += snprintf(out + len, size - (size_t)len, "%s%lld", index > 0 ? " " : "", status);
    }
}

static void results_text(const struct answer *a, char *out, size_t size)
{
    json_t *body = body_of(a);
    out[0] = '\0';
    if (a->outcome == OUTCOME_ok) {
        add_results(body, out, size);
    } else {
        const json_t *error = json_object_get(body, "error");
        (void)snprintf(out, size, "%lld %lld", json_integer_value(json_object_get(body, "index")),
                       json_integer_value(json_object_get(error, "status")));
    }
    json_decref(body);
}

static void outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct batch_case *t = &cases[i];
        struct world w;
        struct answer a;
        char results[256], entries[TEXT_MAX];
        world_start(&w);
        world_add_all(&w, t->given);
        struct command c = world_command(&w, "transfer.batch", *t->sender, t->data);
        struct snapshot before = world_snapshot(&w);
        c.type->decide(&w.ledger, &c, &a);
        results_text(&a, results, sizeof(results));
        if (a.outcome != t->wanted || a.status != outcome_http_status(t->wanted) ||
            strcmp(results, t->results) != 0 || strcmp(entries_text(&w, entries), t->entries) != 0) {
            fail_msg("%s: %d %s, %s", t->name, a.status, results, entries);
        }
        struct snapshot after = world_snapshot(&w);
        assert_true(t->wanted == OUTCOME_ok || snapshot_equal(&before, &after));
        assert_int_equal(w.ledger.plan.event_count, w.ledger.plan.transaction_count);
        assert_false(w.ledger.out_of_memory || w.ledger.is_marked);
        world_end(&w);
    }
}

static void a_refused_batch_says_why(void **state)
{
    (void)state;
    struct world w;
    struct answer a;
    world_start(&w);
    world_add_all(&w, (const struct given[]){ANN_1(5), BOB_2(0), {.number = 0}});
    struct command c =
        world_command(&w, "transfer.batch", ann, ALL_OR_NONE(MOVE("1", "2", "5") "," MOVE("1", "2", "1")));
    c.type->decide(&w.ledger, &c, &a);
    assert_problem(&a, OUTCOME_batch_refused, "/transfers/1");
    assert_str(
        a.body,
        "{\"type\":\"/problems/batch_refused\",\"title\":\"A transfer of the batch was refused, so none was "
        "made.\",\"status\":409,\"code\":\"batch_refused\",\"errors\":[{\"pointer\":\"/transfers/1\","
        "\"detail\":\"The account has not enough available money.\"}],\"index\":1,\"error\":{\"type\":"
        "\"/problems/insufficient_funds\",\"title\":\"The account has not enough available money.\","
        "\"status\":402,\"code\":\"insufficient_funds\",\"available\":0,\"required\":1}}");
    world_end(&w);
}

/* A transaction as a single transfer answers it, but for the balances of its accounts. */
static void results_show_transactions(void **state)
{
    (void)state;
    struct world w;
    struct answer a;
    world_start(&w);
    world_add_all(&w, (const struct given[]){ANN_1(5), BOB_2(0), {.number = 0}});
    struct command c = world_command(
        &w, "transfer.batch", ann,
        EACH("{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":5,\"reference\":\"r \\\"1\\\"\","
             "\"metadata\":{\"b\":\"2\",\"a\":\"1\"}}"));
    c.type->decide(&w.ledger, &c, &a);
    json_t *body = body_of(&a);
    json_t *t = json_object_get(json_array_get(json_object_get(body, "results"), 0), "transaction");
    struct uuid id;
    assert_true(json_get_id(t, "id", "txn", &id));
    assert_int_equal(uuid_compare(&id, &w.ledger.plan.transactions[0].id), 0);
    assert_string_equal(json_string_value(json_object_get(t, "reference")), "r \"1\"");
    assert_string_equal(json_string_value(json_object_get(json_object_get(t, "metadata"), "a")), "1");
    assert_null(json_object_get(t, "balances"));
    const json_t *entries = json_object_get(t, "entries");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(entries, 0), "balance_after")), 0);
    assert_true(json_is_null(json_object_get(json_array_get(entries, 1), "balance_after"))); /* bob's */
    json_decref(body);
    world_end(&w);
}

/* Texts that take most room in JSON: the results must still fit into what was reckoned for them. */
static void long_texts_fit(void **state)
{
    (void)state;
    struct world w;
    struct answer a;
    struct buf data;
    world_start(&w);
    world_add_all(&w, (const struct given[]){ANN_1(1000000), BOB_2(0), {.number = 0}});
    buf_init(&data, 1 << 20);
    buf_add_str(&data, "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":1,\"description\":\"");
    for (int i = 0; i < 250; i++) {
        buf_add_str(&data, "\\\"\\\\");
    }
    buf_add_str(&data, "\"}");
    struct buf batch;
    buf_init(&batch, 1 << 20);
    buf_addf(&batch, "{\"mode\":\"each\",\"transfers\":[%s,%s]}", data.data, data.data);
    struct command c = world_command(&w, "transfer.batch", ann, batch.data);
    c.type->decide(&w.ledger, &c, &a);
    assert_int_equal(a.outcome, OUTCOME_ok);
    assert_int_equal(w.ledger.plan.transaction_count, 2);
    json_decref(body_of(&a));
    buf_free(&data);
    buf_free(&batch);
    world_end(&w);
}

static void needs_all_accounts_once(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(
        &w, "transfer.batch", ann, EACH(MOVE("1", "2", "1") "," MOVE("2", "1", "1") "," MOVE("1", "3", "1")));
    struct needs needs;
    batch_needs(&c, 1, &needs, &w.arena);
    assert_int_equal(needs.accounts.count, 3);
    assert_int_equal(needs.locks.count, 4);
    assert_int_equal(needs.entries, 6);
    assert_false(needs.out_of_memory || needs.whole_accounts);
    world_end(&w);
}

/* After a batch that left nothing the next command of the database transaction sees what was there before. */
static void the_next_command_notices_nothing(void **state)
{
    (void)state;
    struct world w;
    struct answer answers[3];
    char entries[TEXT_MAX];
    world_start(&w);
    world_add_all(&w, (const struct given[]){ANN_1(5), BOB_2(0), {.number = 0}});
    struct command commands[3] = {
        world_command(&w, "transfer.batch", ann, ALL_OR_NONE(MOVE("1", "2", "5") "," MOVE("1", "2", "1"))),
        world_command(&w, "transfer.create", ann, MOVE("1", "2", "4")),
        world_command(&w, "transfer.batch", ann, ALL_OR_NONE(MOVE("1", "2", "1"))),
    };
    const struct batch_input in = {.commands = commands, .command_count = 3};
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, answers), STATUS_OK);
    assert_int_equal(answers[0].status, 409);
    assert_int_equal(answers[1].status, 201);
    assert_int_equal(answers[2].status, 200);
    assert_string_equal(entries_text(&w, entries),
                        "1 debit 4 v1 =1, 2 credit 4 v1 =4, 1 debit 1 v2 =0, 2 credit 1 v2 =5");
    assert_int_equal(w.ledger.plan.key_count, 3); /* the refusal is stored, too */
    assert_int_equal(w.ledger.plan.event_count, 2);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes),
        cmocka_unit_test(a_refused_batch_says_why),
        cmocka_unit_test(results_show_transactions),
        cmocka_unit_test(long_texts_fit),
        cmocka_unit_test(needs_all_accounts_once),
        cmocka_unit_test(the_next_command_notices_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
