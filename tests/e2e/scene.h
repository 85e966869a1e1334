/* scene.h - what every test program of this folder does: a stack, a test that sets up accounts and load, a
   verdict. Include it last. */
#ifndef TESTS_E2E_SCENE_H
#define TESTS_E2E_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/load.h"
#include "tests/e2e/money_checker.h"

#define SCENE_ACCOUNTS_MAX 16
#define SCENE_FUNDS        100000
#define SCENE_AMOUNT_MAX   100
#define SCENE_CURRENCY     "EUR"

/* Outlives the test function, so that a failed assertion leaves the clients something to write to. */
struct scene {
    char accounts[SCENE_ACCOUNTS_MAX][TYPEID_TEXT_SIZE];
    int account_count;
    struct history history;
    struct load *load;
    struct load_report report;
};

/* Runs the tests on a stack of their own and gives main's exit code. After a failure the process ends at
   once: what the failed test left behind, clients under way for instance, is nobody's leak. */
int scene_main(struct harness *h, const struct harness_options *options, int (*run)(void));

/* Opens funded accounts and starts clients that move money between all of them. clients 0: no load.
   The test is skipped when an earlier one failed and left its load running. */
void scene_start(struct scene *s, struct harness *h, int accounts, int clients);
/* The clients finish; every one saw latency at most, the money is right, nothing was lost and nothing came
 * into being. */
void scene_finish(struct scene *s, struct harness *h, const char *name);
/* No ledger-svc has logged such an event since it was first started. */
bool scene_never_logged(const struct harness *h, const char *event);

#endif
