/* scope.h - what a credential may do: the words of scope.def and what implies what. Pure. */
#ifndef SHARED_CONTRACT_SCOPE_H
#define SHARED_CONTRACT_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/buf.h"

enum scope {
#define SCOPE(identifier, word, kind, help) SCOPE_##identifier,
#include "shared/contract/scope.def"
#undef SCOPE
    SCOPE_COUNT
};

/* A set of scopes: bit i stands for scope i. */
struct scope_set {
    uint32_t bits;
};

const char *scope_word(enum scope s); /* "accounts:read" */
const char *scope_help(enum scope s);
NODISCARD enum status scope_parse(struct str word, enum scope *ret_scope);
void scope_set_add(struct scope_set *set, enum scope s);
/* Words separated by spaces or commas; STATUS_INVALID if one is unknown. */
NODISCARD enum status scope_set_parse(struct str words, struct scope_set *ret_set);
/* Does the set grant it, by itself or through ops or admin? */
bool scope_set_allows(struct scope_set set, enum scope needed);
/* May its holder act on every owner's objects? */
bool scope_set_is_staff(struct scope_set set);

#endif
