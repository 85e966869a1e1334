/* owner_slot.c - see owner_slot.h. */
#include "webhook-svc/domain/owner_slot.h"

/* FNV-1a */
int owner_slot(struct str owner)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < owner.len; i++)
        hash = (hash ^ (uint8_t)owner.data[i]) * 16777619U;
    return (int)(hash % OWNER_SLOTS);
}
