/* json_in.h - strict JSON by field spec: unknown, duplicate, missing and ill-typed fields are named. Pure. */
#ifndef SHARED_CORE_JSON_IN_H
#define SHARED_CORE_JSON_IN_H

#include <jansson.h>

#include "shared/core/buf.h"
#include "shared/core/problem.h"

#define JSON_DEPTH_MAX     32
#define JSON_VALUES_MAX    2000 /* a parsed value takes many times its bytes */
#define METADATA_KEYS_MAX  50
#define METADATA_KEY_MAX   40
#define METADATA_VALUE_MAX 500
#define FIELD_STRINGS_MAX  64

enum field_type {
    FIELD_STRING, /* min..max characters (Unicode code points), no control characters */
    FIELD_NAME,   /* as a string, of letters, digits and _ . : - only; else 422 invalid_value */
    FIELD_INT,    /* min..max, short of the int64 limits; outside is 422 invalid_value */
    FIELD_AMOUNT, /* 1..MONEY_AMOUNT_MAX; outside, also beyond int64, is 422 amount_out_of_range */
    FIELD_BOOL,
    FIELD_TIME,     /* RFC 3339; else 422 invalid_value */
    FIELD_CURRENCY, /* a code of currency.def; else 422 unknown_currency */
    FIELD_ID,       /* a TypeID with the given prefix; a string that is none is 422, outcome `not_found_as` */
    FIELD_ENUM,     /* one of `words`; else 422 invalid_value listing them */
    FIELD_METADATA, /* object of string values: METADATA_* limits; keys without control characters */
    FIELD_LIST,     /* an array of min..max objects with the fields `items`; else 422 invalid_value */
    FIELD_OBJECT,   /* an object of `members`; without these one that somebody else checks */
    FIELD_STRINGS   /* an array of min..max strings of 1..FIELD_STRINGS_MAX characters; else 422 invalid_value
                     */
};

struct field_spec {
    const char *name;
    enum field_type type;
    bool required;
    bool made; /* ingress makes it: it is no field of the client's body */
    int64_t min, max;
    const char *prefix;             /* FIELD_ID */
    enum outcome not_found_as;      /* FIELD_ID: outcome of a malformed id, e.g. OUTCOME_account_not_found */
    const char *const *words;       /* FIELD_ENUM: NULL-terminated */
    const struct field_spec *items; /* FIELD_LIST: the fields of each; lists and objects do not nest */
    size_t item_field_count;
    const struct field_spec *members; /* FIELD_OBJECT; NULL: somebody else checks it */
    size_t member_count;
    const char *help; /* one line for the OpenAPI document */
};

/* Parses one JSON object: UTF-8 without BOM, no trailing text, no NUL, depth at most JSON_DEPTH_MAX,
   at most JSON_VALUES_MAX values. Integers
   beyond int64 do not fail here: they become the nearest int64, which no field accepts, so that json_check
   names the field. On failure *ret_problem is filled. *ret_object is a new reference. */
NODISCARD enum status json_parse_object(struct str text, json_t **ret_object, struct problem *ret_problem);
/* The same with at most values_max values. */
NODISCARD enum status json_parse_object_within(struct str text, int values_max, json_t **ret_object,
                                               struct problem *ret_problem);
/* All errors at once with exact pointers, 400s taking precedence over 422s for the problem's outcome.
   ret_problem is written only on failure. */
NODISCARD enum status json_check(const json_t *object, const struct field_spec *fields, size_t count,
                                 struct problem *ret_problem);
/* Canonical text: sorted keys, compact (the form that is fingerprinted and sent). */
NODISCARD enum status json_canonical(const json_t *value, struct buf *out);

/* The text of a member's value, letter by letter as it came in the text of an object that was parsed; data
   NULL: there is none. */
struct str json_member_text(struct str object, const char *name);

/* After json_check these cannot fail. An absent field gives {NULL, 0}, the fallback, or false for an id. Text
   is borrowed from object. */
struct str json_get_str(const json_t *object, const char *name);
int64_t json_get_int(const json_t *object, const char *name, int64_t fallback);
bool json_get_bool(const json_t *object, const char *name, bool fallback);
bool json_get_id(const json_t *object, const char *name, const char *prefix, struct uuid *ret_id);

void json_decref_ptr(json_t **value); /* for CLEANUP */

#endif
