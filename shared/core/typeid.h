/* typeid.h - public ids by TypeID 0.3: prefix_ and 26 characters of Crockford base32. Pure. */
#ifndef SHARED_CORE_TYPEID_H
#define SHARED_CORE_TYPEID_H

#include "shared/core/uuid.h"

#define TYPEID_SUFFIX_LEN 26
#define TYPEID_TEXT_SIZE  40 /* longest prefix of ours, '_', suffix, NUL */

/* The prefixes of docs/API.md: "acct" "txn" "hold" "evt" "key" "cmd" ... */
void typeid_format(const char *prefix, const struct uuid *u, char ret_text[TYPEID_TEXT_SIZE]);
/* STATUS_INVALID unless it is this prefix, '_' and a canonical lower-case suffix (first character 0..7). */
NODISCARD enum status typeid_parse(const char *prefix, struct str text, struct uuid *ret_uuid);

#endif
