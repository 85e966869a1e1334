/* receivers.c - see receivers.h. */
#include "webhook-svc/edge/receivers.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS     1024
#define OWNER_SLOTS 4096

struct receivers {
    struct receiver *buckets[BUCKETS];
    struct receiver *listed;
    int owners_in_hand[OWNER_SLOTS];
};

void queue_push(struct queue *q, struct sending *s)
{
    s->next = NULL;
    if (q->last != NULL)
        q->last->next = s;
    else
        q->first = s;
    q->last = s;
    q->count++;
}

struct sending *queue_pop(struct queue *q)
{
    struct sending *s = q->first;
    if (s == NULL)
        return NULL;
    q->first = s->next;
    if (q->first == NULL)
        q->last = NULL;
    q->count--;
    return s;
}

struct receivers *receivers_new(void)
{
    return calloc(1, sizeof(struct receivers));
}

void receivers_free(struct receivers *all)
{
    if (all == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct receiver *r = all->buckets[i], *next; r != NULL; r = next) {
            next = r->next;
            free(r);
        }
    free(all);
}

static size_t bucket_of(const struct uuid *id)
{
    uint32_t random_part;
    memcpy(&random_part, id->bytes + 12, sizeof random_part);
    return random_part % BUCKETS;
}

struct receiver *receivers_find(struct receivers *all, const struct uuid *endpoint, int64_t unanswered)
{
    struct receiver **place = &all->buckets[bucket_of(endpoint)];
    for (; *place != NULL; place = &(*place)->next)
        if (uuid_compare(&(*place)->endpoint, endpoint) == 0)
            return *place;
    *place = calloc(1, sizeof **place);
    if (*place == NULL)
        return NULL;
    (*place)->endpoint = *endpoint;
    (*place)->circuit.unanswered = unanswered;
    return *place;
}

/* FNV-1a */
int *receivers_of_owner(struct receivers *all, const char *owner)
{
    uint32_t hash = 2166136261U;
    for (const char *c = owner; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619U;
    return &all->owners_in_hand[hash % OWNER_SLOTS];
}

void receivers_list(struct receivers *all, struct receiver *r)
{
    if (r->is_listed)
        return;
    r->is_listed = true;
    r->next_listed = all->listed;
    all->listed = r;
}

struct receiver *receivers_take_listed(struct receivers *all)
{
    struct receiver *first = all->listed;
    for (struct receiver *r = first; r != NULL; r = r->next_listed)
        r->is_listed = false;
    all->listed = NULL;
    return first;
}

static bool is_idle(const struct receiver *r, int64_t now_us)
{
    return r->in_hand == 0 && r->budget.spent_us <= now_us && r->circuit.next_us <= now_us &&
           r->turns.last_us <= now_us;
}

void receivers_forget_idle(struct receivers *all, int64_t now_us)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct receiver **place = &all->buckets[i]; *place != NULL;) {
            struct receiver *r = *place;
            if (!is_idle(r, now_us)) {
                place = &r->next;
                continue;
            }
            *place = r->next;
            free(r);
        }
}
