/* anomaly.c - see anomaly.h. */
#include "recon-svc/domain/anomaly.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/typeid.h"

static const struct {
    const char *word, *prefix;
} types[OBJECT_TYPE_COUNT] = {
#define OBJECT_TYPE(name, prefix) [OBJECT_##name] = {#name, prefix},
#include "recon-svc/domain/object_type.def"
#undef OBJECT_TYPE
};

const char *object_type_word(enum object_type t)
{
    assert((unsigned)t < OBJECT_TYPE_COUNT);
    return types[t].word;
}

enum status object_type_find(struct str word, enum object_type *ret_type)
{
    for (int t = 0; t < OBJECT_TYPE_COUNT; t++) {
        if (str_eq_c(word, types[t].word)) {
            *ret_type = (enum object_type)t;
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}

static void name_object(struct anomaly *a)
{
    if (a->object[0] != '\0') {
        return;
    }
    assert(types[a->type].prefix[0] != '\0');
    char id[TYPEID_TEXT_SIZE];
    typeid_format(types[a->type].prefix, &a->id, id);
    (void)snprintf(a->object, sizeof a->object, "%s", id);
}

static bool is_known(const struct anomalies *a, const struct anomaly *anomaly)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->all[i].check == anomaly->check && strcmp(a->all[i].object, anomaly->object) == 0) {
            return true;
        }
    }
    return false;
}

/* False when there is no room for one more. */
static bool make_room(struct anomalies *a)
{
    if (a->count < a->cap) {
        return true;
    }
    size_t cap = a->cap == 0 ? 16 : a->cap * 2;
    struct anomaly *all = realloc(a->all, cap * sizeof *all);
    if (all == NULL) {
        a->out_of_memory = true;
        return false;
    }
    a->all = all;
    a->cap = cap;
    return true;
}

void anomalies_add(struct anomalies *a, const struct anomaly *anomaly)
{
    struct anomaly named = *anomaly;
    name_object(&named);
    bool is_full = a->count == ANOMALIES_MAX || a->found[named.check] >= ANOMALIES_PER_CHECK_MAX;
    if (!is_full && is_known(a, &named)) {
        return;
    }
    a->found[named.check]++;
    if (is_full || !make_room(a)) {
        a->is_truncated = a->is_cut[named.check] = true;
        return;
    }
    if (named.detail[0] == '\0') {
        (void)snprintf(named.detail, sizeof named.detail, "%s", check_row(named.check)->sentence);
    }
    a->all[a->count++] = named;
}

void anomalies_free(struct anomalies *a)
{
    free(a->all);
    *a = (struct anomalies){0};
}

struct anomaly anomaly_amount(enum check check, enum object_type type, const struct uuid *id,
                              const char *currency, const int64_t expected_actual[2])
{
    struct anomaly a = {.check = check,
                        .type = type,
                        .id = *id,
                        .has_amounts = true,
                        .expected = expected_actual[0],
                        .actual = expected_actual[1]};
    (void)snprintf(a.currency, sizeof a.currency, "%s", currency);
    return a;
}
