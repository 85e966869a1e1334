/* subscribers.c - see subscribers.h. What changed is found in the sorted list by halving it; what is new is
   sorted by itself and merged, so that a change costs one walk over the list at most. */
#include "webhook-svc/edge/subscribers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/contract/fact.h"
#include "shared/core/clock.h"
#include "webhook-svc/store/deliveries.h"

#define READ_AGAIN_US INT64_C(30000000)
#define CAP_MIN       64

/* Of both statements. */
enum column {
    COL_SNAPSHOT,
    COL_ID,
    COL_OWNER,
    COL_EVENT_TYPES,
    COL_STATUS,
    COL_CREATED_AT,
    COL_CREATED_SEQ,
    COL_FILE /* of changes only */
};

void subscribers_init(struct subscribers *s)
{
    *s = (struct subscribers){0};
    buf_init(&s->snapshot, SNAPSHOT_MAX);
}

static void forget_all(struct subscribers *s)
{
    for (size_t i = 0; i < s->count; i++)
        json_decref(s->list[i].event_types);
    s->count = s->pattern_count = 0;
    s->wants_all = false;
}

void subscribers_free(struct subscribers *s)
{
    forget_all(s);
    free(s->list);
    buf_free(&s->snapshot);
    *s = (struct subscribers){0};
}

void subscribers_doubt(struct subscribers *s)
{
    buf_reset(&s->snapshot);
}

static int by_owner(const void *a, const void *b)
{
    const struct subscriber *x = a, *y = b;
    int order = strcmp(x->owner, y->owner);
    return order != 0 ? order : uuid_compare(&x->id, &y->id);
}

/* Among the first of the list, which are sorted. */
static struct subscriber *find(const struct subscribers *s, size_t sorted, const struct subscriber *wanted)
{
    return sorted == 0 ? NULL : bsearch(wanted, s->list, sorted, sizeof *wanted, by_owner);
}

/* At the end. */
static enum status add(struct subscribers *s, const struct subscriber *one)
{
    if (s->count == s->cap) {
        size_t cap = s->cap > 0 ? 2 * s->cap : CAP_MIN;
        struct subscriber *longer = reallocarray(s->list, cap, sizeof *longer);
        if (longer == NULL)
            return STATUS_NO_MEMORY;
        s->list = longer;
        s->cap = cap;
    }
    s->list[s->count++] = *one;
    return STATUS_OK;
}

static void add_patterns(struct subscribers *s, const json_t *event_types)
{
    size_t i, k;
    const json_t *pattern;
    json_array_foreach(event_types, i, pattern)
    {
        const char *text = json_string_value(pattern);
        for (k = 0; text != NULL && k < s->pattern_count && strcmp(s->patterns[k], text) != 0; k++)
            ;
        if (text == NULL || k < s->pattern_count)
            continue;
        if (k == SUBSCRIBERS_PATTERNS_MAX || strlen(text) >= sizeof s->patterns[k])
            s->wants_all = true;
        else
            (void)snprintf(s->patterns[s->pattern_count++], sizeof s->patterns[k], "%s", text);
    }
}

/* STATUS_NO_MEMORY: without event types. */
static enum status read_row(const PGresult *r, int row, struct subscriber *ret_one)
{
    struct str owner = db_get_str(r, row, COL_OWNER), types = db_get_str(r, row, COL_EVENT_TYPES);
    struct str status = db_get_str(r, row, COL_STATUS);
    *ret_one = (struct subscriber){.id = db_get_uuid(r, row, COL_ID),
                                   .is_enabled = str_eq_c(status, "enabled"),
                                   .is_gone = str_eq_c(status, "deleted"),
                                   .event_types = json_loadb(types.data, types.len, 0, NULL),
                                   .created_us = db_get_time(r, row, COL_CREATED_AT),
                                   .created_seq = db_get_int(r, row, COL_CREATED_SEQ)};
    (void)snprintf(ret_one->owner, sizeof ret_one->owner, "%.*s", (int)owner.len, owner.data);
    return ret_one->event_types != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

/* In its place, or behind those that are sorted. */
static enum status take_row(struct subscribers *s, size_t sorted, const PGresult *r, int row)
{
    struct subscriber one, *known;
    enum status status = read_row(r, row, &one);
    if (status != STATUS_OK)
        return status;
    add_patterns(s, one.event_types);
    known = find(s, sorted, &one);
    if (known != NULL) {
        json_decref(known->event_types);
        *known = one;
        return STATUS_OK;
    }
    status = add(s, &one);
    if (status != STATUS_OK)
        json_decref(one.event_types);
    return status;
}

static void drop_gone(struct subscribers *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i].is_gone)
            json_decref(s->list[i].event_types);
        else if (kept++ != i)
            s->list[kept - 1] = s->list[i];
    }
    s->count = kept;
}

/* What is behind the sorted ones takes its places among them. */
static enum status merge(struct subscribers *s, size_t sorted)
{
    size_t fresh = s->count - sorted, to = s->count;
    struct subscriber *added = calloc(fresh, sizeof *added);
    if (added == NULL)
        return STATUS_NO_MEMORY;
    memcpy(added, s->list + sorted, fresh * sizeof *added);
    qsort(added, fresh, sizeof *added, by_owner);
    while (fresh > 0) {
        bool is_added = sorted == 0 || by_owner(&added[fresh - 1], &s->list[sorted - 1]) > 0;
        s->list[--to] = is_added ? added[--fresh] : s->list[--sorted];
    }
    free(added);
    return STATUS_OK;
}

static enum status take_rows(struct subscribers *s, const PGresult *r)
{
    size_t sorted = s->count;
    enum status status = STATUS_OK;
    for (int row = 0; row < PQntuples(r) && status == STATUS_OK; row++)
        status = take_row(s, sorted, r, row);
    if (status == STATUS_OK && s->count > sorted)
        status = merge(s, sorted);
    if (status != STATUS_OK)
        return status;
    drop_gone(s);
    s->created_us = s->created_seq = INT64_MAX;
    for (size_t i = 0; i < s->count; i++) {
        const struct subscriber *one = &s->list[i];
        s->created_us = one->created_us < s->created_us ? one->created_us : s->created_us;
        s->created_seq = one->created_seq < s->created_seq ? one->created_seq : s->created_seq;
    }
    return STATUS_OK;
}

static enum status keep_snapshot(struct subscribers *s, struct str snapshot)
{
    buf_reset(&s->snapshot);
    buf_add(&s->snapshot, snapshot.data, snapshot.len);
    return buf_status(&s->snapshot);
}

/* The snapshot is older than what is read: what lies between is read once more. */
static enum status read_all(struct subscribers *s, struct db *db)
{
    CLEANUP(db_result_ptr) PGresult *snapshot = NULL;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    enum status status = store_find_snapshot(db, &snapshot);
    if (status == STATUS_OK)
        status = store_list_endpoints(db, &rows);
    if (status != STATUS_OK)
        return status;
    forget_all(s);
    s->read_us = clock_monotonic_us();
    s->file = db_get_int(snapshot, 0, 1);
    status = take_rows(s, rows);
    return status == STATUS_OK ? keep_snapshot(s, db_get_str(snapshot, 0, 0)) : status;
}

/* A demonstration that was put back has truncated them, which leaves no trace but another file. */
static enum status read_changes(struct subscribers *s, struct db *db)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    const struct str known = {s->snapshot.data, s->snapshot.len};
    enum status status = store_list_changed_endpoints(db, known, &rows);
    if (status == STATUS_OK && db_get_int(rows, 0, COL_FILE) != s->file)
        return read_all(s, db);
    if (status == STATUS_OK && !db_is_null(rows, 0, COL_ID))
        status = take_rows(s, rows);
    return status == STATUS_OK ? keep_snapshot(s, db_get_str(rows, 0, COL_SNAPSHOT)) : status;
}

/* All are read now and then, so that nobody is asked for what only those wanted that are gone. */
enum status subscribers_update(struct subscribers *s, struct db *db)
{
    bool is_stale = s->snapshot.len == 0 || clock_monotonic_us() > s->read_us + READ_AGAIN_US;
    enum status status = is_stale ? read_all(s, db) : read_changes(s, db);
    if (status != STATUS_OK)
        subscribers_doubt(s);
    return status;
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
    bool wanted = s->wants_all;
    for (size_t i = 0; i < s->pattern_count && !wanted; i++)
        wanted = fact_matches(str_of(s->patterns[i]), type);
    return wanted;
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
