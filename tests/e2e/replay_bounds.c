/* replay_bounds.c - between which facts a call must have been decided, as its client can know it. */
#include <stdlib.h>

#include "tests/e2e/replay_internal.h"

static int64_t sent_us(const struct call *c)
{
    return c->tries[0].sent_us;
}

static int by_answered(const void *a, const void *b)
{
    int64_t x = (*(struct call *const *)a)->told->answered_us,
            y = (*(struct call *const *)b)->told->answered_us;
    return (x > y) - (x < y);
}

static int by_sent(const void *a, const void *b)
{
    int64_t x = sent_us(*(struct call *const *)a), y = sent_us(*(struct call *const *)b);
    return (x > y) - (x < y);
}

void bounds_prepare(struct replay *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->log->count; i++) {
        struct call *c = r->log->calls[i];
        if (c->told != NULL && c->first_fact != SIZE_MAX)
            r->by_answer[n] = r->by_sending[n] = c, n++;
    }
    r->effect_count = n;
    qsort(r->by_answer, n, sizeof(struct call *), by_answered);
    qsort(r->by_sending, n, sizeof(struct call *), by_sent);
    for (size_t i = 0; i < n; i++) {
        size_t last = r->by_answer[i]->last_fact;
        r->latest[i] = i > 0 && r->latest[i - 1] > last ? r->latest[i - 1] : last;
    }
    for (size_t i = n; i-- > 0;) {
        size_t first = r->by_sending[i]->first_fact;
        r->earliest[i] = i + 1 < n && r->earliest[i + 1] < first ? r->earliest[i + 1] : first;
    }
}

struct bounds bounds_of(const struct replay *r, const struct call *c)
{
    struct bounds b = {0, r->after->fact_count};
    size_t low = 0, high = r->effect_count;
    while (low < high) { /* how many were answered before it was sent */
        size_t middle = (low + high) / 2;
        if (r->by_answer[middle]->told->answered_us < sent_us(c))
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0)
        b.from = r->latest[low - 1] + 1;
    low = 0, high = r->effect_count;
    while (low < high) { /* the first that was sent after it was answered */
        size_t middle = (low + high) / 2;
        if (sent_us(r->by_sending[middle]) <= c->told->answered_us)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < r->effect_count)
        b.to = r->earliest[low];
    return b;
}
