/* owner_slot.c - see owner_slot.h. */
#include "webhook-svc/domain/owner_slot.h"

#include <stdint.h>

/* FNV-1a */
int owner_slot(const char *owner)
{
    uint32_t hash = 2166136261U;
    for (const char *c = owner; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619U;
    return (int)(hash % OWNER_SLOTS);
}
