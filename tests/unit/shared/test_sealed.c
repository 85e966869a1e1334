/* test_sealed.c - what was sealed opens with its key and for its own only, whole and unchanged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/sealed.h"

#define KEY_1 "0101010101010101010101010101010101010101010101010101010101010101"
#define KEY_2 "0202020202020202020202020202020202020202020202020202020202020202"

#define OURS   STR_LIT("we_00000000000000000000000001")
#define OTHERS STR_LIT("we_00000000000000000000000002")
/* "secret" under KEY_1, from when a text belonged to nothing. */
#define UNBOUND "f40ceaf8.AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAxEKLG29-6ff5tRUnwFZ6dmp5iXwD4A"

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
        seal(&keys, nonce, OURS, str_of(texts[i]), sealed);
        assert_true(strlen(sealed) < SEALED_SIZE);
        assert_true(texts[i][0] == '\0' || strstr(sealed, texts[i]) == NULL || strlen(texts[i]) == 1);
        assert_int_equal(seal_open(&keys, str_of(sealed), OURS, plain), STATUS_OK);
        assert_string_equal(plain, texts[i]);
    }
}

/* The new key goes first and seals; the old one still opens what it sealed. */
static void keys_can_be_changed(void **state)
{
    (void)state;
    struct seal_keys before = keys_of(KEY_1), both = keys_of(KEY_2 "\n" KEY_1 "\n"), after = keys_of(KEY_2);
    char old[SEALED_SIZE], new[SEALED_SIZE], plain[SEAL_PLAIN_MAX + 1];
    seal(&before, nonce, OURS, STR_LIT("secret"), old);
    seal(&both, nonce, OURS, STR_LIT("secret"), new);
    assert_int_equal(seal_open(&both, str_of(old), OURS, plain), STATUS_OK);
    assert_string_equal(plain, "secret");
    assert_int_equal(seal_open(&after, str_of(new), OURS, plain), STATUS_OK);
    assert_int_equal(seal_open(&after, str_of(old), OURS, plain), STATUS_INVALID);
    assert_int_equal(seal_open(&before, str_of(new), OURS, plain), STATUS_INVALID);
}

/* Whoever can write rows cannot make one's secret another's. */
static void opens_for_its_own_only(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(KEY_1);
    char sealed[SEALED_SIZE], plain[SEAL_PLAIN_MAX + 1];
    seal(&keys, nonce, OURS, STR_LIT("secret"), sealed);
    assert_int_equal(seal_open(&keys, str_of(sealed), OTHERS, plain), STATUS_INVALID);
    assert_int_equal(seal_open(&keys, str_of(sealed), (struct str){NULL, 0}, plain), STATUS_INVALID);
    assert_int_equal(seal_open(&keys, str_of(strchr(sealed, '.') + 1), OURS, plain), STATUS_INVALID);
}

static void what_belongs_to_nothing_opens_still(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(KEY_2 "\n" KEY_1);
    char plain[SEAL_PLAIN_MAX + 1];
    assert_int_equal(seal_open(&keys, STR_LIT(UNBOUND), OURS, plain), STATUS_OK);
    assert_string_equal(plain, "secret");
    assert_int_equal(seal_open(&keys, STR_LIT("v2." UNBOUND), OURS, plain), STATUS_INVALID);
}

/* What has another mark is to be sealed anew. */
static void the_mark_tells_the_key(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(KEY_1 "\n" KEY_2), other = keys_of(KEY_2);
    char sealed[SEALED_SIZE], mark[SEAL_MARK_SIZE], other_mark[SEAL_MARK_SIZE];
    seal(&keys, nonce, OURS, STR_LIT("secret"), sealed);
    seal_mark(&keys, mark);
    seal_mark(&other, other_mark);
    assert_memory_equal(sealed, mark, strlen(mark));
    assert_string_equal(mark, "v2.f40ceaf8.");
    assert_string_not_equal(mark, other_mark);
    assert_true(strncmp(UNBOUND, mark, strlen(mark)) != 0);
}

static void changed_text_does_not_open(void **state)
{
    (void)state;
    struct seal_keys keys = keys_of(KEY_1);
    char sealed[SEALED_SIZE], plain[SEAL_PLAIN_MAX + 1];
    seal(&keys, nonce, OURS, STR_LIT("secret"), sealed);
    for (size_t i = 0; i < strlen(sealed); i++) {
        char changed[SEALED_SIZE];
        memcpy(changed, sealed, sizeof(changed));
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_int_equal(seal_open(&keys, str_of(changed), OURS, plain), STATUS_INVALID);
        assert_int_equal(seal_open(&keys, (struct str){sealed, i}, OURS, plain), STATUS_INVALID);
    }
    assert_int_equal(seal_open(&keys, str_of("not sealed at all"), OURS, plain), STATUS_INVALID);
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
        cmocka_unit_test(opens_for_its_own_only),
        cmocka_unit_test(what_belongs_to_nothing_opens_still),
        cmocka_unit_test(the_mark_tells_the_key),
        cmocka_unit_test(changed_text_does_not_open),
        cmocka_unit_test(files_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
