/* half_pipeline.c - see half_pipeline.h. */
#include "tests/support/half_pipeline.h"

#include <stdio.h>

#include "tests/support/servers.h"

#define FIRST_ANSWERS 2

void half_pipeline_send(PGconn *conn, const char *sql)
{
    if (!PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0) || !PQsendFlushRequest(conn) ||
        PQflush(conn) != 0)
        servers_fail("%s cannot be sent: %s", sql, PQerrorMessage(conn));
}

PGconn *half_pipeline_open(int port, const char *role, const char *application_name, const char *sql)
{
    char conninfo[256];
    (void)snprintf(conninfo, sizeof conninfo,
                   "host=127.0.0.1 port=%d user=%s dbname=paybus application_name=%s", port, role,
                   application_name);
    PGconn *conn = PQconnectdb(conninfo);
    if (PQstatus(conn) != CONNECTION_OK || !PQenterPipelineMode(conn))
        servers_fail("%s cannot connect: %s", role, PQerrorMessage(conn));
    half_pipeline_send(conn, "begin");
    half_pipeline_send(conn, sql);
    return conn;
}

void half_pipeline_wait(PGconn *conn)
{
    for (int i = 0; i < FIRST_ANSWERS; i++) {
        PGresult *r = PQgetResult(conn);
        ExecStatusType status = PQresultStatus(r);
        PQclear(r);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            servers_fail("half a pipeline failed: %s", PQerrorMessage(conn));
        PQclear(PQgetResult(conn)); /* the NULL that ends a statement */
    }
}

bool half_pipeline_is_ended(void *conn)
{
    return !PQconsumeInput(conn);
}
