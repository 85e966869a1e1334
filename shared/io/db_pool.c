/* db_pool.c - lends connections: last given back, first lent, opened when first needed. Who waits gets his
   place in the order of coming: otherwise a thread that has just given one back takes it again, and some wait
   long. */
#include "shared/io/db_pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "shared/io/db_internal.h"
#include "shared/io/monitor.h"

#define POOL_SIZE_MAX 64
#define FAIL_FAST_US  250000

struct waiter {
    struct monitor monitor; /* guards what follows */
    bool has_place;
    struct db *db;       /* the connection in it, if any */
    struct waiter *next; /* guarded by the pool's lock */
};

struct db_pool {
    const struct db_options *options;
    struct metric *waits; /* NULL: nobody wants to know */
    pthread_mutex_t lock; /* guards what follows; never taken together with a waiter's */
    int size, in_use, free_count;
    struct waiter *first, **end;
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
    pthread_mutex_init(&pool->lock, NULL);
    pool->end = &pool->first;
    *ret_pool = pool;
    return STATUS_OK;
}

void db_pool_measure(struct db_pool *pool, struct metric *waits)
{
    pool->waits = waits;
}

/* Takes a place that is free, and the connection in it if there is one; else gets in line. */
static bool take_or_wait(struct db_pool *pool, struct waiter *w)
{
    pthread_mutex_lock(&pool->lock);
    bool is_free = pool->in_use < pool->size;
    if (is_free) {
        pool->in_use++;
        w->db = pool->free_count > 0 ? pool->free[--pool->free_count] : NULL;
    } else {
        *pool->end = w;
        pool->end = &w->next;
    }
    pthread_mutex_unlock(&pool->lock);
    return is_free;
}

/* False: it is not in the line any more, a place is on its way. */
static bool give_up(struct db_pool *pool, const struct waiter *w)
{
    pthread_mutex_lock(&pool->lock);
    struct waiter **at = &pool->first;
    while (*at && *at != w)
        at = &(*at)->next;
    bool was_waiting = *at != NULL;
    if (was_waiting) {
        *at = w->next;
        if (!w->next)
            pool->end = at;
    }
    pthread_mutex_unlock(&pool->lock);
    return was_waiting;
}

static bool wait_for_place(struct waiter *w, int64_t deadline_us)
{
    monitor_lock(&w->monitor);
    while (!w->has_place && monitor_wait(&w->monitor, deadline_us))
        ;
    bool has_place = w->has_place;
    monitor_unlock(&w->monitor);
    return has_place;
}

static enum status wait_in_line(struct db_pool *pool, struct waiter *w, int64_t deadline_us)
{
    enum status s = STATUS_OK;
    int64_t start_us = clock_monotonic_us();
    if (!wait_for_place(w, deadline_us)) {
        if (give_up(pool, w))
            s = STATUS_TIMEOUT;
        else
            (void)wait_for_place(w, INT64_MAX);
    }
    if (pool->waits)
        metric_observe_us(pool->waits, clock_monotonic_us() - start_us);
    return s;
}

static enum status take_place(struct db_pool *pool, int64_t deadline_us, struct db **ret_db)
{
    struct waiter w = {.has_place = false};
    enum status s = STATUS_OK;
    monitor_init(&w.monitor);
    if (!take_or_wait(pool, &w))
        s = wait_in_line(pool, &w, deadline_us);
    monitor_destroy(&w.monitor);
    if (s == STATUS_OK)
        *ret_db = w.db;
    return s;
}

static void hand_over(struct waiter *w, struct db *db)
{
    monitor_lock(&w->monitor);
    w->has_place = true;
    w->db = db;
    monitor_signal(&w->monitor); /* under the lock: the waiter is gone once it knows */
    monitor_unlock(&w->monitor);
}

static void give_place(struct db_pool *pool, struct db *db, bool failed_to_connect)
{
    pthread_mutex_lock(&pool->lock);
    struct waiter *w = pool->first;
    if (w) {
        pool->first = w->next;
        if (!pool->first)
            pool->end = &pool->first;
    } else {
        pool->in_use--;
        if (db)
            pool->free[pool->free_count++] = db;
    }
    if (failed_to_connect)
        pool->fail_fast_until_us = clock_monotonic_us() + FAIL_FAST_US;
    pthread_mutex_unlock(&pool->lock);
    if (w)
        hand_over(w, db);
}

/* For who has a place already. */
static struct db *take_free(struct db_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct db *db = pool->free_count > 0 ? pool->free[--pool->free_count] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return db;
}

static bool fails_fast(struct db_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool fails = clock_monotonic_us() < pool->fail_fast_until_us;
    pthread_mutex_unlock(&pool->lock);
    return fails;
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
    struct db *db = NULL;
    enum status s = take_place(pool, deadline_us, &db);
    if (s != STATUS_OK)
        return s;
    while (db && !db_is_alive(db)) { /* the server hung up while it lay here: the next one, or a new one */
        db_close(db);
        db = take_free(pool);
    }
    if (db) {
        *ret_db = db;
        return STATUS_OK;
    }
    if (fails_fast(pool)) {
        give_place(pool, NULL, false); /* the next one need not wait for it */
        return STATUS_UNAVAILABLE;
    }
    return open_for(pool, deadline_us, ret_db);
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
    pthread_mutex_lock(&p->lock);
    int in_use = p->in_use;
    pthread_mutex_unlock(&p->lock);
    return in_use;
}

void db_pool_close(struct db_pool *pool)
{
    if (!pool)
        return;
    assert(pool->in_use == 0 && !pool->first);
    for (int i = 0; i < pool->free_count; i++)
        db_close(pool->free[i]);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
