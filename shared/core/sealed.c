/* sealed.c - see sealed.h. */
#include "shared/core/sealed.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/digest.h"
#include "shared/core/parse.h"

#define BASE64   sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define BOUND    "v2."
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define BOX_MAX  (SEAL_NONCE_SIZE + TAG_SIZE + SEAL_PLAIN_MAX)
#define ID_BYTES ((SEAL_ID_SIZE - 1) / 2)

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "as the cipher has it");
_Static_assert(SEAL_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "as the cipher has it");
_Static_assert(SEAL_KEY_BYTES == crypto_secretbox_KEYBYTES && TAG_SIZE == crypto_secretbox_MACBYTES &&
                   SEAL_NONCE_SIZE == crypto_secretbox_NONCEBYTES,
               "as the cipher before had it");
_Static_assert(SEAL_MARK_SIZE + sodium_base64_ENCODED_LEN(BOX_MAX, BASE64) <= SEALED_SIZE, "it has room");

static void name_key(struct seal_key *key)
{
    struct digest digest;
    digest_of((struct str){(const char *)key->bytes, sizeof(key->bytes)}, &digest);
    format_hex(digest.bytes, ID_BYTES, key->id);
}

/* The next line, taken off the text; without its end. */
static struct str next_line(struct str *text)
{
    const char *end = memchr(text->data, '\n', text->len);
    size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    struct str line = {text->data, len};
    text->data += end != NULL ? len + 1 : len;
    text->len -= end != NULL ? len + 1 : len;
    return line;
}

enum status seal_keys_parse(struct str text, struct seal_keys *ret_keys)
{
    struct seal_keys keys = {.count = 0};
    enum status s = STATUS_OK;
    while (s == STATUS_OK && text.len > 0) {
        struct str line = next_line(&text);
        struct seal_key *key = &keys.keys[keys.count];
        s = keys.count < SEAL_KEYS_MAX ? parse_hex(line, key->bytes, sizeof(key->bytes)) : STATUS_INVALID;
        if (s == STATUS_OK) {
            name_key(key);
            keys.count++;
        }
    }
    if (s == STATUS_OK && keys.count > 0) {
        *ret_keys = keys;
    }
    bool is_good = s == STATUS_OK && keys.count > 0;
    sodium_memzero(&keys, sizeof(keys));
    return is_good ? STATUS_OK : STATUS_INVALID;
}

void seal_mark(const struct seal_keys *keys, char ret_mark[SEAL_MARK_SIZE])
{
    assert(keys->count > 0);
    (void)snprintf(ret_mark, SEAL_MARK_SIZE, BOUND "%s.", keys->keys[0].id);
}

void seal(const struct seal_keys *keys, const unsigned char nonce[SEAL_NONCE_SIZE], struct str belongs_to,
          struct str plain, char ret_sealed[SEALED_SIZE])
{
    unsigned char box[BOX_MAX];
    assert(plain.len <= SEAL_PLAIN_MAX);
    seal_mark(keys, ret_sealed);
    memcpy(box, nonce, SEAL_NONCE_SIZE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        box + SEAL_NONCE_SIZE, NULL, (const unsigned char *)plain.data, plain.len,
        (const unsigned char *)belongs_to.data, belongs_to.len, NULL, nonce, keys->keys[0].bytes);
    size_t mark_len = strlen(ret_sealed);
    (void)sodium_bin2base64(ret_sealed + mark_len, SEALED_SIZE - mark_len, box,
                            SEAL_NONCE_SIZE + TAG_SIZE + plain.len, BASE64);
}

/* The key that the text names, and the text behind that name; NULL: none of these. */
static const struct seal_key *take_key(const struct seal_keys *keys, struct str *text)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct str rest = *text;
        if (str_take(&rest, str_of(keys->keys[i].id)) && str_take(&rest, STR_LIT("."))) {
            *text = rest;
            return &keys->keys[i];
        }
    }
    return NULL;
}

/* A nonce and what is behind it, of the given length in all. */
static bool open_box(const struct seal_key *key, const unsigned char *box, size_t len,
                     const struct str *belongs_to, unsigned char ret_plain[SEAL_PLAIN_MAX])
{
    const unsigned char *text = box + SEAL_NONCE_SIZE;
    size_t text_len = len - SEAL_NONCE_SIZE;
    if (belongs_to == NULL) {
        return crypto_secretbox_open_easy(ret_plain, text, text_len, box, key->bytes) == 0;
    }
    return crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL, text, text_len,
                                                      (const unsigned char *)belongs_to->data,
                                                      belongs_to->len, box, key->bytes) == 0;
}

enum status seal_open(const struct seal_keys *keys, struct str sealed, struct str belongs_to,
                      char ret_plain[SEAL_PLAIN_MAX + 1])
{
    unsigned char box[BOX_MAX];
    char plain[SEAL_PLAIN_MAX + 1] = "";
    size_t len = 0;
    const char *end = NULL;
    struct str rest = sealed;
    bool is_bound = str_take(&rest, STR_LIT(BOUND));
    const struct seal_key *key = take_key(keys, &rest);
    if (key == NULL ||
        sodium_base642bin(box, sizeof(box), rest.data, rest.len, NULL, &len, &end, BASE64) != 0) {
        return STATUS_INVALID;
    }
    bool is_whole = end == rest.data + rest.len && len >= SEAL_NONCE_SIZE + TAG_SIZE;
    if (!is_whole || !open_box(key, box, len, is_bound ? &belongs_to : NULL, (unsigned char *)plain)) {
        return STATUS_INVALID;
    }
    memcpy(ret_plain, plain, sizeof(plain));
    sodium_memzero(plain, sizeof(plain));
    return STATUS_OK;
}
