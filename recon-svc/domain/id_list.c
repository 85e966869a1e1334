/* id_list.c - see id_list.h. */
#include "recon-svc/domain/id_list.h"

#include <stdlib.h>
#include <string.h>

void id_list_init(struct id_list *l, size_t max)
{
    *l = (struct id_list){.max = max};
}

static bool make_room(struct id_list *l)
{
    if (l->count == l->max) {
        return false;
    }
    if (l->count < l->cap) {
        return true;
    }
    size_t cap = l->cap == 0 ? 64 : l->cap * 2;
    struct uuid *ids = realloc(l->ids, cap * sizeof *ids);
    if (ids == NULL) {
        return false;
    }
    l->ids = ids;
    l->cap = cap;
    return true;
}

void id_list_add(struct id_list *l, const struct uuid *id)
{
    if (l->count > 0 && uuid_compare(&l->ids[l->count - 1], id) == 0) {
        return;
    }
    if (!make_room(l)) {
        l->is_full = true;
        return;
    }
    l->ids[l->count++] = *id;
}

static int compare(const void *a, const void *b)
{
    return uuid_compare(a, b);
}

static bool is_sorted(const struct id_list *l)
{
    for (size_t i = 1; i < l->count; i++) {
        if (uuid_compare(&l->ids[i - 1], &l->ids[i]) > 0) {
            return false;
        }
    }
    return true;
}

void id_list_sort(struct id_list *l)
{
    if (l->count == 0) {
        return;
    }
    if (!is_sorted(l)) { /* they often are, and qsort takes as much memory again */
        qsort(l->ids, l->count, sizeof *l->ids, compare);
    }
    size_t kept = 1;
    for (size_t i = 1; i < l->count; i++) {
        if (uuid_compare(&l->ids[i], &l->ids[kept - 1]) != 0) {
            l->ids[kept++] = l->ids[i];
        }
    }
    l->count = kept;
}

bool id_list_has(const struct id_list *l, const struct uuid *id)
{
    return l->count > 0 && bsearch(id, l->ids, l->count, sizeof *l->ids, compare) != NULL;
}

void id_list_drop_up_to(struct id_list *l, const struct uuid *id)
{
    size_t first = 0;
    while (first < l->count && uuid_compare(&l->ids[first], id) <= 0) {
        first++;
    }
    l->count -= first;
    if (first > 0 && l->count > 0) {
        memmove(l->ids, l->ids + first, l->count * sizeof *l->ids);
    }
}

void id_list_clear(struct id_list *l)
{
    l->count = 0;
    l->is_full = false;
}

void id_list_free(struct id_list *l)
{
    free(l->ids);
    *l = (struct id_list){0};
}
