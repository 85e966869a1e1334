/* openapi.h - the OpenAPI 3.1 document, made from the route table, the command specs and the outcomes, so
   that it cannot say anything else than the code does. Pure. */
#ifndef INGRESS_DOMAIN_OPENAPI_H
#define INGRESS_DOMAIN_OPENAPI_H

#include "ingress/domain/route.h"

/* schemas is the JSON object of the answers' schemas (store/.../answers.json); every route's `answer` names a
 * member. */
void openapi_write(const struct route *routes, size_t count, struct str version, struct str schemas,
                   struct buf *out);

#endif
