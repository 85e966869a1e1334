/* half_pipeline.h - a database session as a process leaves it that stopped while it sent a pipeline: a
   transaction is open, the rest never comes, and neither does the Sync. What cannot work aborts the test with
   a sentence. */
#ifndef TESTS_SUPPORT_HALF_PIPELINE_H
#define TESTS_SUPPORT_HALF_PIPELINE_H

#include <libpq-fe.h>
#include <stdbool.h>

/* Sends BEGIN and one statement and has them executed. Finish it with PQfinish. */
PGconn *half_pipeline_open(int port, const char *role, const char *application_name, const char *sql);
/* One more statement. */
void half_pipeline_send(PGconn *conn, const char *sql);
/* Reads the answers of BEGIN and the first statement: from now on it holds what that locked. */
void half_pipeline_wait(PGconn *conn);
/* PostgreSQL has hung up. */
bool half_pipeline_is_ended(void *conn);

#endif
