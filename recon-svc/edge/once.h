/* once.h - recon-svc --once: one run, its report on standard output, an exit code for cron and timers. */
#ifndef RECON_EDGE_ONCE_H
#define RECON_EDGE_ONCE_H

#include <stdbool.h>

#include "recon-svc/edge/config.h"

enum once_mode { ONCE_NOT, ONCE_INCREMENTAL, ONCE_FULL };
/* Beside those of every process. */
enum once_exit { ONCE_CLEAN = 0, ONCE_ANOMALIES = 2, ONCE_BUSY = 3 };

bool once_read_arguments(int argc, char **argv, enum once_mode *ret_mode);
/* Also --print-config. */
int once_usage(const char *argument);
int once_run(const struct recon_config *config, enum once_mode mode);

#endif
