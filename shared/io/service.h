/* service.h - a process's life: signals, readiness and drain. SIGTERM and SIGINT ask for a stop; a second one
   ends at once; SIGUSR1 switches debug logs on and back, SIGHUP does nothing, SIGUSR2 is left to the owner of
   the HTTP front. */
#ifndef SHARED_IO_SERVICE_H
#define SHARED_IO_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/core/status.h"
#include "shared/io/config.h"

#define SERVICE_DRAIN_MS 10000 /* from SIGTERM to exit, at most */

/* What a process is called and set by. */
struct service_program {
    const char *name;   /* "ledger-svc" */
    const char *commit; /* what it was built from, for paybus_build_info; NULL: not known */
    const struct config_row *rows;
    size_t row_count;
    void *config;                                   /* what rows fill */
    const char *const *log_level, *const *instance; /* two members of it */
    /* Reads the files that settings name; NULL: they are read later. */
    enum status (*load_files)(void *context, FILE *errors);
    void *context;
    /* Options that main has taken out of argv before, and a line about them; NULL: there are none. */
    const char *further_options, *notes;
};
#define SERVICE_GOES_ON (-1)

/* What a process does before anything of its own: --check-config, --print-config and the usage, then
   that memory is never dumped, settings, log, libsodium and service_signals_start(). Call it first in main.
   Wrong settings are lines of the log, except for --check-config, which people read. SERVICE_GOES_ON, or the
   exit code that the process is to end with at once. */
int service_begin(const struct service_program *program, int argc, char **argv);

/* Blocks the signals in the calling thread and starts the thread that waits for them. */
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
