/* link.h - a thread's connection to PostgreSQL: made when it is needed, given up after a failure, its outages
   logged once. */
#ifndef WEBHOOK_EDGE_LINK_H
#define WEBHOOK_EDGE_LINK_H

#include <stdatomic.h>

#include "shared/io/db.h"

struct link {
    struct db_options options;
    struct db *db;       /* NULL while there is no connection */
    bool connect_failed; /* the last try to connect failed, and was logged */
    atomic_bool ready;   /* read by /readyz */
};

/* database_url is borrowed for life. Connects later. */
void link_init(struct link *l, const char *database_url);
/* Connects if there is no connection. */
NODISCARD enum status link_connect(struct link *l);
/* After a failure: a row that was to be read or written is to blame, others go well without it. Not so what
   is about the connection, locks, time, memory or settings. */
bool link_blames_a_row(const struct db *db, enum status status);
/* Logs what failed, ends its transaction, and connects anew the next time unless the connection can still be
   used. */
void link_failed(struct link *l, const char *what, enum status status);
void link_close(struct link *l);

#endif
