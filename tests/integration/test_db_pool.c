/* test_db_pool.c - connections lent to threads: limits, deadlines, and recovery when the server comes and
 * goes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/io/db_pool.h"
#include "shared/io/log.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define POOL_SIZE 4
#define TURNS     500
#define RIVALS    3

static const struct db_statement statements[] = {{"add", "select $1::int8 + 1", DB_READ}};
static struct servers_postgres pg;
static struct db_options options = {
    .service = "test_db_pool", .statements = statements, .statement_count = 1};

static int start_server(void **state)
{
    (void)state;
    servers_postgres_create(&pg, NULL);
    options.conninfo = pg.conninfo;
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    servers_postgres_destroy(&pg);
    return 0;
}

static struct db_pool *open_pool(int size)
{
    struct db_pool *pool = NULL;
    assert_int_equal(db_pool_open(&options, size, &pool), STATUS_OK);
    return pool;
}

static void close_pool(struct db_pool **pool)
{
    db_pool_close(*pool);
}

static enum status take(struct db_pool *pool, int timeout_ms, struct db **ret_db)
{
    return db_pool_take(pool, clock_monotonic_us() + (int64_t)timeout_ms * 1000, ret_db);
}

/* Takes a connection, computes v + 1 with it, gives it back. */
static enum status add_one(struct db_pool *pool, int64_t v, int64_t *ret_sum)
{
    struct db *db = NULL;
    enum status s = take(pool, 5000, &db);
    if (s != STATUS_OK)
        return s;
    struct db_params p CLEANUP(db_params_free);
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    db_params_init(&p, 64);
    db_param_int8(&p, v);
    s = db_query(db, 0, &p, &r);
    if (s == STATUS_OK)
        *ret_sum = db_get_int(r, 0, 0);
    db_pool_give(pool, db);
    return s;
}

static void the_last_one_given_is_lent_first(void **state)
{
    (void)state;
    struct db_pool *pool CLEANUP(close_pool) = open_pool(2);
    struct db *a = NULL, *b = NULL, *c = NULL;
    assert_int_equal(take(pool, 5000, &a), STATUS_OK);
    assert_int_equal(take(pool, 5000, &b), STATUS_OK);
    assert_int_equal(db_pool_in_use(pool), 2);
    db_pool_give(pool, a);
    db_pool_give(pool, b);
    assert_int_equal(db_pool_in_use(pool), 0);
    assert_int_equal(take(pool, 5000, &c), STATUS_OK);
    assert_ptr_equal(c, b);
    db_pool_give(pool, c);
}

static void an_exhausted_pool_waits_until_the_deadline(void **state)
{
    (void)state;
    struct db_pool *pool CLEANUP(close_pool) = open_pool(1);
    struct db *a = NULL, *b = NULL;
    struct metric *waits = metrics_histogram("test_waits", "Of those who waited.", "", METRICS_SECONDS_BOUNDS,
                                             METRICS_SECONDS_BOUNDS_COUNT);
    db_pool_measure(pool, waits);
    assert_int_equal(take(pool, 5000, &a), STATUS_OK);
    assert_int_equal(metric_value(waits), 0); /* it had not to wait */
    int64_t before_ms = clock_monotonic_ms();
    assert_int_equal(take(pool, 50, &b), STATUS_TIMEOUT);
    assert_in_range(clock_monotonic_ms() - before_ms, 45, 1000);
    assert_null(b);
    assert_int_equal(metric_value(waits), 1);
    assert_in_range(metric_sum_us(waits), 45000, 1000000);
    db_pool_give(pool, a);
}

static void a_connection_left_in_a_transaction_is_dropped(void **state)
{
    (void)state;
    struct db_pool *pool CLEANUP(close_pool) = open_pool(1);
    struct db *db = NULL;
    assert_int_equal(take(pool, 5000, &db), STATUS_OK);
    assert_int_equal(db_exec(db, "begin"), STATUS_OK);
    int pid = PQbackendPID(db_raw(db));
    db_pool_give(pool, db);
    assert_int_equal(take(pool, 5000, &db), STATUS_OK);
    assert_int_not_equal(PQbackendPID(db_raw(db)), pid);
    assert_true(db_is_usable(db));
    db_pool_give(pool, db);
}

static bool works_again(void *context)
{
    int64_t sum = 0;
    return add_one(context, 41, &sum) == STATUS_OK && sum == 42;
}

static void the_pool_recovers_from_a_restart(void **state)
{
    (void)state;
    struct db_pool *pool CLEANUP(close_pool) = open_pool(POOL_SIZE);
    struct db *lent[POOL_SIZE];
    for (int i = 0; i < POOL_SIZE; i++)
        assert_int_equal(take(pool, 5000, &lent[i]), STATUS_OK);
    for (int i = 0; i < POOL_SIZE; i++)
        db_pool_give(pool, lent[i]);
    servers_postgres_stop(&pg, SERVERS_STOP_IMMEDIATE);
    servers_postgres_start(&pg);
    /* Every connection in the pool is dead; the borrower must not notice. */
    int64_t sum = 0;
    assert_int_equal(add_one(pool, 1, &sum), STATUS_OK);
    assert_int_equal(sum, 2);
}

static void without_a_server_it_fails_fast(void **state)
{
    (void)state;
    struct db_pool *pool CLEANUP(close_pool) = open_pool(POOL_SIZE);
    int64_t sum = 0;
    assert_int_equal(add_one(pool, 1, &sum), STATUS_OK);
    servers_postgres_stop(&pg, SERVERS_STOP_FAST);
    assert_int_equal(add_one(pool, 1, &sum), STATUS_UNAVAILABLE);
    int64_t before_us = clock_monotonic_us();
    assert_int_equal(add_one(pool, 1, &sum), STATUS_UNAVAILABLE);
    assert_true(clock_monotonic_us() - before_us < 20000);
    assert_int_equal(db_pool_in_use(pool), 0);
    servers_postgres_start(&pg);
    assert_true(eventually(works_again, pool, 5000));
}

struct waiter {
    struct db_pool *pool;
    _Atomic int *started;
    enum status status;
};

static void *wait_for_a_place(void *context)
{
    struct waiter *w = context;
    struct db *db = NULL;
    atomic_fetch_add(w->started, 1);
    w->status = take(w->pool, 10000, &db);
    return NULL;
}

static bool all_wait(void *context)
{
    enum { LOOKS = 20 }; /* the last step into the wait cannot be seen: some looks more */
    static int looks;
    looks = atomic_load((_Atomic int *)context) == POOL_SIZE ? looks + 1 : 0;
    return looks == LOOKS;
}

/* One place, several waiters; the server goes away: each must hear of it, none may sleep until its deadline.
 */
static void every_waiter_hears_that_the_server_is_gone(void **state)
{
    (void)state;
    struct db_pool *pool CLEANUP(close_pool) = open_pool(1);
    struct waiter waiters[POOL_SIZE];
    pthread_t threads[POOL_SIZE];
    _Atomic int started = 0;
    struct db *db = NULL;
    assert_int_equal(take(pool, 5000, &db), STATUS_OK);
    for (int i = 0; i < POOL_SIZE; i++) {
        waiters[i] = (struct waiter){.pool = pool, .started = &started};
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_a_place, &waiters[i]), 0);
    }
    assert_true(eventually(all_wait, &started, 5000));
    servers_postgres_stop(&pg, SERVERS_STOP_FAST);
    db_pool_give(pool, db);
    for (int i = 0; i < POOL_SIZE; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(waiters[i].status, STATUS_UNAVAILABLE);
    }
    assert_int_equal(db_pool_in_use(pool), 0);
    servers_postgres_start(&pg);
    assert_true(eventually(works_again, pool, 5000));
}

struct worker {
    struct db_pool *pool;
    _Atomic bool *stop;
    int64_t right, wrong, failed;
};

static void *work(void *context)
{
    struct worker *w = context;
    for (int64_t v = 0; !atomic_load(w->stop); v++) {
        int64_t sum = 0;
        if (add_one(w->pool, v, &sum) != STATUS_OK)
            w->failed++;
        else if (sum == v + 1)
            w->right++;
        else
            w->wrong++;
    }
    return NULL;
}

/* More threads than connections; the server is killed and started again under them. */
static void threads_share_it_through_a_crash(void **state)
{
    (void)state;
    enum { THREADS = 3 * POOL_SIZE };
    struct db_pool *pool CLEANUP(close_pool) = open_pool(POOL_SIZE);
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    _Atomic bool stop = false;
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.pool = pool, .stop = &stop};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    servers_postgres_stop(&pg, SERVERS_STOP_KILL);
    servers_postgres_start(&pg);
    assert_true(eventually(works_again, pool, 10000));
    atomic_store(&stop, true);
    int64_t right = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(workers[i].wrong, 0);
        right += workers[i].right;
    }
    assert_true(right > 0);
    assert_int_equal(db_pool_in_use(pool), 0);
}

struct rival {
    struct db_pool *pool;
    const struct rival **last; /* who had the only connection; read and written by who has it */
    int turns, repeats;
};

static void *take_turns(void *context)
{
    struct rival *r = context;
    for (int i = 0; i < TURNS; i++) {
        struct db *db = NULL;
        if (take(r->pool, 5000, &db) != STATUS_OK)
            break;
        r->repeats += *r->last == r;
        *r->last = r;
        bool worked = db_exec(db, "select 1") == STATUS_OK; /* the others get in line meanwhile */
        db_pool_give(r->pool, db);
        if (!worked)
            break;
        r->turns++;
    }
    return NULL;
}

/* A thread that gives back the only connection and wants it again waits behind who came before it. */
static void who_waits_is_not_overtaken(void **state)
{
    (void)state;
    struct db_pool *pool CLEANUP(close_pool) = open_pool(1);
    const struct rival *last = NULL;
    struct rival rivals[RIVALS];
    pthread_t threads[RIVALS];
    int repeats = 0;
    for (int i = 0; i < RIVALS; i++) {
        rivals[i] = (struct rival){.pool = pool, .last = &last};
        assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &rivals[i]), 0);
    }
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(rivals[i].turns, TURNS);
        repeats += rivals[i].repeats;
    }
    assert_in_range(repeats, 0, RIVALS * TURNS / 4); /* the first and the last are alone for a while */
}

int main(void)
{
    log_init("test_db_pool", "1", LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_given_is_lent_first),
        cmocka_unit_test(an_exhausted_pool_waits_until_the_deadline),
        cmocka_unit_test(who_waits_is_not_overtaken),
        cmocka_unit_test(a_connection_left_in_a_transaction_is_dropped),
        cmocka_unit_test(the_pool_recovers_from_a_restart),
        cmocka_unit_test(without_a_server_it_fails_fast),
        cmocka_unit_test(every_waiter_hears_that_the_server_is_gone),
        cmocka_unit_test(threads_share_it_through_a_crash),
    };
    return cmocka_run_group_tests_name("db_pool", tests, start_server, stop_server);
}
