/* subscribers.c - see subscribers.h. An endpoint's row may become visible a while after the time that it
   bears, so each question goes back a little further than the last answer. */
#include "webhook-svc/edge/subscribers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/contract/fact.h"
#include "shared/core/clock.h"
#include "webhook-svc/store/deliveries.h"

#define BACK_US       INT64_C(60000000)
#define READ_AGAIN_US INT64_C(30000000)

void subscribers_free(struct subscribers *s)
{
    for (size_t i = 0; i < s->count; i++)
        json_decref(s->list[i].event_types);
    free(s->list);
    *s = (struct subscribers){0};
}

static int by_owner(const void *a, const void *b)
{
    const struct subscriber *x = a, *y = b;
    int order = strcmp(x->owner, y->owner);
    return order != 0 ? order : uuid_compare(&x->id, &y->id);
}

static struct subscriber *find(const struct subscribers *s, const struct uuid *id)
{
    for (size_t i = 0; i < s->count; i++)
        if (uuid_compare(&s->list[i].id, id) == 0)
            return &s->list[i];
    return NULL;
}

static void drop(struct subscribers *s, struct subscriber *gone)
{
    json_decref(gone->event_types);
    *gone = s->list[--s->count];
}

static struct subscriber *add(struct subscribers *s, const struct uuid *id)
{
    if (s->list == NULL || s->count == s->cap) {
        size_t cap = s->cap > 0 ? 2 * s->cap : 64;
        struct subscriber *longer = reallocarray(s->list, cap, sizeof *longer);
        if (longer == NULL)
            return NULL;
        s->list = longer;
        s->cap = cap;
    }
    s->list[s->count] = (struct subscriber){.id = *id};
    return &s->list[s->count++];
}

static enum status take_row(struct subscribers *s, const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, 0);
    struct str owner = db_get_str(r, row, 1), types = db_get_str(r, row, 2), status = db_get_str(r, row, 3);
    struct subscriber *known = find(s, &id);
    if (str_eq_c(status, "deleted")) {
        if (known != NULL)
            drop(s, known);
        return STATUS_OK;
    }
    json_t *list = json_loadb(types.data, types.len, 0, NULL);
    if (known == NULL)
        known = add(s, &id);
    if (known == NULL || list == NULL) {
        json_decref(list);
        return STATUS_NO_MEMORY;
    }
    json_decref(known->event_types);
    known->event_types = list;
    known->is_enabled = str_eq_c(status, "enabled");
    known->created_us = db_get_time(r, row, 4);
    (void)snprintf(known->owner, sizeof known->owner, "%.*s", (int)owner.len, owner.data);
    return STATUS_OK;
}

enum status subscribers_update(struct subscribers *s, struct db *db)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (clock_monotonic_us() > s->read_us + READ_AGAIN_US) {
        subscribers_free(s); /* a demonstration that was put back deletes without a trace */
        s->read_us = clock_monotonic_us();
    }
    enum status status = store_list_endpoints(db, s->changed_us > BACK_US ? s->changed_us - BACK_US : 0, &r);
    if (status != STATUS_OK)
        return status;
    for (int row = 0; row < PQntuples(r) && status == STATUS_OK; row++)
        status = take_row(s, r, row);
    if (status != STATUS_OK || PQntuples(r) == 0)
        return status;
    s->changed_us = db_get_time(r, PQntuples(r) - 1, 5);
    if (s->count > 0)
        qsort(s->list, s->count, sizeof *s->list, by_owner);
    s->created_us = INT64_MAX;
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].created_us < s->created_us)
            s->created_us = s->list[i].created_us;
    return STATUS_OK;
}

static bool wants(const struct subscriber *s, struct str type)
{
    size_t i;
    const json_t *pattern;
    json_array_foreach(s->event_types, i, pattern)
    {
        if (fact_matches((struct str){json_string_value(pattern), json_string_length(pattern)}, type))
            return true;
    }
    return false;
}

bool subscribers_want(const struct subscribers *s, struct str type)
{
    for (size_t i = 0; i < s->count; i++)
        if (wants(&s->list[i], type))
            return true;
    return false;
}

static int compare_owner(struct str owner, const struct subscriber *s)
{
    int order = strncmp(owner.data, s->owner, owner.len);
    return order != 0 ? order : (s->owner[owner.len] == '\0' ? 0 : -1);
}

/* The first place that is not before the owner's. */
static size_t first_of(const struct subscribers *s, struct str owner)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_owner(owner, &s->list[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct subscriber *subscribers_next(const struct subscribers *s, struct str owner, struct str type,
                                          const struct subscriber *behind)
{
    size_t i = behind == NULL ? first_of(s, owner) : (size_t)(behind - s->list) + 1;
    for (; i < s->count && compare_owner(owner, &s->list[i]) == 0; i++)
        if (wants(&s->list[i], type))
            return &s->list[i];
    return NULL;
}
