/* docs.h - Swagger UI over /openapi.json, compiled in: its page and what that loads. */
#ifndef INGRESS_EDGE_DOCS_H
#define INGRESS_EDGE_DOCS_H

#include "ingress/edge/exchange.h"

void docs_page(struct exchange *ex); /* /docs */
void docs_file(struct exchange *ex); /* /docs/{file} */

#endif
