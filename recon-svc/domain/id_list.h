/* id_list.h - ids that were met on the way, to be looked at later: bounded, in order and each once when asked
   for. Pure but for its memory. */
#ifndef RECON_DOMAIN_ID_LIST_H
#define RECON_DOMAIN_ID_LIST_H

#include <stddef.h>

#include "shared/core/uuid.h"

struct id_list {
    struct uuid *ids;
    size_t count, cap, max;
    bool is_full; /* some were not taken */
};
void id_list_init(struct id_list *l, size_t max);
void id_list_add(struct id_list *l, const struct uuid *id);
/* Sorted, each once. */
void id_list_sort(struct id_list *l);
/* Of a sorted list. */
bool id_list_has(const struct id_list *l, const struct uuid *id);
/* Forgets those of a sorted list that are not above id. */
void id_list_drop_up_to(struct id_list *l, const struct uuid *id);
void id_list_clear(struct id_list *l);
void id_list_free(struct id_list *l);

#endif
