/* session.h - how webhook-svc connects to PostgreSQL: prepared statements, pinned plans, limits on what may
   wait. */
#ifndef WEBHOOK_STORE_SESSION_H
#define WEBHOOK_STORE_SESSION_H

#include "shared/io/db.h"

/* conninfo is borrowed for the life of the options. */
struct db_options webhook_session_options(const char *conninfo);

#endif
