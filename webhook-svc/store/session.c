/* session.c - see session.h. */
#include "webhook-svc/store/session.h"

#include "webhook_statements.h"

struct db_options webhook_session_options(const char *conninfo)
{
    return (struct db_options){.conninfo = conninfo,
                               .service = "webhook-svc",
                               .settings = db_writer_settings,
                               .statements = webhook_statements,
                               .statement_count = WEBHOOK_SQL_COUNT,
                               .connect_timeout_ms = 2000,
                               .query_timeout_ms = 6000};
}
