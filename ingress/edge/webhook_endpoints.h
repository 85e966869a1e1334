/* webhook_endpoints.h - what ingress does about webhook endpoints beside commands and reads: it looks at
   their addresses, makes their secrets, and shows a secret to whoever made it. */
#ifndef INGRESS_EDGE_WEBHOOK_ENDPOINTS_H
#define INGRESS_EDGE_WEBHOOK_ENDPOINTS_H

#include <jansson.h>

#include "ingress/edge/exchange.h"

/* Adds to a command's data what is wrong with its url, a fresh id and a fresh sealed secret if the command
   takes them. False: the refusal is written. */
bool webhook_endpoints_prepare(struct exchange *ex, json_t *data);
/* The answer with its secret opened, for as long as the exchange. {NULL, 0}: that cannot be done, the refusal
   is written. */
struct str webhook_endpoints_show(struct exchange *ex, struct str answer);

#endif
