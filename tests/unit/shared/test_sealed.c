/* test_sealed.c - what was sealed opens with its key only, whole and unchanged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/sealed.h"

#define KEY_1 "0101010101010101010101010101010101010101010101010101010101010101"
#define KEY_2 "0202020202020202020202020202020202020202020202020202020202020202"

static const unsigned char nonce[SEAL_NONCE_SIZE] = {1, 2, 3};

static struct seal_keys keys_of(const char *text)
{
    struct seal_keys keys;
    assert_int_equal(seal_keys_parse(str_of(text), &keys), STATUS_OK);
    return keys;
}

static void opens_again(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(KEY_1 "\n");
    static char longest[SEAL_PLAIN_MAX + 1];
    memset(longest, 'x', SEAL_PLAIN_MAX);
    const char *const texts[] = {"", "a", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", longest};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char sealed[SEALED_SIZE], plain[SEAL_PLAIN_MAX + 1];
        seal(&keys, nonce, str_of(texts[i]), sealed);
        assert_true(strlen(sealed) < SEALED_SIZE);
        assert_true(texts[i][0] == '\0' || strstr(sealed, texts[i]) == NULL || strlen(texts[i]) == 1);
        assert_int_equal(seal_open(&keys, str_of(sealed), plain), STATUS_OK);
        assert_string_equal(plain, texts[i]);
    }
}

/* The new key goes first and seals; the old one still opens what it sealed. */
static void keys_can_be_changed(void **state)
{
    (void)state;
    struct seal_keys before = keys_of(KEY_1), both = keys_of(KEY_2 "\n" KEY_1 "\n"), after = keys_of(KEY_2);
    char old[SEALED_SIZE], new[SEALED_SIZE], plain[SEAL_PLAIN_MAX + 1];
    seal(&before, nonce, STR_LIT("secret"), old);
    seal(&both, nonce, STR_LIT("secret"), new);
    assert_int_equal(seal_open(&both, str_of(old), plain), STATUS_OK);
    assert_string_equal(plain, "secret");
    assert_int_equal(seal_open(&after, str_of(new), plain), STATUS_OK);
    assert_int_equal(seal_open(&after, str_of(old), plain), STATUS_INVALID);
    assert_int_equal(seal_open(&before, str_of(new), plain), STATUS_INVALID);
}

static void changed_text_does_not_open(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(KEY_1);
    char sealed[SEALED_SIZE], plain[SEAL_PLAIN_MAX + 1];
    seal(&keys, nonce, STR_LIT("secret"), sealed);
    for (size_t i = 0; i < strlen(sealed); i++) {
        char changed[SEALED_SIZE];
        memcpy(changed, sealed, sizeof(changed));
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_int_equal(seal_open(&keys, str_of(changed), plain), STATUS_INVALID);
        assert_int_equal(seal_open(&keys, (struct str){sealed, i}, plain), STATUS_INVALID);
    }
    assert_int_equal(seal_open(&keys, str_of("not sealed at all"), plain), STATUS_INVALID);
}

static void files_of_keys(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "\n",
                                      "00",
                                      KEY_1 "0",
                                      KEY_1 "\n\n" KEY_2,
                                      KEY_1 "\r\n",
                                      "x" KEY_1,
                                      KEY_1 " ",
                                      KEY_1 "\n" KEY_1 "\n" KEY_1 "\n" KEY_1 "\n" KEY_1};
    struct seal_keys keys;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(seal_keys_parse(str_of(bad[i]), &keys), STATUS_INVALID);
    }
    assert_int_equal(seal_keys_parse(str_of(KEY_1 "\n" KEY_2), &keys), STATUS_OK);
    assert_int_equal(keys.count, 2);
    assert_string_not_equal(keys.keys[0].id, keys.keys[1].id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_again),
        cmocka_unit_test(keys_can_be_changed),
        cmocka_unit_test(changed_text_does_not_open),
        cmocka_unit_test(files_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
