/* recon.h - runs recon-svc --once on a database of the stack, and what is open then. */
#ifndef TESTS_E2E_RECON_H
#define TESTS_E2E_RECON_H

#include <libpq-fe.h>

#include "tests/e2e/harness.h"

#define RECON_OPEN_MAX 8192

/* Without waiting for its end; load_percent is its share of the time. */
pid_t recon_start(const struct harness *h, const char *database, bool is_full, int load_percent);
/* Its exit code. database: "paybus", or a copy of it. */
int recon_once(const struct harness *h, const char *database, bool is_full);
/* The same; a run that is under way by schedule is waited for. */
int recon_once_free(const struct harness *h, const char *database, bool is_full);
/* What is open, a line each: code, object and by how much it is off ("-": no amounts), in order. Valid until
   the next call. */
const char *recon_open(PGconn *conn);
/* What the last call of recon_once wrote. */
void recon_print_log(const struct harness *h);

#endif
