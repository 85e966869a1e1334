/* admin_http.h - the admin endpoint of a service: GET /livez, /readyz, /metrics on a loopback port. */
#ifndef SHARED_IO_ADMIN_HTTP_H
#define SHARED_IO_ADMIN_HTTP_H

#include <stddef.h>

#include "shared/core/buf.h"
#include "shared/io/service.h"

struct admin_http;

/* listen is "host:port". /livez: 200 while the process runs. /readyz: 200, or 503 with the failing checks, or
   503 while stopping; body {"status":"ready"|"not_ready","checks":[{"name","ok","detail"}]}. checks is
   borrowed for life, and exported (readiness.h). */
NODISCARD enum status admin_http_start(const char *listen, const struct readiness_check *checks, size_t count,
                                       struct admin_http **ret_admin);
int admin_http_port(const struct admin_http *a); /* the port in use, also when listen asked for port 0 */
void admin_http_stop(struct admin_http *a);      /* NULL-safe */
/* The same body for a service that serves these paths on its own front; returns the HTTP status. */
int admin_readyz(const struct readiness_check *checks, size_t count, struct buf *out);

#endif
