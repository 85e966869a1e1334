/* arena.c - blocks that double in size; an allocation is a step forward in the newest one. */
#include "shared/core/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN_BYTES ((size_t)16 * 1024)
#define BLOCK_MAX_BYTES ((size_t)1024 * 1024) /* a single larger allocation still gets a block of its own */
#define GROW_FIRST      ((size_t)32)          /* elements */

struct arena_block {
    struct arena_block *next;
    size_t size, used; /* of data */
    alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *a, size_t cap_bytes)
{
    *a = (struct arena){.cap_bytes = cap_bytes};
}

/* Twice as much as before, at least what is needed, at most what the cap leaves; NULL if that is too little.
 */
static struct arena_block *add_block(struct arena *a, size_t needed)
{
    size_t room = a->cap_bytes - a->used_bytes;
    if (room < sizeof(struct arena_block) || room - sizeof(struct arena_block) < needed) {
        return NULL;
    }
    room -= sizeof(struct arena_block);
    size_t size = a->used_bytes < BLOCK_MIN_BYTES ? BLOCK_MIN_BYTES : a->used_bytes;
    size = size > BLOCK_MAX_BYTES ? BLOCK_MAX_BYTES : size;
    size = size < needed ? needed : size;
    size = size > room ? room : size;

    struct arena_block *block = malloc(sizeof(*block) + size);
    if (block == NULL) {
        return NULL;
    }
    *block = (struct arena_block){.size = size};
    if (a->current == NULL) {
        a->first = block;
    } else {
        a->current->next = block;
    }
    a->current = block;
    a->used_bytes += sizeof(*block) + size;
    return block;
}

static size_t round_up(size_t size)
{
    const size_t align = alignof(max_align_t);
    return size == 0 ? align : (size + align - 1) / align * align;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > a->cap_bytes) {
        return NULL;
    }
    size_t rounded = round_up(size);
    struct arena_block *block = a->current;
    if (block == NULL || block->size - block->used < rounded) {
        block = add_block(a, rounded);
        if (block == NULL) {
            return NULL;
        }
    }
    void *memory = block->data + block->used;
    block->used += rounded;
    assert(block->used <= block->size);
    return memset(memory, 0, size);
}

void *arena_alloc_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return NULL;
    }
    return arena_alloc(a, bytes);
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return array;
    }
    size_t larger_cap = *cap == 0 ? GROW_FIRST : 2 * *cap;
    void *larger = arena_alloc_array(a, larger_cap, size);
    if (larger == NULL) {
        return NULL;
    }
    if (count > 0) {
        memcpy(larger, array, count * size);
    }
    *cap = larger_cap;
    return larger;
}

void arena_trim(struct arena *a, const void *memory, size_t kept)
{
    struct arena_block *block = a->current;
    size_t used = (size_t)((const unsigned char *)memory - block->data) + round_up(kept);
    assert(used <= block->used);
    block->used = used;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    if (len == SIZE_MAX) {
        return NULL;
    }
    char *copy = arena_alloc(a, len + 1);
    if (copy != NULL && len > 0) {
        memcpy(copy, s, len);
    }
    return copy;
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *a)
{
    struct arena_block *first = a->first;
    if (first == NULL) {
        return;
    }
    free_blocks(first->next);
    first->next = NULL;
    first->used = 0;
    a->current = first;
    a->used_bytes = sizeof(*first) + first->size;
}

void arena_free(struct arena *a)
{
    free_blocks(a->first);
    arena_init(a, a->cap_bytes);
}
