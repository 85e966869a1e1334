/* json_scan.c - walks over JSON text. A string is stepped over as a whole. */
#include "shared/core/json_scan.h"

#include <assert.h>
#include <string.h>

#include "shared/core/json_in.h"
#include "shared/core/parse.h"

#define INT64_DIGITS 19 /* of INT64_MAX; what has fewer cannot be too large */

/* From the opening quote to behind the closing one, or to the end. */
static size_t skip_string(struct str text, size_t at)
{
    for (at++; at < text.len && text.data[at] != '"'; at++) {
        if (text.data[at] == '\\') {
            at++;
        }
    }
    return at < text.len ? at + 1 : text.len;
}

bool json_scan_depth_within(struct str text, int max)
{
    int depth = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.data[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;
        }
        if (c == '{' || c == '[') {
            if (++depth > max) {
                return false;
            }
        } else if (c == '}' || c == ']') {
            depth--;
        }
        at++;
    }
    return true;
}

bool json_scan_values_within(struct str text, int max)
{
    int values = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.data[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;
        }
        if ((c == ',' || c == '{' || c == '[') && ++values > max) {
            return false;
        }
        at++;
    }
    return true;
}

static bool in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* Reals and malformed numbers are left to the parser. */
static void clamp_integer(char *number, size_t len)
{
    bool negative = number[0] == '-';
    size_t digits = len - negative;
    int64_t value;
    if (digits < INT64_DIGITS || number[negative] == '0' ||
        strspn(number + negative, "0123456789") < digits ||
        parse_int64((struct str){number, len}, INT64_MIN, INT64_MAX, &value) == STATUS_OK) {
        return;
    }
    struct str limit = negative ? STR_LIT("-9223372036854775808") : STR_LIT("9223372036854775807");
    memset(number, ' ', len);
    memcpy(number, limit.data, limit.len);
}

void json_scan_clamp_integers(char *text, size_t len)
{
    struct str all = {text, len};
    for (size_t at = 0; at < len;) {
        if (text[at] == '"') {
            at = skip_string(all, at);
        } else if (in_number(text[at])) {
            size_t end = at;
            while (end < len && in_number(text[end])) {
                end++;
            }
            clamp_integer(text + at, end - at);
            at = end;
        } else {
            at++;
        }
    }
}

void json_scan_add_pointer(struct buf *out, struct str token)
{
    buf_add_char(out, '/');
    for (size_t i = 0; i < token.len; i++) {
        if (token.data[i] == '~') {
            buf_add_str(out, "~0");
        } else if (token.data[i] == '/') {
            buf_add_str(out, "~1");
        } else {
            buf_add_char(out, token.data[i]);
        }
    }
}

/* Where the walk is: one level for each open bracket. */
struct level {
    bool array;
    bool key_read;  /* objects: the string to come is a value */
    int index;      /* arrays */
    struct str key; /* objects: the raw token with its quotes */
};

static void add_level(const struct level *level, struct buf *out)
{
    if (level->array) {
        buf_addf(out, "/%d", level->index);
        return;
    }
    json_t *key = json_loadb(level->key.data, level->key.len, JSON_DECODE_ANY, NULL);
    json_scan_add_pointer(out, (struct str){json_string_value(key), json_string_length(key)});
    json_decref(key);
}

/* One character outside of strings; returns the depth after it. */
static int step(struct level *levels, int depth, char c)
{
    struct level *level = depth > 0 ? &levels[depth - 1] : NULL;
    if (c == '{' || c == '[') {
        assert(depth < JSON_DEPTH_MAX);
        levels[depth] = (struct level){.array = c == '['};
        return depth + 1;
    }
    if (c == '}' || c == ']') {
        return depth - 1;
    }
    if (c == ',' && level != NULL) {
        level->index++;
        level->key_read = false;
    }
    return depth;
}

void json_scan_locate(struct str text, size_t position, struct buf *out)
{
    struct level levels[JSON_DEPTH_MAX];
    int depth = 0;
    text.len = position < text.len ? position : text.len;
    for (size_t at = 0; at < text.len && depth >= 0;) {
        if (text.data[at] != '"') {
            depth = step(levels, depth, text.data[at++]);
            continue;
        }
        size_t end = skip_string(text, at);
        struct level *level = depth > 0 ? &levels[depth - 1] : NULL;
        if (level != NULL && !level->array && !level->key_read) {
            level->key = (struct str){text.data + at, end - at};
            level->key_read = true;
        }
        at = end;
    }
    for (int i = 0; i < depth; i++) {
        add_level(&levels[i], out);
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_space(struct str text, size_t at)
{
    while (at < text.len && is_space(text.data[at])) {
        at++;
    }
    return at;
}

/* From its first character to behind its last one. */
static size_t skip_value(struct str text, size_t at)
{
    int depth = 0;
    while (at < text.len) {
        char c = text.data[at];
        bool is_end = c == ',' || c == '}' || c == ']' || is_space(c);
        if (depth == 0 && is_end) {
            break;
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        at = c == '"' ? skip_string(text, at) : at + 1;
        if (depth == 0 && (c == '"' || c == '}' || c == ']')) {
            break;
        }
    }
    return at;
}

/* With its quotes, and escapes that may be in it. */
static bool is_named(struct str token, struct str name)
{
    json_t *key = json_loadb(token.data, token.len, JSON_DECODE_ANY, NULL);
    bool is = str_eq((struct str){json_string_value(key), json_string_length(key)}, name);
    json_decref(key);
    return is;
}

struct str json_scan_member(struct str object, struct str name)
{
    size_t at = skip_space(object, 0);
    assert(at < object.len && object.data[at] == '{');
    at = skip_space(object, at + 1);
    while (at < object.len && object.data[at] == '"') {
        size_t key = at, key_end = skip_string(object, at);
        size_t colon = skip_space(object, key_end), value = skip_space(object, colon + 1);
        size_t end = skip_value(object, value);
        if (is_named((struct str){object.data + key, key_end - key}, name)) {
            return (struct str){object.data + value, end - value};
        }
        at = skip_space(object, end);
        at = skip_space(object, at < object.len && object.data[at] == ',' ? at + 1 : at);
    }
    return (struct str){0};
}
