/* explain.h - what a statement has cost. */
#ifndef TESTS_SUPPORT_EXPLAIN_H
#define TESTS_SUPPORT_EXPLAIN_H

#include <libpq-fe.h>
#include <stddef.h>

/* Runs "explain (...) ..." and gives the plan, a line each; what does not fit is cut. */
void explain(PGconn *conn, const char *sql, char *ret_plan, size_t size);
/* Of 8 KiB, all that the statement has looked at; the plan is one with buffers. */
long explain_buffers(const char *plan);

#endif
