/* name_check.h - what the host name of a webhook endpoint leads to when the endpoint is written down. Whoever
   asks can choose a name whose look-up takes long, so no thread of the HTTP server waits for longer than a
   second, and few names are looked up at once: what is not known by then is taken, since webhook-svc looks at
   every address again before each try. */
#ifndef INGRESS_EDGE_NAME_CHECK_H
#define INGRESS_EDGE_NAME_CHECK_H

#include "shared/io/webhook_target.h"

#define NAME_CHECKS_MAX     8 /* at once in this process, those that nobody waits for any more among them */
#define NAME_CHECK_LIMIT_US INT64_C(1000000)

/* STATUS_INVALID with the reason: one of its addresses may not be sent to. STATUS_OK: all may, it has none,
   or that could not be found out. */
NODISCARD enum status name_check(const struct webhook_target *target, bool development,
                                 char ret_reason[static WEBHOOK_REASON_SIZE]);

#endif
