/* service.h - a process's life: signals, readiness and drain. SIGTERM and SIGINT ask for a stop; a second one
   ends at once; SIGUSR1 switches debug logs on and off, SIGHUP does nothing, SIGUSR2 is left to the owner of
   the HTTP front. */
#ifndef SHARED_IO_SERVICE_H
#define SHARED_IO_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/status.h"

#define SERVICE_DRAIN_MS 10000 /* from SIGTERM to exit, at most */

/* Blocks the signals in the calling thread (call first in main) and starts the thread that waits for them. */
NODISCARD enum status service_signals_start(void);
bool service_is_stopping(void);
/* Blocks until a stop was asked for. */
void service_wait_for_stop(void);
void service_request_stop(void);

/* A readiness check answers true when its dependency can serve; called by /readyz, must not block over 1 s.
 */
struct readiness_check {
    const char *name; /* "postgresql", "nats" */
    bool (*is_ready)(void *context, char *ret_detail, unsigned detail_size);
    void *context;
};

#endif
