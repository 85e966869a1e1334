/* money_checker.h - after a scenario: is the money right, and is everything as clients were told? By SQL as
   superuser, independent of the services' own code. */
#ifndef TESTS_E2E_MONEY_CHECKER_H
#define TESTS_E2E_MONEY_CHECKER_H

#include "tests/e2e/harness.h"
#include "tests/e2e/history.h"

/* Prints everything that differs, one line each, and returns how many lines. history may be NULL. */
int money_check(const struct harness *h, const struct history *history);

#endif
