/* money_checker.h - after a scenario: is the money right, and is everything as clients were told? By SQL as
   superuser, independent of the services' own code. */
#ifndef TESTS_E2E_MONEY_CHECKER_H
#define TESTS_E2E_MONEY_CHECKER_H

#include <stdio.h>

#include "tests/e2e/harness.h"
#include "tests/e2e/history.h"

/* Prints on standard error everything that differs, one line each, and returns how many lines. history may be
 * NULL. */
int money_check(const struct harness *h, const struct history *history);
/* The same over a connection of harness_database, printing elsewhere. */
int money_check_on(struct db *db, const struct history *history, FILE *out);

#endif
