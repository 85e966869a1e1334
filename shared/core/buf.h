/* buf.h - a growing byte buffer with a mandatory maximum. Failure is sticky: write freely, ask once. */
#ifndef SHARED_CORE_BUF_H
#define SHARED_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/core/status.h"

/* A borrowed piece of text, not NUL-terminated. */
struct str {
    const char *data;
    size_t len;
};
#define STR_LIT(s) ((struct str){("" s), sizeof(s) - 1})
struct str str_of(const char *s); /* NULL gives the empty str */
bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *b);
/* Takes the literal from the front of the text, if it is there. */
bool str_take(struct str *text, struct str literal);

struct buf {
    char *data; /* always NUL-terminated once something was added */
    size_t len, cap, max;
    bool failed; /* the maximum or memory was reached; contents are then a prefix */
};

void buf_init(struct buf *b, size_t max);
/* Makes it len bytes longer: they are the caller's to write. NULL when they do not fit. */
NODISCARD char *buf_extend(struct buf *b, size_t len);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_add_int(struct buf *b, int64_t v);
void buf_addf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* STATUS_OK, or STATUS_FULL if anything did not fit. */
NODISCARD enum status buf_status(const struct buf *b);
void buf_reset(struct buf *b); /* empty again, memory kept */
void buf_free(struct buf *b);  /* safe on a zeroed buf; CLEANUP(buf_free) works */

#endif
