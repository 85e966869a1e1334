/* json_out.c - the writer. Runs of characters that need no escape are copied in one piece. */
#include "shared/core/json_out.h"

#include <string.h>

#include "shared/core/timefmt.h"
#include "shared/core/typeid.h"

void json_out_init(struct json_out *o, struct buf *b)
{
    *o = (struct json_out){.buf = b};
}

/* Before each key and each value without a key. */
static void separate(struct json_out *o)
{
    if (o->comma) {
        buf_add_char(o->buf, ',');
    }
    o->comma = true;
}

/* A separator, len bytes in quotes and tail bytes behind: where the first of len is to be written, or NULL.
 */
static char *quoted(struct json_out *o, size_t len, size_t tail)
{
    size_t comma = o->comma ? 1 : 0;
    o->comma = true;
    char *at = buf_extend(o->buf, comma + len + 2 + tail);
    if (at == NULL) {
        return NULL;
    }
    at[0] = ','; /* or the quote in its place */
    at += comma;
    at[0] = at[len + 1] = '"';
    return at + 1;
}

static void open_with(struct json_out *o, char bracket)
{
    separate(o);
    buf_add_char(o->buf, bracket);
    o->comma = false;
}

static void close_with(struct json_out *o, char bracket)
{
    buf_add_char(o->buf, bracket);
    o->comma = true;
}

void json_object_open(struct json_out *o)
{
    open_with(o, '{');
}

void json_object_close(struct json_out *o)
{
    close_with(o, '}');
}

void json_array_open(struct json_out *o)
{
    open_with(o, '[');
}

void json_array_close(struct json_out *o)
{
    close_with(o, ']');
}

void json_key(struct json_out *o, const char *key)
{
    size_t len = strlen(key);
    char *at = quoted(o, len, 1);
    if (at != NULL) {
        memcpy(at, key, len);
        at[len + 1] = ':';
    }
    o->comma = false;
}

static void add_escape(struct buf *b, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    if (c == '"' || c == '\\') {
        text[1] = (char)c;
        buf_add(b, text, 2);
    } else {
        buf_add(b, text, sizeof(text));
    }
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void add_escaped(struct json_out *o, struct str s)
{
    separate(o);
    buf_add_char(o->buf, '"');
    size_t done = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (!needs_escape(c)) {
            continue;
        }
        buf_add(o->buf, s.data + done, i - done);
        add_escape(o->buf, c);
        done = i + 1;
    }
    if (done < s.len) {
        buf_add(o->buf, s.data + done, s.len - done);
    }
    buf_add_char(o->buf, '"');
}

void json_str(struct json_out *o, struct str s)
{
    size_t plain = 0;
    while (plain < s.len && !needs_escape((unsigned char)s.data[plain])) {
        plain++;
    }
    if (plain < s.len) {
        add_escaped(o, s);
        return;
    }
    char *at = quoted(o, s.len, 0);
    if (at != NULL && s.len > 0) {
        memcpy(at, s.data, s.len);
    }
}

void json_cstr(struct json_out *o, const char *s)
{
    if (s == NULL) {
        json_write_null(o);
    } else {
        json_str(o, str_of(s));
    }
}

void json_int(struct json_out *o, int64_t v)
{
    separate(o);
    buf_add_int(o->buf, v);
}

void json_bool(struct json_out *o, bool v)
{
    json_raw(o, v ? STR_LIT("true") : STR_LIT("false"));
}

void json_write_null(struct json_out *o)
{
    json_raw(o, STR_LIT("null"));
}

void json_raw(struct json_out *o, struct str json)
{
    separate(o);
    buf_add(o->buf, json.data, json.len);
}

/* Text that needs no escape. */
static void add_plain(struct json_out *o, const char *text, size_t len)
{
    char *at = quoted(o, len, 0);
    if (at != NULL) {
        memcpy(at, text, len);
    }
}

void json_typeid(struct json_out *o, const char *prefix, const struct uuid *u)
{
    char text[TYPEID_TEXT_SIZE];
    typeid_format(prefix, u, text);
    add_plain(o, text, strlen(text));
}

void json_time(struct json_out *o, int64_t unix_us)
{
    char text[TIME_TEXT_SIZE];
    time_format(unix_us, text);
    add_plain(o, text, TIME_TEXT_SIZE - 1);
}
