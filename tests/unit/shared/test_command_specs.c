/* test_command_specs.c - the table is well formed, and each command's bodies are told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/contract/command.h"

#define ACCOUNT "acct_01h455vb4pex5vsknk084sn02q"
#define OTHER   "acct_01h455vb4pex5vsknk084sn02r"
#define ENTRY(direction)                                                                                     \
    "{\"account\":\"" ACCOUNT "\",\"direction\":\"" direction "\",\"amount\":1,\"currency\":\"EUR\"}"
#define JOURNAL_WITH(min_available)                                                                          \
    "{\"entries\":[" ENTRY("debit") "," ENTRY("credit") "],\"conditions\":[{\"account\":\"" OTHER            \
                                                        "\",\"min_available\":" min_available "}]}"

static void check_field(const struct field_spec *f);

static void check_items(const struct field_spec *list)
{
    assert_true(list->max >= list->min && list->max > 0 && list->item_field_count > 0);
    for (size_t i = 0; i < list->item_field_count; i++) {
        check_field(&list->items[i]);
        assert_true(list->items[i].type != FIELD_LIST && list->items[i].type != FIELD_OBJECT);
    }
}

static void check_members(const struct field_spec *object)
{
    assert_true(object->member_count > 0);
    for (size_t i = 0; i < object->member_count; i++) {
        check_field(&object->members[i]);
        assert_true(object->members[i].type != FIELD_LIST && object->members[i].type != FIELD_OBJECT);
    }
}

static void check_field(const struct field_spec *f)
{
    assert_int_equal(strspn(f->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(f->name));
    assert_non_null(f->help);
    assert_int_equal(f->help[strlen(f->help) - 1], '.');
    bool text = f->type == FIELD_STRING || f->type == FIELD_NAME;
    assert_true(!text || (f->min >= 0 && f->max >= f->min && f->max > 0));
    assert_true((f->type == FIELD_ID) == (f->prefix != NULL));
    assert_true((f->type == FIELD_ENUM) == (f->words != NULL));
    assert_true((f->type == FIELD_LIST) == (f->items != NULL));
    if (f->items != NULL) {
        check_items(f);
    }
    assert_true((f->type == FIELD_OBJECT) == (f->members != NULL));
    if (f->members != NULL) {
        check_members(f);
    }
    assert_true(f->type != FIELD_ID || outcome_http_status(f->not_found_as) >= 400);
}

static void table_is_well_formed(void **state)
{
    (void)state;
    size_t count;
    const struct command_spec *list = command_spec_list(&count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(command_spec_find(str_of(list[i].name)), &list[i]);
        assert_int_equal(strspn(list[i].name, "abcdefghijklmnopqrstuvwxyz_."), strlen(list[i].name));
        assert_ptr_equal(strchr(list[i].name, '.'), strrchr(list[i].name, '.'));
        bool path_field_found = list[i].path_field == NULL;
        for (size_t f = 0; f < list[i].field_count; f++) {
            check_field(&list[i].fields[f]);
            for (size_t g = 0; g < f; g++) {
                assert_string_not_equal(list[i].fields[f].name, list[i].fields[g].name);
            }
            path_field_found |=
                list[i].path_field != NULL && strcmp(list[i].fields[f].name, list[i].path_field) == 0;
        }
        assert_true(path_field_found);
    }
}

static void unknown_commands(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "transfer",
                                        "transfer.",
                                        "transfer.create ",
                                        "Transfer.create",
                                        "transfer.*",
                                        "pay.cmd.transfer.create"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_null(command_spec_find(str_of(cases[i])));
    }
    assert_null(command_spec_find(str_of(NULL)));
}

static void bulk_commands_travel_apart(void **state)
{
    (void)state;
    const struct command_spec *single = command_spec_find(STR_LIT("transfer.create"));
    const struct command_spec *bulk = command_spec_find(STR_LIT("transfer.batch"));
    assert_string_equal(command_subject_prefix(single), "pay.cmd.");
    assert_string_equal(command_subject_prefix(bulk), "pay.cmd.bulk.");
    assert_int_equal(command_values_max(single), JSON_VALUES_MAX);
    /* mode, the list and its items with all that each may hold */
    assert_true(command_values_max(bulk) >= 4 + COMMAND_BATCH_MAX * (9 + METADATA_KEYS_MAX));
}

static void bodies(void **state)
{
    (void)state;
    static const struct {
        const char *command, *data;
        enum outcome outcome; /* OUTCOME_ok: accepted */
    } cases[] = {
        {"account.create", "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"Alice Wallet\"}", OUTCOME_ok},
        {"account.create",
         "{\"owner\":\"shop:1\",\"type\":\"merchant\",\"currency\":\"INR\",\"name\":\"S\",\"metadata\":{"
         "\"a\":\"b\"}}",
         OUTCOME_ok},
        {"account.create", "{\"type\":\"system\",\"currency\":\"EUR\",\"name\":\"x\"}",
         OUTCOME_invalid_value},
        {"account.create", "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"\"}", OUTCOME_invalid_value},
        {"account.create", "{\"type\":\"user\",\"currency\":\"EUR\"}", OUTCOME_missing_field},
        {"account.create", "{\"type\":\"user\",\"name\":\"x\"}", OUTCOME_missing_field},
        {"account.create", "{\"owner\":\"a b\",\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"x\"}",
         OUTCOME_invalid_value},
        {"account.create", "{\"owner\":\"\",\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"x\"}",
         OUTCOME_invalid_value},
        {"account.create", "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"x\",\"status\":\"open\"}",
         OUTCOME_unknown_field},
        {"account.freeze", "{\"account\":\"" ACCOUNT "\"}", OUTCOME_ok},
        {"account.unfreeze", "{\"account\":\"" ACCOUNT "\",\"reason\":\"cleared\"}", OUTCOME_ok},
        {"account.close", "{\"account\":\"acct_x\"}", OUTCOME_not_found},
        {"account.close", "{\"account\":\"" ACCOUNT "\",\"reason\":\"\"}", OUTCOME_invalid_value},
        {"account.freeze", "{\"reason\":\"x\"}", OUTCOME_missing_field},
        {"deposit.create", "{\"account\":\"" ACCOUNT "\",\"amount\":1,\"currency\":\"EUR\"}", OUTCOME_ok},
        {"deposit.create", "{\"account\":\"" ACCOUNT "\",\"amount\":1}", OUTCOME_missing_field},
        {"deposit.create", "{\"account\":\"acct_x\",\"amount\":1,\"currency\":\"EUR\"}",
         OUTCOME_account_not_found},
        {"transfer.create", "{\"from_account\":\"" ACCOUNT "\",\"to_account\":\"" OTHER "\",\"amount\":1}",
         OUTCOME_ok},
        {"transfer.create",
         "{\"from_account\":\"" ACCOUNT "\",\"to_account\":\"" OTHER "\",\"amount\":1,\"currency\":\"EUR\","
         "\"description\":\"d\",\"reference\":\"r\",\"metadata\":{}}",
         OUTCOME_ok},
        {"transfer.create", "{\"from_account\":\"" ACCOUNT "\",\"to_account\":\"" OTHER "\",\"amount\":0}",
         OUTCOME_amount_out_of_range},
        {"transfer.create", "{\"from_account\":\"" ACCOUNT "\",\"to_account\":\"x\",\"amount\":1}",
         OUTCOME_account_not_found},
        {"transfer.create",
         "{\"from_account\":\"" ACCOUNT "\",\"to_account\":\"" OTHER "\",\"amount\":1,\"fee\":1}",
         OUTCOME_unknown_field},
        {"withdrawal.create", "{\"account\":\"" ACCOUNT "\",\"amount\":1,\"currency\":\"EUR\"}", OUTCOME_ok},
        {"withdrawal.create", "{\"account\":\"" ACCOUNT "\",\"amount\":1}", OUTCOME_missing_field},
        {"transaction.create", "{\"entries\":[" ENTRY("debit") "," ENTRY("credit") "]}", OUTCOME_ok},
        {"transaction.create", JOURNAL_WITH("-5"), OUTCOME_ok},
        {"transaction.create", JOURNAL_WITH("9007199254740992"), OUTCOME_invalid_value},
        {"transaction.create", "{\"entries\":[" ENTRY("debit") "]}", OUTCOME_invalid_value},
        {"transaction.create", "{\"entries\":[" ENTRY("debit") "," ENTRY("Credit") "]}",
         OUTCOME_invalid_value},
        {"transaction.create", "{}", OUTCOME_missing_field},
        {"transfer.batch",
         "{\"mode\":\"each\",\"transfers\":[{\"from_account\":\"" ACCOUNT "\",\"to_account\":\"" OTHER
         "\",\"amount\":1}]}",
         OUTCOME_ok},
        {"transfer.batch",
         "{\"mode\":\"all_or_none\",\"transfers\":[{\"from_account\":\"" ACCOUNT "\",\"to_account\":\"" OTHER
         "\",\"amount\":0}]}",
         OUTCOME_amount_out_of_range},
        {"transfer.batch", "{\"mode\":\"some\",\"transfers\":[]}", OUTCOME_invalid_value},
        {"transfer.batch", "{\"mode\":\"each\"}", OUTCOME_missing_field},
        {"transfer.batch", "{\"mode\":\"each\",\"transfers\":[7]}", OUTCOME_wrong_type},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct command_spec *spec = command_spec_find(str_of(cases[i].command));
        json_t *data CLEANUP(json_decref_ptr) = NULL;
        struct problem p = {.outcome = OUTCOME_ok};
        assert_non_null(spec);
        assert_int_equal(json_parse_object(str_of(cases[i].data), &data, &p), STATUS_OK);
        enum status status = json_check(data, spec->fields, spec->field_count, &p);
        if (p.outcome != cases[i].outcome || (status == STATUS_OK) != (cases[i].outcome == OUTCOME_ok)) {
            fail_msg("%s %s: %s", cases[i].command, cases[i].data, outcome_code(p.outcome));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_well_formed), cmocka_unit_test(unknown_commands),
        cmocka_unit_test(bulk_commands_travel_apart), cmocka_unit_test(bodies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
