/* test_object_id.c - ids of what events are about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "shared/contract/object_id.h"
#include "shared/core/typeid.h"

#define SUFFIX "_01m7x99rzwfh8tw2x75kw2azz0"

static const struct {
    const char *resource, *text;
    bool is_known;
} cases[] = {
    {"account", "acct" SUFFIX, true},
    {"transaction", "txn" SUFFIX, true},
    {"hold", "hold" SUFFIX, true},
    {"key", "key" SUFFIX, true},
    {"dead_letter", "dl" SUFFIX, true},
    {"command", "cmd" SUFFIX, false},
    {"account", "acct_01m7x99rzwfh8tw2x75kw2azz", false},
    {"account", "", false},
};

static void test_ids(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct uuid id;
        char text[TYPEID_TEXT_SIZE];
        enum status s = object_id_parse(str_of(cases[i].text), &id);
        assert_int_equal(s, cases[i].is_known ? STATUS_OK : STATUS_INVALID);
        if (s == STATUS_OK) {
            typeid_format(object_id_prefix(str_of(cases[i].resource)), &id, text);
            assert_string_equal(text, cases[i].text);
        }
    }
    assert_string_equal(object_id_prefix(STR_LIT("comet")), "object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ids)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
