/* db_pool.c - lends connections: last given back, first lent, opened when first needed. */
#include "shared/io/db_pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "shared/io/db_internal.h"
#include "shared/io/monitor.h"

#define POOL_SIZE_MAX 64
#define FAIL_FAST_US  250000

struct db_pool {
    const struct db_options *options;
    struct monitor monitor; /* guards what follows; signalled when a place comes free */
    int size, in_use, free_count;
    int64_t fail_fast_until_us;
    struct db *free[POOL_SIZE_MAX];
};

enum status db_pool_open(const struct db_options *options, int size, struct db_pool **ret_pool)
{
    assert(size >= 1 && size <= POOL_SIZE_MAX);
    struct db_pool *pool = calloc(1, sizeof(*pool));
    if (!pool)
        return STATUS_NO_MEMORY;
    pool->options = options;
    pool->size = size;
    monitor_init(&pool->monitor);
    *ret_pool = pool;
    return STATUS_OK;
}

/* Takes a place, and the connection in it if there is one. Called under the lock. */
static enum status take_place(struct db_pool *pool, int64_t deadline_us, struct db **ret_db)
{
    while (pool->in_use == pool->size) {
        if (!monitor_wait(&pool->monitor, deadline_us))
            return STATUS_TIMEOUT;
    }
    if (pool->free_count == 0 && clock_monotonic_us() < pool->fail_fast_until_us) {
        monitor_signal(&pool->monitor); /* the place stays free: the next one need not wait for it */
        return STATUS_UNAVAILABLE;
    }
    pool->in_use++;
    *ret_db = pool->free_count > 0 ? pool->free[--pool->free_count] : NULL;
    return STATUS_OK;
}

static void give_place(struct db_pool *pool, struct db *db, bool failed_to_connect)
{
    monitor_lock(&pool->monitor);
    pool->in_use--;
    if (db)
        pool->free[pool->free_count++] = db;
    if (failed_to_connect)
        pool->fail_fast_until_us = clock_monotonic_us() + FAIL_FAST_US;
    monitor_signal(&pool->monitor);
    monitor_unlock(&pool->monitor);
}

static enum status open_for(struct db_pool *pool, int64_t deadline_us, struct db **ret_db)
{
    int timeout_ms =
        pool->options->connect_timeout_ms ? pool->options->connect_timeout_ms : DB_CONNECT_TIMEOUT_MS;
    int64_t connect_until_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    enum status s =
        db_open_until(pool->options, connect_until_us < deadline_us ? connect_until_us : deadline_us, ret_db);
    if (s != STATUS_OK)
        give_place(pool, NULL, true);
    return s;
}

enum status db_pool_take(struct db_pool *pool, int64_t deadline_us, struct db **ret_db)
{
    for (;;) {
        struct db *db = NULL;
        monitor_lock(&pool->monitor);
        enum status s = take_place(pool, deadline_us, &db);
        monitor_unlock(&pool->monitor);
        if (s != STATUS_OK)
            return s;
        if (!db)
            return open_for(pool, deadline_us, ret_db);
        if (db_is_alive(db)) {
            *ret_db = db;
            return STATUS_OK;
        }
        /* The server hung up while it lay here: the next one, or a new one. */
        db_close(db);
        give_place(pool, NULL, false);
    }
}

void db_pool_give(struct db_pool *pool, struct db *db)
{
    if (!db_is_usable(db)) {
        db_close(db);
        db = NULL;
    }
    give_place(pool, db, false);
}

int db_pool_in_use(const struct db_pool *pool)
{
    struct db_pool *p = (struct db_pool *)(uintptr_t)pool;
    monitor_lock(&p->monitor);
    int in_use = p->in_use;
    monitor_unlock(&p->monitor);
    return in_use;
}

void db_pool_close(struct db_pool *pool)
{
    if (!pool)
        return;
    assert(pool->in_use == 0);
    for (int i = 0; i < pool->free_count; i++)
        db_close(pool->free[i]);
    monitor_destroy(&pool->monitor);
    free(pool);
}
