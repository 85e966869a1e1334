/* fact.h - the types of facts, and the patterns by which webhook endpoints ask for them. Pure. */
#ifndef SHARED_CONTRACT_FACT_H
#define SHARED_CONTRACT_FACT_H

#include "shared/core/buf.h"

/* A pattern is a type, "account.frozen"; a resource, "account.*"; or everything, "*". */
bool fact_matches(struct str pattern, struct str type);
/* Is there a fact that it matches? */
bool fact_pattern_is_known(struct str pattern);

#endif
