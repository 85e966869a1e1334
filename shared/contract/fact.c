/* fact.c - see fact.h. */
#include "shared/contract/fact.h"

#include <string.h>

static const char *const facts[] = {
#define FACT(type) type,
#include "shared/contract/fact.def"
#undef FACT
};

bool fact_matches(struct str pattern, struct str type)
{
    if (str_eq_c(pattern, "*")) {
        return true;
    }
    bool is_resource =
        pattern.len > 2 && pattern.data[pattern.len - 1] == '*' && pattern.data[pattern.len - 2] == '.';
    if (!is_resource) {
        return str_eq(pattern, type);
    }
    size_t len = pattern.len - 1; /* with its dot */
    return type.len > len && memcmp(pattern.data, type.data, len) == 0;
}

bool fact_pattern_is_known(struct str pattern)
{
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        if (fact_matches(pattern, str_of(facts[i]))) {
            return true;
        }
    }
    return false;
}
