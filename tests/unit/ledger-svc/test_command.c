/* test_command.c - the table of types, needs, what the decoders share, who may use what, the shape of
 * refusals. */
#include "tests/unit/ledger-svc/domain_expect.h"

static void the_table_and_the_contract_agree(void **state)
{
    (void)state;
    size_t count, spec_count;
    const struct command_type *types = command_type_list(&count);
    const struct command_spec *specs = command_spec_list(&spec_count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(command_type_find(str_of(types[i].name)), &types[i]);
        assert_non_null(command_spec_find(str_of(types[i].name)));
        assert_true(types[i].decode != NULL && types[i].needs != NULL && types[i].decide != NULL);
    }
    for (size_t i = 0; i < spec_count; i++) {
        assert_non_null(command_type_find(str_of(specs[i].name)));
    }
    assert_null(command_type_find(STR_LIT("transfer")));
    assert_null(command_type_find(STR_LIT("")));
}

static void needs_grow(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1u << 20);
    struct needs n = {0};
    for (int i = 0; i < 1000; i++) {
        struct uuid id = uuid7_make(NOW_US, (uint32_t)i, 0);
        needs_account(&n, &arena, &id);
        needs_lock(&n, &arena, i);
        needs_entries(&n, 2);
    }
    assert_false(n.out_of_memory);
    assert_true(n.accounts.count == 1000 && n.locks.count == 1000 && n.entries == 2000);
    struct uuid last = uuid7_make(NOW_US, 999, 0);
    assert_int_equal(uuid_compare(&n.accounts.ids[999], &last), 0);
    assert_int_equal(n.locks.numbers[999], 999);
    arena_free(&arena);
}

static void needs_tell_when_memory_ends(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 16);
    struct needs n = {0};
    struct uuid id = number_id(1);
    needs_account(&n, &arena, &id);
    assert_true(n.out_of_memory && n.accounts.count == 0);
    n.out_of_memory = false;
    needs_lock(&n, &arena, 1);
    assert_true(n.out_of_memory && n.locks.count == 0);
    arena_free(&arena);
}

/* Everybody takes keys before accounts; ids that differ a little have numbers of their own. */
static void locks_of_keys_come_before_those_of_accounts(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    int64_t accounts[MANY];
    for (size_t i = 0; i < MANY; i++) {
        struct uuid id = number_id((uint32_t)i);
        accounts[i] = lock_number(LOCK_ACCOUNT, &id);
        assert_true(lock_number(LOCK_KEY, &id) < 0 && accounts[i] >= 0);
        for (size_t j = 0; j < i; j++) {
            assert_true(accounts[i] != accounts[j]);
        }
    }
    const struct uuid least = {{0}};
    struct uuid greatest;
    memset(greatest.bytes, 0xff, sizeof(greatest.bytes));
    assert_true(lock_number(LOCK_KEY, &least) < 0 && lock_number(LOCK_ACCOUNT, &least) >= 0);
    assert_true(lock_number(LOCK_KEY, &greatest) < 0 && lock_number(LOCK_ACCOUNT, &greatest) >= 0);
}

static void metadata_becomes_canonical_text(void **state)
{
    (void)state;
    static const struct {
        const char *data, *wanted;
    } cases[] = {
        {"{}", ""},
        {"{\"metadata\":{}}", "{}"},
        {"{\"metadata\":{\"b\":\"2\",\"a\":\"1\"}}", "{\"a\":\"1\",\"b\":\"2\"}"},
        {"{\"metadata\":{\"\":\"\"}}", "{\"\":\"\"}"},
        {"{\"metadata\":{\"\\\"\\\\\":\"\\\"\\\\\"}}", "{\"\\\"\\\\\":\"\\\"\\\\\"}"},
    };
    struct arena arena;
    arena_init(&arena, 1u << 20);
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *data = json_loads(cases[i].data, 0, NULL);
        const struct command_envelope e = {.data = data};
        struct str text;
        assert_true(command_decode_metadata(e.data, &arena, &text));
        assert_str(text, cases[i].wanted);
        json_decref(data);
    }
    arena_free(&arena);
}

/* The text must fit whatever has to be escaped. */
static void the_longest_metadata_fits(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 8u << 20);
    char value[METADATA_VALUE_MAX + 1] = {0}, key[METADATA_KEY_MAX + 1] = {0};
    memset(value, '\037', METADATA_VALUE_MAX);
    memset(key, '"', METADATA_KEY_MAX);
    json_t *metadata = json_object();
    for (int i = 0; i < METADATA_KEYS_MAX; i++) {
        key[0] = (char)('0' + i);
        json_object_set_new(metadata, key, json_string(value));
    }
    json_t *data = json_pack("{s:o}", "metadata", metadata);
    const struct command_envelope e = {.data = data};
    struct str text;
    assert_true(command_decode_metadata(e.data, &arena, &text));
    assert_true(text.len > (size_t)METADATA_KEYS_MAX * (6 * METADATA_VALUE_MAX + METADATA_KEY_MAX));
    json_decref(data);
    arena_free(&arena);
}

static void currency_is_copied(void **state)
{
    (void)state;
    static const struct {
        const char *data, *wanted;
    } cases[] = {{"{\"currency\":\"EUR\"}", "EUR"}, {"{}", ""}, {"{\"currency\":\"EURO\"}", "EUR"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *data = json_loads(cases[i].data, 0, NULL);
        const struct command_envelope e = {.data = data};
        char code[4];
        command_decode_currency(e.data, code);
        assert_string_equal(code, cases[i].wanted);
        json_decref(data);
    }
}

static void who_may_use_what(void **state)
{
    (void)state;
    static const struct {
        const struct sender *sender;
        const char *owner;
        enum account_type type;
        bool wanted;
    } cases[] = {
        {&ann, "ann", ACCOUNT_TYPE_user, true},
        {&ann, "ann", ACCOUNT_TYPE_merchant, true},
        {&bob, "ann", ACCOUNT_TYPE_user, false},
        {&ann, "anna", ACCOUNT_TYPE_user, false},
        {&staff, "ann", ACCOUNT_TYPE_user, true},
        {&staff, "system", ACCOUNT_TYPE_system, true},
        {&impostor, "system", ACCOUNT_TYPE_system, false},
        {&ann, "system", ACCOUNT_TYPE_system, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct command c = {
            .envelope = {.owner = str_of(cases[i].sender->owner), .staff = cases[i].sender->staff}};
        const struct account a = {.owner = str_of(cases[i].owner), .type = cases[i].type};
        assert_int_equal(command_may_use(&c, &a), cases[i].wanted);
    }
}

static void refusals(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct answer a;
    answer_refuse(&w.ledger, &a, OUTCOME_not_found, NULL, NULL);
    assert_problem(&a, OUTCOME_not_found, NULL);
    answer_refuse(&w.ledger, &a, OUTCOME_forbidden, NULL, "Only staff may.");
    assert_str(a.body,
               "{\"type\":\"/problems/forbidden\",\"title\":\"The credential lacks the scope that this route "
               "needs.\",\"status\":403,\"code\":\"forbidden\",\"detail\":\"Only staff may.\"}");
    answer_refuse(&w.ledger, &a, OUTCOME_forbidden, "/owner", "Only staff may.");
    assert_str(a.body,
               "{\"type\":\"/problems/forbidden\",\"title\":\"The credential lacks the scope that this route "
               "needs.\",\"status\":403,\"code\":\"forbidden\","
               "\"errors\":[{\"pointer\":\"/owner\",\"detail\":\"Only staff may.\"}]}");
    answer_refuse(&w.ledger, &a, OUTCOME_same_account, "/to_account", NULL);
    assert_str(
        a.body,
        "{\"type\":\"/problems/same_account\",\"title\":\"Both accounts are the same.\",\"status\":422,"
        "\"code\":\"same_account\",\"errors\":[{\"pointer\":\"/to_account\","
        "\"detail\":\"Both accounts are the same.\"}]}");
    world_end(&w);
}

/* No command lets a sender reach the funds of an account that is not theirs; the answer would not tell
 * either. */
static void funds_of_others_are_not_told(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    const struct command c = {.envelope = {.owner = STR_LIT("bob")}};
    struct account *account = world_add(&w, &(struct given){1, "ann", "EUR", 70, 0, 7, ACCOUNT_open});
    struct answer a;
    answer_refuse_funds(&w.ledger, &a, &c, account, 100);
    json_t *body = body_of(&a);
    assert_true(json_is_null(json_object_get(body, "available")));
    assert_int_equal(json_integer_value(json_object_get(body, "required")), 100);
    json_decref(body);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_and_the_contract_agree),
        cmocka_unit_test(needs_grow),
        cmocka_unit_test(needs_tell_when_memory_ends),
        cmocka_unit_test(locks_of_keys_come_before_those_of_accounts),
        cmocka_unit_test(metadata_becomes_canonical_text),
        cmocka_unit_test(the_longest_metadata_fits),
        cmocka_unit_test(currency_is_copied),
        cmocka_unit_test(who_may_use_what),
        cmocka_unit_test(refusals),
        cmocka_unit_test(funds_of_others_are_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
