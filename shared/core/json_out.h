/* json_out.h - writes compact JSON into a bounded buffer; commas and escapes are its business. Pure. */
#ifndef SHARED_CORE_JSON_OUT_H
#define SHARED_CORE_JSON_OUT_H

#include "shared/core/buf.h"
#include "shared/core/uuid.h"

struct json_out {
    struct buf *buf;
    bool comma; /* the next value needs a comma before it */
};

void json_out_init(struct json_out *o, struct buf *b);
void json_object_open(struct json_out *o);
void json_object_close(struct json_out *o);
void json_array_open(struct json_out *o);
void json_array_close(struct json_out *o);
void json_key(struct json_out *o, const char *key); /* key is a literal: written without escaping */
/* s is valid UTF-8; escapes by RFC 8259, control characters as \u00xx. */
void json_str(struct json_out *o, struct str s);
void json_cstr(struct json_out *o, const char *s); /* NULL writes null */
void json_int(struct json_out *o, int64_t v);
void json_bool(struct json_out *o, bool v);
void json_write_null(struct json_out *o);           /* json_null is jansson's */
void json_raw(struct json_out *o, struct str json); /* a finished JSON value */
void json_typeid(struct json_out *o, const char *prefix, const struct uuid *u);
void json_time(struct json_out *o, int64_t unix_us); /* RFC 3339, microseconds, Z */

#endif
