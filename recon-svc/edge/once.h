/* once.h - recon-svc --once: one run, its report on standard output, an exit code for cron and timers. */
#ifndef RECON_EDGE_ONCE_H
#define RECON_EDGE_ONCE_H

#include "recon-svc/edge/config.h"

enum once_mode { ONCE_NOT, ONCE_INCREMENTAL, ONCE_FULL };
/* Beside those of every process. */
enum once_exit { ONCE_CLEAN = 0, ONCE_ANOMALIES = 2, ONCE_BUSY = 3, ONCE_PARTIAL = 4 };

#define ONCE_OPTIONS "--once [--full]"
#define ONCE_NOTES                                                                                           \
    "exit codes of --once: 0 nothing is wrong, 2 anomalies are open, 3 another run is under way, "           \
    "4 nothing is wrong in what could be looked at, 69 it could not be found out"

/* Takes its own options from the end of the arguments. */
enum once_mode once_take_options(int *argc, char **argv);
int once_run(const struct recon_config *config, enum once_mode mode);

#endif
