/* arena.h - memory of one request, batch or run: allocate forward, free all at once. Capped. */
#ifndef SHARED_CORE_ARENA_H
#define SHARED_CORE_ARENA_H

#include <stddef.h>

#include "shared/core/status.h"

struct arena_block;
struct arena {
    struct arena_block *first, *current;
    size_t used_bytes, cap_bytes;
};

/* Never allocates more than cap_bytes in total. */
void arena_init(struct arena *a, size_t cap_bytes);
/* Zeroed, aligned for any type; NULL when the cap or memory is reached. Valid until reset or free. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_alloc_array(struct arena *a, size_t count, size_t size); /* checks the product */
/* The array with room for one more than count: itself, or a larger copy of it (what it outgrows stays until
   the reset); NULL as above. *cap starts at 0 and is in elements. */
void *arena_grow(struct arena *a, void *array, size_t count, size_t *cap, size_t size);
/* Gives back the end of the latest allocation, of which only the first kept bytes are of use. */
void arena_trim(struct arena *a, const void *memory, size_t kept);
/* A NUL-terminated copy of len bytes; NULL as above. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
/* Forgets all, keeps the first block for the next round. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
