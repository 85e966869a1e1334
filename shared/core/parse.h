/* parse.h - text to numbers, strictly: the whole text or nothing, no sign tricks, no leading spaces. */
#ifndef SHARED_CORE_PARSE_H
#define SHARED_CORE_PARSE_H

#include <stdint.h>

#include "shared/core/buf.h"

/* Decimal digits with an optional leading '-', no leading zeros or '+'; min <= value <= max. */
NODISCARD enum status parse_int64(struct str s, int64_t min, int64_t max, int64_t *ret_value);
/* "true"/"false", "on"/"off", "1"/"0", "yes"/"no". */
NODISCARD enum status parse_bool(struct str s, bool *ret_value);
/* Lower- or upper-case hex of exactly len bytes. */
NODISCARD enum status parse_hex(struct str s, uint8_t *ret_bytes, size_t len);
void format_hex(const uint8_t *bytes, size_t len, char *ret_text /* 2*len+1 */);

#endif
