/* mix_pool.c - what calls have made, for other calls to name. */
#include <stdio.h>

#include "tests/e2e/mix_internal.h"

void pool_init(struct pool *p, int limit)
{
    *p = (struct pool){.limit = limit};
    (void)pthread_mutex_init(&p->mutex, NULL);
}

void pool_add(struct pool *p, const char *id, int owner)
{
    (void)pthread_mutex_lock(&p->mutex);
    struct pool_member *member = &p->members[p->next];
    (void)snprintf(member->id, sizeof member->id, "%s", id);
    member->owner = owner;
    p->next = (p->next + 1) % p->limit;
    p->count += p->count < p->limit;
    (void)pthread_mutex_unlock(&p->mutex);
}

bool pool_any(struct pool *p, unsigned random, int owner, char ret_id[TYPEID_TEXT_SIZE])
{
    (void)pthread_mutex_lock(&p->mutex);
    bool found = p->count > 0;
    if (found) {
        unsigned count = (unsigned)p->count;
        const struct pool_member *member = &p->members[random % count];
        for (unsigned i = 1; i < count && owner != POOL_ANYBODY && member->owner != owner; i++)
            member = &p->members[(random + i) % count];
        (void)snprintf(ret_id, TYPEID_TEXT_SIZE, "%s", member->id);
    }
    (void)pthread_mutex_unlock(&p->mutex);
    return found;
}
