/* session.h - how ingress connects to PostgreSQL: read-only, prepared statements, pinned plans. */
#ifndef INGRESS_STORE_SESSION_H
#define INGRESS_STORE_SESSION_H

#include "shared/io/db.h"

/* conninfo is borrowed for the life of the options. */
struct db_options ingress_session_options(const char *conninfo);

#endif
