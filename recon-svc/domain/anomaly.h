/* anomaly.h - what a run has found so far: bounded, and each thing once. Pure. */
#ifndef RECON_DOMAIN_ANOMALY_H
#define RECON_DOMAIN_ANOMALY_H

#include "recon-svc/domain/check.h"
#include "shared/core/uuid.h"

enum object_type {
#define OBJECT_TYPE(name, prefix) OBJECT_##name,
#include "recon-svc/domain/object_type.def"
#undef OBJECT_TYPE
    OBJECT_TYPE_COUNT
};
const char *object_type_word(enum object_type t); /* "account" */
NODISCARD enum status object_type_find(struct str word, enum object_type *ret_type);

#define ANOMALY_OBJECT_SIZE 64
#define ANOMALY_DETAIL_SIZE 192
struct anomaly {
    enum check check;
    enum object_type type;
    struct uuid id;                   /* zero for objects without one */
    char object[ANOMALY_OBJECT_SIZE]; /* as clients know it; empty: made from type and id */
    char currency[4];                 /* "" where the amounts are counts */
    bool has_amounts;
    int64_t expected, actual;
    char detail[ANOMALY_DETAIL_SIZE]; /* empty: the check's sentence */
};

#define ANOMALIES_MAX           10000 /* of a run; beyond that they are only counted */
#define ANOMALIES_PER_CHECK_MAX 1000
struct anomalies {
    struct anomaly *all;
    size_t count, cap;
    int64_t found[CHECK_COUNT]; /* also those that were not kept */
    bool is_truncated;          /* some were not kept */
    bool is_cut[CHECK_COUNT];   /* of which checks */
    bool out_of_memory;
};
/* The first of a check and an object counts, later ones say nothing new. */
void anomalies_add(struct anomalies *a, const struct anomaly *anomaly);
void anomalies_free(struct anomalies *a);

/* Amounts of a currency. */
struct anomaly anomaly_amount(enum check check, enum object_type type, const struct uuid *id,
                              const char *currency, const int64_t expected_actual[2]);

#endif
