/* receivers.c - see receivers.h. */
#include "webhook-svc/edge/receivers.h"

#include <stdlib.h>
#include <string.h>

#include "webhook-svc/domain/owner_slot.h"

#define BUCKETS 1024

struct receivers {
    struct receiver *buckets[BUCKETS];
    struct receiver *listed;
    struct owner_share owners[OWNER_SLOTS];
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

/* Its place, which is empty if it is not known. */
static struct receiver **place_of(struct receivers *all, const struct uuid *endpoint)
{
    struct receiver **place = &all->buckets[bucket_of(endpoint)];
    while (*place != NULL && uuid_compare(&(*place)->endpoint, endpoint) != 0)
        place = &(*place)->next;
    return place;
}

struct receiver *receivers_find(struct receivers *all, const struct sending *s)
{
    struct receiver **place = place_of(all, &s->endpoint), *r = *place;
    if (r == NULL) {
        r = *place = calloc(1, sizeof *r);
        if (r == NULL)
            return NULL;
        r->endpoint = s->endpoint;
    }
    if (s->url_version > r->url_version) {
        r->url_version = s->url_version;
        r->circuit = (struct circuit){.unanswered = s->unanswered};
        r->turns = (struct turns){.took_us = 0};
    }
    return r;
}

void receivers_note_answer(const struct sending *s, bool was_answered, int64_t now_us)
{
    if (s->url_version == s->receiver->url_version)
        circuit_note(&s->receiver->circuit, was_answered, now_us);
}

void receivers_doubt(const struct sending *s)
{
    if (s->url_version == s->receiver->url_version)
        circuit_doubt(&s->receiver->circuit);
}

struct owner_share *receivers_of_owner(struct receivers *all, const char *owner)
{
    return &all->owners[owner_slot(str_of(owner))];
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
