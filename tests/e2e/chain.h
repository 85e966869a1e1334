/* chain.h - the hash chain as an operator sees it: how far it has come, its head, what paybus-verify says. */
#ifndef TESTS_E2E_CHAIN_H
#define TESTS_E2E_CHAIN_H

#include "tests/e2e/harness.h"
#include "tests/support/database.h"

#define CHAIN_HEAD_SIZE 96

/* For eventually(): the newest block covers the newest event. */
bool chain_is_sealed(void *harness);
/* "NUMBER:HASH", as paybus-verify takes it. */
void chain_head(const struct harness *h, char ret_head[CHAIN_HEAD_SIZE]);
/* paybus-verify's exit code, with one option and its value or NULL; what it says is in ret_tool. */
int chain_verify(const struct harness *h, const char *option, const char *value, struct tool *ret_tool);

#endif
