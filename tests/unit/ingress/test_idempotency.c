/* test_idempotency.c - the Idempotency-Key header, quoted and bare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "ingress/domain/idempotency.h"

static void test_keys(void **state)
{
    (void)state;
    static const struct {
        const char *header, *key; /* key NULL: refused */
    } cases[] = {
        {"abc", "abc"},
        {"\"abc\"", "abc"},
        {"  abc ", "abc"},
        {"a b", "a b"},
        {"\"a\\\"b\\\\\"", "a\"b\\"},
        {"8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"},
        {"", NULL},
        {"   ", NULL},
        {"\"\"", NULL},
        {"\"", NULL},
        {"\"abc", NULL},
        {"\"abc\"x", NULL},
        {"\"abc\\x\"", NULL},
        {"\"abc\\", NULL},
        {"a\tb", NULL},
        {"a\x7f", NULL},
        {"k\xc3\xa9y", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char key[COMMAND_KEY_MAX + 1] = "untouched";
        enum status s = idempotency_key_parse(cases[i].header, key);
        if (cases[i].key == NULL) {
            assert_int_equal(s, STATUS_INVALID);
            assert_string_equal(key, "untouched");
        } else {
            assert_int_equal(s, STATUS_OK);
            assert_string_equal(key, cases[i].key);
        }
    }
}

static void test_length_is_limited(void **state)
{
    (void)state;
    char text[COMMAND_KEY_MAX + 4], key[COMMAND_KEY_MAX + 1];
    memset(text, 'k', sizeof(text));
    text[COMMAND_KEY_MAX] = '\0';
    assert_int_equal(idempotency_key_parse(text, key), STATUS_OK);
    assert_int_equal(strlen(key), COMMAND_KEY_MAX);
    text[COMMAND_KEY_MAX] = 'k';
    text[COMMAND_KEY_MAX + 1] = '\0';
    assert_int_equal(idempotency_key_parse(text, key), STATUS_INVALID);
    text[0] = text[COMMAND_KEY_MAX + 1] = '"'; /* the same inside quotes: 255 characters */
    text[COMMAND_KEY_MAX + 2] = '\0';
    assert_int_equal(idempotency_key_parse(text, key), STATUS_OK);
    text[COMMAND_KEY_MAX + 1] = 'k';
    text[COMMAND_KEY_MAX + 2] = '"';
    text[COMMAND_KEY_MAX + 3] = '\0';
    assert_int_equal(idempotency_key_parse(text, key), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_length_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
