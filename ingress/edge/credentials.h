/* credentials.h - who is behind an API key: asked of the database, remembered for seconds. Any thread. */
#ifndef INGRESS_EDGE_CREDENTIALS_H
#define INGRESS_EDGE_CREDENTIALS_H

#include "ingress/store/keys.h"
#include "shared/io/db_pool.h"

struct credentials;

/* Remembers at most a fixed number of keys, good and bad apart, so that guesses cannot push good ones out. A
   revoked key dies within cache_seconds. */
NODISCARD enum status credentials_open(struct db_pool *pool, int64_t cache_seconds, struct credentials **ret);
void credentials_close(struct credentials *c); /* NULL-safe */
/* STATUS_NOT_FOUND: no such working key. STATUS_UNAVAILABLE: the database cannot be asked by the deadline. */
NODISCARD enum status credentials_find(struct credentials *c, struct str key, int64_t deadline_us,
                                       struct credential *ret_credential);

#endif
