/* health.h - does the database answer? */
#ifndef INGRESS_STORE_HEALTH_H
#define INGRESS_STORE_HEALTH_H

#include "shared/io/db.h"

NODISCARD enum status health_ask(struct db *db);

#endif
