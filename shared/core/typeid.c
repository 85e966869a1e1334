/* typeid.c - 128 bits as 26 characters of 5 bits each; the two bits in excess are zero at the front. */
#include "shared/core/typeid.h"

#include <assert.h>
#include <string.h>

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* Value of each alphabet character plus one, so that the zero of all others means "not ours". */
static const uint8_t value_plus_one[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['g'] = 17, ['h'] = 18, ['j'] = 19, ['k'] = 20, ['m'] = 21, ['n'] = 22, ['p'] = 23, ['q'] = 24,
    ['r'] = 25, ['s'] = 26, ['t'] = 27, ['v'] = 28, ['w'] = 29, ['x'] = 30, ['y'] = 31, ['z'] = 32};

void typeid_format(const char *prefix, const struct uuid *u, char ret_text[TYPEID_TEXT_SIZE])
{
    size_t prefix_len = strlen(prefix);
    assert(prefix_len > 0 && prefix_len + 1 + TYPEID_SUFFIX_LEN < TYPEID_TEXT_SIZE);
    memcpy(ret_text, prefix, prefix_len);
    ret_text[prefix_len] = '_';

    /* Each character takes the low 5 bits; bytes join at the top as the bits run out. */
    char *end = ret_text + prefix_len + 1 + TYPEID_SUFFIX_LEN;
    *end = '\0';
    unsigned bits = 0, bit_count = 0;
    int next_byte = 15;
    for (int i = 0; i < TYPEID_SUFFIX_LEN; i++) {
        if (bit_count < 5 && next_byte >= 0) {
            bits |= (unsigned)u->bytes[next_byte--] << bit_count;
            bit_count += 8;
        }
        *--end = alphabet[bits & 31];
        bits >>= 5;
        bit_count = bit_count > 5 ? bit_count - 5 : 0;
    }
}

enum status typeid_parse(const char *prefix, struct str text, struct uuid *ret_uuid)
{
    size_t prefix_len = strlen(prefix);
    if (text.len != prefix_len + 1 + TYPEID_SUFFIX_LEN || memcmp(text.data, prefix, prefix_len) != 0 ||
        text.data[prefix_len] != '_') {
        return STATUS_INVALID;
    }
    const char *suffix = text.data + prefix_len + 1;
    if (suffix[0] > '7') { /* more than 128 bits */
        return STATUS_INVALID;
    }
    struct uuid u = {{0}};
    unsigned bits = 0, bit_count = 0;
    int next_byte = 15;
    for (int i = TYPEID_SUFFIX_LEN - 1; i >= 0; i--) {
        uint8_t value = value_plus_one[(uint8_t)suffix[i]];
        if (value == 0) {
            return STATUS_INVALID;
        }
        bits |= (unsigned)(value - 1) << bit_count;
        bit_count += 5;
        if (bit_count >= 8) {
            u.bytes[next_byte--] = (uint8_t)bits;
            bits >>= 8;
            bit_count -= 8;
        }
    }
    *ret_uuid = u;
    return STATUS_OK;
}
