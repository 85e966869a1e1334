/* text.h - what text may be made of. Pure. */
#ifndef INGRESS_DOMAIN_TEXT_H
#define INGRESS_DOMAIN_TEXT_H

#include <stdbool.h>

#include "shared/core/buf.h"

/* Valid UTF-8 (no overlong forms, no surrogates) without control characters. */
bool text_is_clean(struct str s);
/* 1..max letters, digits and _ . : - */
bool text_is_name(struct str s, size_t max);

#endif
