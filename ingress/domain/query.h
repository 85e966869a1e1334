/* query.h - query parameters by specification: unknown, doubled and ill-formed ones are named. Pure. */
#ifndef INGRESS_DOMAIN_QUERY_H
#define INGRESS_DOMAIN_QUERY_H

#include <stdint.h>

#include "shared/core/arena.h"
#include "shared/core/problem.h"
#include "shared/core/uuid.h"

#define QUERY_VALUE_MAX    256 /* bytes of a text parameter */
#define QUERY_LIMIT_MAX    100
#define QUERY_LIMIT        25
#define QUERY_PARAMS_MAX   12
#define QUERY_METADATA_MAX 8

enum param_type {
    PARAM_TEXT,     /* 1..QUERY_VALUE_MAX bytes of UTF-8 without control characters */
    PARAM_NAME,     /* letters, digits and _ . : - */
    PARAM_WORD,     /* one of words */
    PARAM_CURRENCY, /* a code of currency.def */
    PARAM_ID,       /* a TypeID with the prefix */
    PARAM_OBJECT,   /* a TypeID of anything that events are about */
    PARAM_TIME,     /* RFC 3339 */
    PARAM_DAY,      /* 2026-01-31 */
    PARAM_LIMIT,    /* 1..QUERY_LIMIT_MAX */
    PARAM_METADATA, /* name.KEY=VALUE, up to QUERY_METADATA_MAX of them */
    PARAM_CURSOR    /* checked by the list */
};
struct param_spec {
    const char *name;
    enum param_type type;
    bool staff_only;          /* others may not name it */
    const char *const *words; /* PARAM_WORD: NULL-ended */
    const char *prefix;       /* PARAM_ID */
    const char *help;
};
struct param_value {
    bool is_set;
    struct str text; /* decoded, in the arena; PARAM_METADATA: a JSON object of them */
    int64_t number;  /* PARAM_LIMIT, PARAM_TIME as unix microseconds, PARAM_DAY as days since 1970,
                        PARAM_METADATA how many */
    struct uuid id;  /* PARAM_ID, PARAM_OBJECT */
};

struct query_rules {
    const struct param_spec *specs;
    size_t count;
    bool is_staff;
    struct arena *arena; /* for decoded text */
};
/* ret_values has one element per spec. On failure *ret_problem names every bad parameter. */
NODISCARD enum status query_parse(struct str query, const struct query_rules *rules,
                                  struct param_value *ret_values, struct problem *ret_problem);

#endif
