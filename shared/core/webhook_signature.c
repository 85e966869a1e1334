/* webhook_signature.c - see webhook_signature.h. */
#include "shared/core/webhook_signature.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/parse.h"

#define SECRET_PREFIX     "whsec_"
#define SIGNATURE_PREFIX  "v1,"
#define BASE64            sodium_base64_VARIANT_ORIGINAL
#define TIMESTAMP_TEXT    24
#define TIMESTAMP_CEILING INT64_C(99999999999) /* the year 5138 */

enum status webhook_secret_parse(struct str text, struct webhook_secret *ret_secret)
{
    struct webhook_secret secret = {.len = 0};
    const char *end = NULL;
    if (!str_take(&text, STR_LIT(SECRET_PREFIX))) {
        return STATUS_INVALID;
    }
    int failed = sodium_base642bin(secret.key, sizeof(secret.key), text.data, text.len, NULL, &secret.len,
                                   &end, BASE64);
    bool whole = failed == 0 && end == text.data + text.len && secret.len >= WEBHOOK_KEY_MIN;
    if (whole) {
        *ret_secret = secret;
    }
    sodium_memzero(&secret, sizeof(secret));
    return whole ? STATUS_OK : STATUS_INVALID;
}

static void authenticate(const struct webhook_secret *secret, struct str id, struct str timestamp,
                         struct str body, char ret_signature[WEBHOOK_SIGNATURE_SIZE])
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    (void)crypto_auth_hmacsha256_init(&state, secret->key, secret->len);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)id.data, id.len);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)timestamp.data, timestamp.len);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.data, body.len);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    (void)snprintf(ret_signature, WEBHOOK_SIGNATURE_SIZE, "%s", SIGNATURE_PREFIX);
    (void)sodium_bin2base64(ret_signature + strlen(SIGNATURE_PREFIX),
                            WEBHOOK_SIGNATURE_SIZE - strlen(SIGNATURE_PREFIX), mac, sizeof(mac), BASE64);
    sodium_memzero(&state, sizeof(state));
}

void webhook_sign(const struct webhook_secret *secret, struct str id, int64_t sent_s, struct str body,
                  char ret_signature[WEBHOOK_SIGNATURE_SIZE])
{
    char timestamp[TIMESTAMP_TEXT];
    assert(memchr(id.data, '.', id.len) == NULL);
    (void)snprintf(timestamp, sizeof(timestamp), "%" PRId64, sent_s);
    authenticate(secret, id, str_of(timestamp), body, ret_signature);
}

static enum webhook_verdict check_headers(const struct webhook_headers *h, int64_t now_s)
{
    int64_t sent_s;
    if (h->id.data == NULL || h->timestamp.data == NULL || h->signature.data == NULL) {
        return WEBHOOK_HEADER_MISSING;
    }
    if (h->id.len == 0 || h->id.len > WEBHOOK_ID_MAX || memchr(h->id.data, '.', h->id.len) != NULL) {
        return WEBHOOK_ID_INVALID;
    }
    if (parse_int64(h->timestamp, 0, TIMESTAMP_CEILING, &sent_s) != STATUS_OK) {
        return WEBHOOK_TIMESTAMP_INVALID;
    }
    bool is_near = sent_s >= now_s - WEBHOOK_TOLERANCE_S && sent_s <= now_s + WEBHOOK_TOLERANCE_S;
    return is_near ? WEBHOOK_GENUINE : WEBHOOK_TIMESTAMP_FAR;
}

/* The next word of a list by spaces, taken off its beginning; empty at its end. */
static struct str next_word(struct str *list)
{
    while (list->len > 0 && *list->data == ' ') {
        list->data++;
        list->len--;
    }
    struct str word = {list->data, 0};
    while (word.len < list->len && list->data[word.len] != ' ') {
        word.len++;
    }
    list->data += word.len;
    list->len -= word.len;
    return word;
}

static bool is_signature(struct str word)
{
    struct str rest = word;
    return word.len == WEBHOOK_SIGNATURE_SIZE - 1 && str_take(&rest, STR_LIT(SIGNATURE_PREFIX));
}

/* The v1 signatures of the header; their number, or -1 for too many signatures of any kind. */
static int find_signatures(struct str header, struct str ret_signatures[WEBHOOK_SIGNATURES_MAX])
{
    int words = 0, count = 0;
    for (struct str word = next_word(&header); word.len > 0; word = next_word(&header)) {
        if (++words > WEBHOOK_SIGNATURES_MAX) {
            return -1;
        }
        if (is_signature(word)) {
            ret_signatures[count++] = word;
        }
    }
    return count;
}

enum webhook_verdict webhook_verify(const struct webhook_secret *secrets, size_t secret_count,
                                    const struct webhook_headers *headers, struct str body, int64_t now_s)
{
    struct str signatures[WEBHOOK_SIGNATURES_MAX];
    enum webhook_verdict verdict = check_headers(headers, now_s);
    if (verdict != WEBHOOK_GENUINE) {
        return verdict;
    }
    int count = find_signatures(headers->signature, signatures);
    if (count <= 0) {
        return WEBHOOK_SIGNATURE_INVALID;
    }
    bool is_genuine = false;
    for (size_t i = 0; i < secret_count; i++) {
        char wanted[WEBHOOK_SIGNATURE_SIZE];
        authenticate(&secrets[i], headers->id, headers->timestamp, body, wanted);
        for (int k = 0; k < count; k++) {
            is_genuine |= sodium_memcmp(signatures[k].data, wanted, WEBHOOK_SIGNATURE_SIZE - 1) == 0;
        }
    }
    return is_genuine ? WEBHOOK_GENUINE : WEBHOOK_FORGED;
}
