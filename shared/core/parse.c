/* parse.c - strict numbers, booleans and hex. */
#include "shared/core/parse.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum status parse_int64(struct str s, int64_t min, int64_t max, int64_t *ret_value)
{
    bool negative = s.len > 0 && s.data[0] == '-';
    size_t at = negative ? 1 : 0;
    bool lone_zero = s.len == 1 && s.data[0] == '0';
    if (at == s.len || (s.data[at] == '0' && !lone_zero)) {
        return STATUS_INVALID;
    }
    int64_t value = 0; /* built with its sign, so that INT64_MIN needs no special case */
    for (; at < s.len; at++) {
        if (!is_digit(s.data[at])) {
            return STATUS_INVALID;
        }
        int digit = s.data[at] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value)) {
            return STATUS_INVALID;
        }
    }
    if (value < min || value > max) {
        return STATUS_INVALID;
    }
    *ret_value = value;
    return STATUS_OK;
}

enum status parse_bool(struct str s, bool *ret_value)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {{"true", true}, {"false", false}, {"on", true},  {"off", false},
                 {"1", true},    {"0", false},     {"yes", true}, {"no", false}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq_c(s, words[i].text)) {
            *ret_value = words[i].value;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

#define NOT_HEX 16u

static unsigned hex_digit(char c)
{
    if (is_digit(c)) {
        return (unsigned)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (unsigned)(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'F') {
        return (unsigned)(c - 'A' + 10);
    }
    return NOT_HEX;
}

enum status parse_hex(struct str s, uint8_t *ret_bytes, size_t len)
{
    if (s.len != 2 * len) {
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < s.len; i++) { /* look first: the result stays untouched on failure */
        if (hex_digit(s.data[i]) == NOT_HEX) {
            return STATUS_INVALID;
        }
    }
    for (size_t i = 0; i < len; i++) {
        ret_bytes[i] = (uint8_t)(hex_digit(s.data[2 * i]) << 4 | hex_digit(s.data[2 * i + 1]));
    }
    return STATUS_OK;
}

void format_hex(const uint8_t *bytes, size_t len, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_text[2 * len] = '\0';
}
