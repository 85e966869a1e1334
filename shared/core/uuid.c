/* uuid.c - version 7 and the usual text form. */
#include "shared/core/uuid.h"

#include <assert.h>
#include <string.h>

struct uuid uuid7_make(int64_t unix_us, uint32_t sequence, uint32_t random)
{
    assert(unix_us >= 0 && unix_us / 1000 < INT64_C(1) << 48);
    uint64_t ms = (uint64_t)unix_us / 1000;
    uint64_t fraction = (uint64_t)unix_us % 1000 * 4096 / 1000; /* microseconds as 12 bits of a millisecond */
    uint64_t high = ms << 16 | UINT64_C(0x7000) | fraction;
    uint64_t low = UINT64_C(0x8000000000000000) | (uint64_t)(sequence & 0x3fffffffu) << 32 | random;

    struct uuid u;
    for (int i = 0; i < 8; i++) {
        u.bytes[i] = (uint8_t)(high >> (56 - 8 * i));
        u.bytes[8 + i] = (uint8_t)(low >> (56 - 8 * i));
    }
    return u;
}

int64_t uuid7_unix_us(const struct uuid *u)
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++) {
        ms = ms << 8 | u->bytes[i];
    }
    return ms * 1000;
}

int uuid_compare(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool uuid_is_zero(const struct uuid *u)
{
    static const struct uuid zero;
    return uuid_compare(u, &zero) == 0;
}

void uuid_format(const struct uuid *u, char ret_text[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *at = ret_text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[u->bytes[i] >> 4];
        *at++ = digits[u->bytes[i] & 15];
    }
    *at = '\0';
}
