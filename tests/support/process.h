/* process.h - child processes of a test: started, watched and ended by pid. Waits poll and have deadlines. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "shared/core/status.h"

struct process_spec {
    const char *const *argv;        /* argv[0] is a path or found in PATH; NULL-ended */
    const char *const *environment; /* "NAME=value" added to ours; NULL-ended; may be NULL */
    const char *log_file;           /* output and errors are appended; NULL: /dev/null */
    const char *directory;          /* to run in; NULL: ours */
    bool as_postgres;               /* as the OS user postgres when we are root */
};

/* The child gets SIGKILL when the starting thread ends, so that an aborted test leaves nothing behind. */
NODISCARD enum status process_start(const struct process_spec *spec, pid_t *ret_pid);
/* Starts and waits; STATUS_OK only for exit code 0. */
NODISCARD enum status process_run(const struct process_spec *spec, int timeout_ms);
/* False once the child has ended (it is reaped then). ret_wait_status may be NULL. */
bool process_is_running(pid_t pid, int *ret_wait_status);
/* Sends the signal and waits for the end; STATUS_TIMEOUT when it still runs. ret_wait_status may be NULL. */
NODISCARD enum status process_stop(pid_t pid, int signal, int timeout_ms, int *ret_wait_status);

/* Tries every few milliseconds until it holds, less often what takes long to look at; false after timeout_ms.
 */
bool eventually(bool (*holds)(void *context), void *context, int timeout_ms);
void pause_ms(int ms); /* between two looks at something, never instead of looking */

#endif
