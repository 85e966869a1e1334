/* explain.c - see explain.h. */
#include "tests/support/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/servers.h"

void explain(PGconn *conn, const char *sql, char *ret_plan, size_t size)
{
    PGresult *r = PQexec(conn, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        servers_fail("%s: %s", sql, PQresultErrorMessage(r));
    size_t len = 0;
    ret_plan[0] = '\0';
    for (int i = 0; i < PQntuples(r) && len < size; i++)
        len += (size_t)snprintf(ret_plan + len, size - len, "%s\n", PQgetvalue(r, i, 0));
    PQclear(r);
}

/* "shared hit=123 read=4" of the whole statement is in the plan's first line about buffers. */
long explain_buffers(const char *plan)
{
    const char *line = strstr(plan, "Buffers: shared");
    if (line == NULL)
        servers_fail("no buffers in %s", plan);
    const char *end = line + strcspn(line, "\n"), *hit = strstr(line, "hit="), *read = strstr(line, "read=");
    long buffers = hit != NULL && hit < end ? strtol(hit + 4, NULL, 10) : 0;
    return buffers + (read != NULL && read < end ? strtol(read + 5, NULL, 10) : 0);
}
