/* db_pool.h - a fixed number of connections lent to threads; broken ones are reopened by the borrower. */
#ifndef SHARED_IO_DB_POOL_H
#define SHARED_IO_DB_POOL_H

#include "shared/io/db.h"
#include "shared/io/metrics.h"

struct db_pool;

/* options is borrowed for life. Opens lazily: a pool exists while the database is down. size 1..64. */
NODISCARD enum status db_pool_open(const struct db_options *options, int size, struct db_pool **ret_pool);
/* A histogram for how long who had to wait for his turn did so. Before anybody takes one. */
void db_pool_measure(struct db_pool *pool, struct metric *waits);
/* First come, first served. STATUS_TIMEOUT if none came free by the deadline (clock_monotonic_us),
   STATUS_UNAVAILABLE if it cannot connect (then fails fast for 250 ms). */
NODISCARD enum status db_pool_take(struct db_pool *pool, int64_t deadline_us, struct db **ret_db);
void db_pool_give(struct db_pool *pool, struct db *db); /* closes it when it is not usable any more */
int db_pool_in_use(const struct db_pool *pool);
void db_pool_close(struct db_pool *pool); /* NULL-safe; all must have been given back */

#endif
