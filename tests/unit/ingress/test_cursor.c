/* test_cursor.c - cursors go back to their own list only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "ingress/domain/cursor.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const struct param_spec specs[] = {
    {.name = "status", .type = PARAM_TEXT},
    {.name = "kind", .type = PARAM_TEXT},
    {.name = "limit", .type = PARAM_LIMIT},
    {.name = "cursor", .type = PARAM_CURSOR},
};

static struct param_value text_value(const char *text)
{
    return (struct param_value){.is_set = true, .text = str_of(text)};
}

static void test_a_cursor_comes_back(void **state)
{
    (void)state;
    struct cursor c = {.id = uuid7_make(1700000000000000, 3, 4), .number = INT64_MAX}, back = {0};
    char text[CURSOR_TEXT_SIZE];
    cursor_write(&c, -5, text);
    assert_int_equal(cursor_read(str_of(text), -5, &back), STATUS_OK);
    assert_int_equal(uuid_compare(&c.id, &back.id), 0);
    assert_int_equal(back.number, c.number);
}

static void test_foreign_and_broken_cursors_are_refused(void **state)
{
    (void)state;
    struct cursor c = {.number = 7}, back = {.number = 42};
    char text[CURSOR_TEXT_SIZE];
    cursor_write(&c, 1, text);
    assert_int_equal(cursor_read(str_of(text), 2, &back), STATUS_INVALID);
    for (size_t len = 0; len < strlen(text); len++) {
        assert_int_equal(cursor_read((struct str){text, len}, 1, &back), STATUS_INVALID);
    }
    static const char *const broken[] = {"",
                                         "x",
                                         "!!!!",
                                         "AAAA",
                                         "' OR '1'='1",
                                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < LENGTH(broken); i++) {
        assert_int_equal(cursor_read(str_of(broken[i]), 1, &back), STATUS_INVALID);
    }
    c.number = -1; /* nobody gives these */
    cursor_write(&c, 1, text);
    assert_int_equal(cursor_read(str_of(text), 1, &back), STATUS_INVALID);
    assert_int_equal(back.number, 42);
}

static void test_the_scope_is_list_owner_and_filters(void **state)
{
    (void)state;
    struct param_value none[LENGTH(specs)] = {0};
    struct param_value open[LENGTH(specs)] = {text_value("open")};
    struct param_value kind[LENGTH(specs)] = {{0}, text_value("open")};
    struct param_value paged[LENGTH(specs)] = {
        text_value("open"), {0}, {.is_set = true, .number = 3}, text_value("cursor")};
    struct str ann = STR_LIT("ann"), bob = STR_LIT("bob"), staff = {0};
    int64_t base = cursor_scope("/v1/accounts", ann, specs, open, LENGTH(specs));
    assert_true(base == cursor_scope("/v1/accounts", ann, specs, paged, LENGTH(specs)));
    assert_true(base != cursor_scope("/v1/accounts", bob, specs, open, LENGTH(specs)));
    assert_true(base != cursor_scope("/v1/accounts", staff, specs, open, LENGTH(specs)));
    assert_true(base != cursor_scope("/v1/entries", ann, specs, open, LENGTH(specs)));
    assert_true(base != cursor_scope("/v1/accounts", ann, specs, none, LENGTH(specs)));
    assert_true(base != cursor_scope("/v1/accounts", ann, specs, kind, LENGTH(specs)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cursor_comes_back),
        cmocka_unit_test(test_foreign_and_broken_cursors_are_refused),
        cmocka_unit_test(test_the_scope_is_list_owner_and_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
