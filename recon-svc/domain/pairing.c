/* pairing.c - see pairing.h. */
#include "recon-svc/domain/pairing.h"

#define AHEAD_US    INT64_C(60000000)
#define SAMPLE_US   INT64_C(1000000)
#define POSTED_MANY 100000

void pairing_init(struct pairing *p, size_t max, const struct uuid *after)
{
    *p = (struct pairing){.compared = *after, .highest = *after};
    id_list_init(&p->posted, max);
    id_list_init(&p->waiting, max);
}

void pairing_free(struct pairing *p)
{
    id_list_free(&p->posted);
    id_list_free(&p->waiting);
}

void pairing_post(struct pairing *p, int64_t seq, const struct uuid *transaction)
{
    id_list_add(&p->posted, transaction);
    if (uuid_compare(transaction, &p->highest) > 0)
        p->highest = *transaction;
    const struct pairing_sample *newest =
        &p->samples[(p->sample_count + PAIRING_SAMPLES - 1) % PAIRING_SAMPLES];
    if (p->sample_count == 0 || uuid7_unix_us(&p->highest) - uuid7_unix_us(&newest->highest) >= SAMPLE_US)
        p->samples[p->sample_count++ % PAIRING_SAMPLES] = (struct pairing_sample){seq, p->highest};
}

bool pairing_is_due(const struct pairing *p)
{
    size_t room = p->posted.max - p->left; /* half of it may be taken, however many a minute has */
    return p->posted.count >= POSTED_MANY + 2 * p->left || p->posted.count >= p->left + (room + 1) / 2;
}

struct uuid pairing_bound(const struct pairing *p)
{
    int64_t until_us = uuid7_unix_us(&p->highest) - AHEAD_US;
    struct uuid bound = uuid7_make(until_us > 0 ? until_us : 0, 0, 0);
    return uuid_compare(&bound, &p->compared) > 0 ? bound : p->compared;
}

/* Both lists are sorted. */
static void drop_posted(struct id_list *waiting, const struct id_list *posted)
{
    size_t kept = 0, next = 0;
    for (size_t i = 0; i < waiting->count; i++) {
        int order = 1;
        while (next < posted->count && (order = uuid_compare(&posted->ids[next], &waiting->ids[i])) < 0)
            next++;
        if (next == posted->count || order != 0)
            waiting->ids[kept++] = waiting->ids[i];
    }
    waiting->count = kept;
}

void pairing_begin(struct pairing *p)
{
    id_list_sort(&p->posted);
    drop_posted(&p->waiting, &p->posted);
}

/* They come in order, so that those that wait are sorted, too. */
void pairing_page(struct pairing *p, const struct id_list *transactions, const struct uuid *up_to)
{
    for (size_t i = 0; i < transactions->count; i++)
        if (!id_list_has(&p->posted, &transactions->ids[i]))
            id_list_add(&p->waiting, &transactions->ids[i]);
    p->compared = *up_to;
}

void pairing_end(struct pairing *p)
{
    id_list_drop_up_to(&p->posted, &p->compared);
    p->left = p->posted.count;
}

bool pairing_place(const struct pairing *p, struct pairing_sample *ret_place)
{
    size_t kept = p->sample_count < PAIRING_SAMPLES ? p->sample_count : PAIRING_SAMPLES;
    for (size_t i = 1; i <= kept; i++) {
        const struct pairing_sample *s = &p->samples[(p->sample_count - i) % PAIRING_SAMPLES];
        if (uuid7_unix_us(&s->highest) <= uuid7_unix_us(&p->highest) - AHEAD_US) {
            *ret_place = *s;
            return true;
        }
    }
    return false;
}
