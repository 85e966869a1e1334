/* scope.c - one table row per scope. */
#include "shared/contract/scope.h"

#include <assert.h>

enum scope_kind { READ, WRITE, STAFF };

static const struct {
    const char *word;
    enum scope_kind kind;
    const char *help;
} scopes[] = {
#define SCOPE(identifier, word, kind, help) {word, kind, help},
#include "shared/contract/scope.def"
#undef SCOPE
};
_Static_assert(SCOPE_COUNT <= 32, "a scope_set has 32 bits");

const char *scope_word(enum scope s)
{
    assert(s < SCOPE_COUNT);
    return scopes[s].word;
}

const char *scope_help(enum scope s)
{
    assert(s < SCOPE_COUNT);
    return scopes[s].help;
}

enum status scope_parse(struct str word, enum scope *ret_scope)
{
    for (unsigned i = 0; i < SCOPE_COUNT; i++) {
        if (str_eq_c(word, scopes[i].word)) {
            *ret_scope = (enum scope)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

static bool has(struct scope_set set, enum scope s)
{
    return (set.bits & UINT32_C(1) << s) != 0;
}

void scope_set_add(struct scope_set *set, enum scope s)
{
    assert(s < SCOPE_COUNT);
    set->bits |= UINT32_C(1) << s;
}

static bool is_separator(char c)
{
    return c == ' ' || c == ',';
}

enum status scope_set_parse(struct str words, struct scope_set *ret_set)
{
    struct scope_set set = {0};
    for (size_t at = 0; at < words.len;) {
        size_t end = at;
        while (end < words.len && !is_separator(words.data[end])) {
            end++;
        }
        if (end > at) {
            enum scope s;
            if (scope_parse((struct str){words.data + at, end - at}, &s) != STATUS_OK) {
                return STATUS_INVALID;
            }
            scope_set_add(&set, s);
        }
        at = end + 1;
    }
    *ret_set = set;
    return STATUS_OK;
}

bool scope_set_allows(struct scope_set set, enum scope needed)
{
    assert(needed < SCOPE_COUNT);
    return has(set, needed) || has(set, SCOPE_admin) || (has(set, SCOPE_ops) && scopes[needed].kind == READ);
}

bool scope_set_is_staff(struct scope_set set)
{
    return has(set, SCOPE_ops) || has(set, SCOPE_admin);
}
