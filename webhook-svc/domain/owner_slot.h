/* owner_slot.h - where something is counted by owner without a list of owners: those whose names hash alike
 * have one count together. Pure. */
#ifndef WEBHOOK_DOMAIN_OWNER_SLOT_H
#define WEBHOOK_DOMAIN_OWNER_SLOT_H

#include "shared/core/buf.h"

#define OWNER_SLOTS 4096

/* 0 to OWNER_SLOTS - 1. */
int owner_slot(struct str owner);

#endif
