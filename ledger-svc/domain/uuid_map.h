/* uuid_map.h - finds a thing by its uuid: open addressing in the batch's arena, no removal of one.
   Pure. */
#ifndef LEDGER_DOMAIN_UUID_MAP_H
#define LEDGER_DOMAIN_UUID_MAP_H

#include "shared/core/arena.h"
#include "shared/core/uuid.h"

struct uuid_map_slot {
    const struct uuid *key; /* NULL: free */
    void *value;
};
struct uuid_map {
    struct uuid_map_slot *slots;
    size_t slot_count; /* a power of two, or 0: nothing was added yet */
    size_t count;
};

/* expected only sizes it; it grows if need be. */
void uuid_map_init(struct uuid_map *m, struct arena *a, size_t expected);
/* The key, usually a member of the value, is borrowed and must not be present. False when out of memory. */
bool uuid_map_add(struct uuid_map *m, struct arena *a, const struct uuid *key, void *value);
void uuid_map_clear(struct uuid_map *m);                               /* empty, with the room it had */
void *uuid_map_find(const struct uuid_map *m, const struct uuid *key); /* NULL: absent */

#endif
