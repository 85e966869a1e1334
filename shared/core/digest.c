/* digest.c - every part is hashed behind its length, and each use behind a word of its own, so that no two
   different inputs can look alike. */
#include "shared/core/digest.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static void number_bytes(uint64_t number, uint8_t ret_bytes[8])
{
    for (int i = 0; i < 8; i++) {
        ret_bytes[i] = (uint8_t)(number >> (8 * i));
    }
}

static void add_part(crypto_generichash_state *state, struct str part)
{
    uint8_t len[8];
    number_bytes(part.len, len);
    crypto_generichash_update(state, len, sizeof(len));
    crypto_generichash_update(state, (const uint8_t *)part.data, part.len);
}

static void hash_parts(const struct str *parts, size_t count, uint8_t *ret_bytes, size_t size)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, size);
    for (size_t i = 0; i < count; i++) {
        add_part(&state, parts[i]);
    }
    crypto_generichash_final(&state, ret_bytes, size);
}

void digest_of(struct str data, struct digest *ret_digest)
{
    crypto_generichash(ret_digest->bytes, DIGEST_SIZE, (const uint8_t *)data.data, data.len, NULL, 0);
}

void digest_request(struct str method, struct str path, struct str query, struct str body,
                    struct digest *ret_digest)
{
    const struct str parts[] = {STR_LIT("request"), method, path, query, body};
    hash_parts(parts, 5, ret_digest->bytes, DIGEST_SIZE);
}

struct uuid digest_key(struct str owner, struct str key, const struct uuid *command_id)
{
    struct uuid digest = {{0}};
    if (key.len > 0) {
        const struct str parts[] = {STR_LIT("key"), owner, key};
        hash_parts(parts, 3, digest.bytes, sizeof(digest.bytes));
    } else {
        const struct str parts[] = {
            STR_LIT("command"), owner, {(const char *)command_id->bytes, sizeof(command_id->bytes)}};
        hash_parts(parts, 3, digest.bytes, sizeof(digest.bytes));
    }
    return digest;
}

struct uuid digest_slice(const struct uuid *key_digest, const struct uuid *batch, size_t first)
{
    struct uuid digest = {{0}};
    uint8_t number[8];
    number_bytes(first, number);
    const struct str parts[] = {STR_LIT("slice"),
                                {(const char *)key_digest->bytes, sizeof(key_digest->bytes)},
                                {(const char *)batch->bytes, sizeof(batch->bytes)},
                                {(const char *)number, sizeof(number)}};
    hash_parts(parts, 4, digest.bytes, sizeof(digest.bytes));
    return digest;
}

struct uuid digest_endpoints_of(struct str owner)
{
    struct uuid digest = {{0}};
    const struct str parts[] = {STR_LIT("webhook_endpoints"), owner};
    hash_parts(parts, 2, digest.bytes, sizeof(digest.bytes));
    return digest;
}

struct uuid digest_source(struct str source)
{
    struct uuid digest = {{0}};
    const struct str parts[] = {STR_LIT("source"), source};
    hash_parts(parts, 2, digest.bytes, sizeof(digest.bytes));
    return digest;
}

struct uuid digest_webhook_event(struct str provider, struct str event_id)
{
    struct uuid digest = {{0}};
    const struct str parts[] = {STR_LIT("webhook"), provider, event_id};
    hash_parts(parts, 3, digest.bytes, sizeof(digest.bytes));
    return digest;
}

void digest_webhook_content(struct str event_type, int64_t occurred_us, struct str payload,
                            struct digest *ret_digest)
{
    uint8_t number[8];
    number_bytes((uint64_t)occurred_us, number);
    const struct str parts[] = {
        STR_LIT("webhook content"), event_type, {(const char *)number, sizeof(number)}, payload};
    hash_parts(parts, 4, ret_digest->bytes, DIGEST_SIZE);
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return sodium_memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}
