/* object_id.h - ids of whatever events are about: which prefix stands for which resource. Pure. */
#ifndef SHARED_CONTRACT_OBJECT_ID_H
#define SHARED_CONTRACT_OBJECT_ID_H

#include "shared/core/uuid.h"

/* The prefix of a resource's ids ("transaction": "txn"); "object" for one that is not known here. */
const char *object_id_prefix(struct str resource);
/* A TypeID with any of these prefixes. */
NODISCARD enum status object_id_parse(struct str text, struct uuid *ret_id);

#endif
