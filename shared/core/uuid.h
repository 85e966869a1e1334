/* uuid.h - 16 bytes; version 7 of RFC 9562 from a time and random bytes that the caller gives. Pure. */
#ifndef SHARED_CORE_UUID_H
#define SHARED_CORE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/buf.h"

struct uuid {
    uint8_t bytes[16];
};
#define UUID_TEXT_SIZE 37

/* Layout: 48 bits of milliseconds, version, 12 bits of the microsecond within the millisecond (RFC 9562
   section 6.2 method 3), variant, 30 bits of sequence (method 1: keeps ids of one batch in order), 32 random
   bits. */
struct uuid uuid7_make(int64_t unix_us, uint32_t sequence, uint32_t random);
/* The time that it was made from, to the millisecond. */
int64_t uuid7_unix_us(const struct uuid *u);
int uuid_compare(const struct uuid *a, const struct uuid *b);
bool uuid_is_zero(const struct uuid *u);
void uuid_format(const struct uuid *u, char ret_text[UUID_TEXT_SIZE]);

#endif
