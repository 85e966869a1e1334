/* ids.h - fresh ids of one thread. */
#ifndef WEBHOOK_EDGE_IDS_H
#define WEBHOOK_EDGE_IDS_H

#include "shared/core/uuid.h"

struct ids {
    uint32_t sequence;
};

struct uuid ids_next(struct ids *ids);

#endif
