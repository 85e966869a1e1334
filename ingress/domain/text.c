/* text.c - see text.h. */
#include "ingress/domain/text.h"

#include <ctype.h>
#include <string.h>

#include "shared/core/utf8.h"

bool text_is_clean(struct str s)
{
    const unsigned char *bytes = (const unsigned char *)s.data;
    for (size_t at = 0; at < s.len;) {
        size_t len = utf8_length(s.data + at, s.len - at);
        bool is_control = len == 1 && (bytes[at] < 0x20 || bytes[at] == 0x7f);
        bool is_c1_control = len == 2 && bytes[at] == 0xc2 && bytes[at + 1] < 0xa0;
        if (len == 0 || is_control || is_c1_control) {
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
