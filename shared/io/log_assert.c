/* log_assert.c - what assert() calls when it does not hold, in the place of libc's: its text would be the
   only line of a log that is no JSON. */
#include <assert.h>
#include <stdlib.h>

#include "shared/io/log.h"

void __assert_fail(const char *assertion, const char *file, unsigned int line, const char *function)
{
    log_event(LOG_ERROR, "assertion_failed", log_str("assertion", assertion), log_str("file", file),
              log_int("line", line), log_str("function", function));
    abort();
}
