/* timefmt.h - UTC timestamps as microseconds since 1970 and as RFC 3339 text with microseconds. Pure. */
#ifndef SHARED_CORE_TIMEFMT_H
#define SHARED_CORE_TIMEFMT_H

#include <stdint.h>

#include "shared/core/buf.h"

#define TIME_TEXT_SIZE 28 /* "2026-11-20T19:21:22.123456Z" and NUL */

/* Years 1970..9999. */
void time_format(int64_t unix_us, char ret_text[TIME_TEXT_SIZE]);
/* RFC 3339 with any offset and 0..9 fraction digits (cut to microseconds); date alone is refused. */
NODISCARD enum status time_parse(struct str text, int64_t *ret_unix_us);
/* The UTC day as days since 1970. */
int32_t time_day(int64_t unix_us);

#endif
