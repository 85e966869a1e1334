/* uuid_map.c - linear probing, at most half full. */
#include "ledger-svc/domain/uuid_map.h"

#include <assert.h>
#include <string.h>

#define SLOTS_MIN ((size_t)16)

/* Ids of one batch differ in a few bits of the second half only: fold, multiply and fold again spreads them
 * all. */
static size_t hash(const struct uuid *u)
{
    uint64_t high, low;
    memcpy(&high, u->bytes, sizeof(high));
    memcpy(&low, u->bytes + sizeof(high), sizeof(low));
    uint64_t mixed = high ^ (low << 32 | low >> 32);
    mixed ^= mixed >> 32;
    mixed *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed ^ mixed >> 32);
}

/* The key's slot, or the free one where it belongs. */
static struct uuid_map_slot *slot_of(const struct uuid_map *m, const struct uuid *key)
{
    size_t mask = m->slot_count - 1;
    size_t at = hash(key) & mask;
    while (m->slots[at].key != NULL && uuid_compare(m->slots[at].key, key) != 0) {
        at = (at + 1) & mask;
    }
    return &m->slots[at];
}

static bool resize(struct uuid_map *m, struct arena *a, size_t wanted)
{
    size_t slot_count = SLOTS_MIN;
    while (slot_count < wanted) {
        slot_count *= 2;
    }
    struct uuid_map larger = {.slot_count = slot_count, .count = m->count};
    larger.slots = arena_alloc_array(a, slot_count, sizeof(*larger.slots));
    if (larger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < m->slot_count; i++) {
        if (m->slots[i].key != NULL) {
            *slot_of(&larger, m->slots[i].key) = m->slots[i];
        }
    }
    *m = larger;
    return true;
}

void uuid_map_init(struct uuid_map *m, struct arena *a, size_t expected)
{
    *m = (struct uuid_map){0};
    (void)resize(m, a, 2 * expected); /* without memory now, the first add tries again and tells */
}

bool uuid_map_add(struct uuid_map *m, struct arena *a, const struct uuid *key, void *value)
{
    if (2 * (m->count + 1) > m->slot_count && !resize(m, a, 4 * (m->count + 1))) {
        return false;
    }
    struct uuid_map_slot *slot = slot_of(m, key);
    assert(slot->key == NULL && value != NULL);
    *slot = (struct uuid_map_slot){key, value};
    m->count++;
    return true;
}

void uuid_map_clear(struct uuid_map *m)
{
    if (m->slot_count > 0) {
        memset(m->slots, 0, m->slot_count * sizeof(*m->slots));
    }
    m->count = 0;
}

void *uuid_map_find(const struct uuid_map *m, const struct uuid *key)
{
    return m->slot_count == 0 ? NULL : slot_of(m, key)->value;
}
