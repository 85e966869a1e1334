/* statement_seen.c - see statement_seen.h. */
#include "recon-svc/domain/statement_seen.h"

#include <stdlib.h>

static int compare_places(const void *a, const void *b, void *context)
{
    const struct statement *s = context;
    size_t pa = *(const size_t *)a, pb = *(const size_t *)b;
    int order = statement_line_compare(&s->lines[pa], &s->lines[pb]);
    return order != 0 ? order : (pa > pb) - (pa < pb);
}

static const struct statement_line *line_of(const struct statement_seen *seen, size_t at)
{
    return &seen->statement->lines[seen->order[at]];
}

static size_t put_in_order(struct statement_seen *seen)
{
    struct statement *s = seen->statement;
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        s->lines[i].is_seen = false;
        if (s->lines[i].refused == NULL)
            seen->order[count++] = i;
    }
    qsort_r(seen->order, count, sizeof *seen->order, compare_places, s);
    return count;
}

enum status statement_seen_begin(struct statement *s, struct arena *arena, struct statement_seen *ret)
{
    struct statement_seen seen = {.statement = s};
    seen.order = arena_alloc_array(arena, s->count + 1, sizeof *seen.order);
    seen.groups = arena_alloc_array(arena, s->count + 1, sizeof *seen.groups);
    if (seen.order == NULL || seen.groups == NULL)
        return STATUS_NO_MEMORY;
    size_t count = put_in_order(&seen);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || statement_line_compare(line_of(&seen, i - 1), line_of(&seen, i)) != 0)
            seen.groups[seen.group_count++] = (struct seen_group){.first = i};
        seen.groups[seen.group_count - 1].count++;
    }
    *ret = seen;
    return STATUS_OK;
}

void statement_seen_open(struct statement_seen *seen)
{
    for (size_t i = 0; i < seen->group_count; i++)
        seen->groups[i].had = 0;
}

static struct seen_group *find_group(const struct statement_seen *seen, const struct statement_line *line)
{
    size_t low = 0, high = seen->group_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = statement_line_compare(line_of(seen, seen->groups[middle].first), line);
        if (order == 0)
            return &seen->groups[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void statement_seen_add(struct statement_seen *seen, const struct statement_line *earlier)
{
    struct seen_group *g = find_group(seen, earlier);
    if (g == NULL || ++g->had <= g->seen || g->seen == g->count)
        return;
    seen->statement->lines[seen->order[g->first + g->seen++]].is_seen = true;
}
