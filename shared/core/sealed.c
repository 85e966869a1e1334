/* sealed.c - see sealed.h. */
#include "shared/core/sealed.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/digest.h"
#include "shared/core/parse.h"

#define BASE64   sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define BOX_MAX  (SEAL_NONCE_SIZE + crypto_secretbox_MACBYTES + SEAL_PLAIN_MAX)
#define ID_BYTES ((SEAL_ID_SIZE - 1) / 2)

_Static_assert(SEAL_KEY_BYTES == crypto_secretbox_KEYBYTES, "as the cipher has it");
_Static_assert(SEAL_NONCE_SIZE == crypto_secretbox_NONCEBYTES, "as the cipher has it");
_Static_assert(SEAL_ID_SIZE + sodium_base64_ENCODED_LEN(BOX_MAX, BASE64) <= SEALED_SIZE, "it has room");

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

void seal(const struct seal_keys *keys, const unsigned char nonce[SEAL_NONCE_SIZE], struct str plain,
          char ret_sealed[SEALED_SIZE])
{
    unsigned char box[BOX_MAX];
    const struct seal_key *key = &keys->keys[0];
    assert(keys->count > 0 && plain.len <= SEAL_PLAIN_MAX);
    memcpy(box, nonce, SEAL_NONCE_SIZE);
    (void)crypto_secretbox_easy(box + SEAL_NONCE_SIZE, (const unsigned char *)plain.data, plain.len, nonce,
                                key->bytes);
    (void)snprintf(ret_sealed, SEALED_SIZE, "%s.", key->id);
    (void)sodium_bin2base64(ret_sealed + SEAL_ID_SIZE, SEALED_SIZE - SEAL_ID_SIZE, box,
                            SEAL_NONCE_SIZE + crypto_secretbox_MACBYTES + plain.len, BASE64);
}

static const struct seal_key *find_key(const struct seal_keys *keys, struct str sealed)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct str rest = sealed;
        if (str_take(&rest, str_of(keys->keys[i].id)) && str_take(&rest, STR_LIT("."))) {
            return &keys->keys[i];
        }
    }
    return NULL;
}

enum status seal_open(const struct seal_keys *keys, struct str sealed, char ret_plain[SEAL_PLAIN_MAX + 1])
{
    unsigned char box[BOX_MAX];
    char plain[SEAL_PLAIN_MAX + 1] = "";
    size_t len = 0;
    const char *end = NULL;
    const struct seal_key *key = find_key(keys, sealed);
    if (key == NULL || sodium_base642bin(box, sizeof(box), sealed.data + SEAL_ID_SIZE,
                                         sealed.len - SEAL_ID_SIZE, NULL, &len, &end, BASE64) != 0) {
        return STATUS_INVALID;
    }
    bool is_whole = end == sealed.data + sealed.len && len >= SEAL_NONCE_SIZE + crypto_secretbox_MACBYTES;
    if (!is_whole || crypto_secretbox_open_easy((unsigned char *)plain, box + SEAL_NONCE_SIZE,
                                                len - SEAL_NONCE_SIZE, box, key->bytes) != 0) {
        return STATUS_INVALID;
    }
    memcpy(ret_plain, plain, sizeof(plain));
    sodium_memzero(plain, sizeof(plain));
    return STATUS_OK;
}
