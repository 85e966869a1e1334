/* utf8.h - well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. Pure. */
#ifndef SHARED_CORE_UTF8_H
#define SHARED_CORE_UTF8_H

#include <stddef.h>

#define UTF8_MAX 4 /* bytes of a character */

/* The length of the character that starts here, of which at most `left` bytes may be read; 0: none does. */
size_t utf8_length(const char *text, size_t left);

#endif
