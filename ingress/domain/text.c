/* text.c - see text.h. */
#include "ingress/domain/text.h"

#include <ctype.h>
#include <string.h>

/* The length of the well-formed sequence that starts here (Unicode, table 3-7); 0: none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t len;
    } forms[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (s[0] < forms[i].first_low || s[0] > forms[i].first_high || forms[i].len > left) {
            continue;
        }
        if (forms[i].len > 1 && (s[1] < forms[i].second_low || s[1] > forms[i].second_high)) {
            continue;
        }
        for (size_t k = 2; k < forms[i].len; k++) {
            if ((s[k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return forms[i].len;
    }
    return 0;
}

bool text_is_clean(struct str s)
{
    const unsigned char *bytes = (const unsigned char *)s.data;
    for (size_t at = 0; at < s.len;) {
        size_t len = utf8_length(bytes + at, s.len - at);
        bool is_c1_control = len == 2 && bytes[at] == 0xc2 && bytes[at + 1] < 0xa0;
        if (len == 0 || is_c1_control) {
            return false;
        }
        at += len;
    }
    return true;
}

bool text_is_name(struct str s, size_t max)
{
    if (s.len == 0 || s.len > max) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (!isalnum((unsigned char)s.data[i]) && strchr("_.:-", s.data[i]) == NULL) {
            return false;
        }
    }
    return true;
}
