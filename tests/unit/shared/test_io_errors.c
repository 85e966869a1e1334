/* wrap: calloc aligned_alloc PQconnectStartParams natsOptions_Create natsConnection_Connect */
/* test_io_errors.c - connections, pools and buses when memory or a library's first call fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <nats/nats.h>

#include "shared/io/db_pool.h"
#include "shared/io/log.h"
#include "shared/io/rpc.h"

static const struct db_options options = {.conninfo = "host=127.0.0.1 port=1", .service = "test"};
static const struct bus_options at_nowhere = {.servers = "nats://127.0.0.1:1", .name = "test"};

enum call { NO_CALL, CALLOC, ALIGNED_ALLOC, START, OPTIONS, CONNECT };
static enum call failing;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return failing == CALLOC ? NULL : __real_calloc(count, size);
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return failing == ALIGNED_ALLOC ? NULL : __real_aligned_alloc(alignment, size);
}

PGconn *__real_PQconnectStartParams(const char *const *keywords, const char *const *values, int expand);
PGconn *__wrap_PQconnectStartParams(const char *const *keywords, const char *const *values, int expand);
PGconn *__wrap_PQconnectStartParams(const char *const *keywords, const char *const *values, int expand)
{
    return failing == START ? NULL : __real_PQconnectStartParams(keywords, values, expand);
}

natsStatus __real_natsOptions_Create(natsOptions **o);
natsStatus __wrap_natsOptions_Create(natsOptions **o);
natsStatus __wrap_natsOptions_Create(natsOptions **o)
{
    return failing == OPTIONS ? NATS_NO_MEMORY : __real_natsOptions_Create(o);
}

natsStatus __real_natsConnection_Connect(natsConnection **c, natsOptions *o);
natsStatus __wrap_natsConnection_Connect(natsConnection **c, natsOptions *o);
natsStatus __wrap_natsConnection_Connect(natsConnection **c, natsOptions *o)
{
    return failing == CONNECT ? NATS_NO_MEMORY : __real_natsConnection_Connect(c, o);
}

static int nothing_fails(void **state)
{
    (void)state;
    failing = NO_CALL;
    return 0;
}

static void opening_a_connection(void **state)
{
    (void)state;
    static const struct {
        enum call failing;
        const char *reason;
    } cases[] = {{CALLOC, "out of memory"}, {START, "out of memory"}, {NO_CALL, "refused"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct db *db = NULL;
        failing = cases[i].failing;
        assert_int_equal(db_open(&options, &db), STATUS_UNAVAILABLE);
        failing = NO_CALL;
        assert_null(db);
        if (!strstr(db_connect_error(), cases[i].reason))
            fail_msg("%s is not in: %s", cases[i].reason, db_connect_error());
    }
}

static void opening_a_pool(void **state)
{
    (void)state;
    struct db_pool *pool = NULL;
    failing = CALLOC;
    assert_int_equal(db_pool_open(&options, 2, &pool), STATUS_NO_MEMORY);
    assert_null(pool);
}

static void opening_a_bus(void **state)
{
    (void)state;
    static const struct {
        enum call failing;
        enum status wanted;
    } cases[] = {{CALLOC, STATUS_NO_MEMORY}, {OPTIONS, STATUS_NO_MEMORY}, {CONNECT, STATUS_NO_MEMORY}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bus *bus = NULL;
        failing = cases[i].failing;
        assert_int_equal(bus_open(&at_nowhere, &bus), cases[i].wanted);
        failing = NO_CALL;
        assert_null(bus);
    }
}

static void opening_an_rpc(void **state)
{
    (void)state;
    struct bus *bus = NULL;
    struct rpc *rpc = NULL;
    assert_int_equal(bus_open(&at_nowhere, &bus), STATUS_OK);
    for (enum call c = CALLOC; c <= ALIGNED_ALLOC; c++) {
        failing = c;
        assert_int_equal(rpc_open(bus, 4, &rpc), STATUS_NO_MEMORY);
        failing = NO_CALL;
        assert_null(rpc);
    }
    bus_close(bus, 1000);
}

static void closing_nothing(void **state)
{
    (void)state;
    db_close(NULL);
    db_pool_close(NULL);
    rpc_close(NULL);
    bus_close(NULL, 1000);
}

int main(void)
{
    log_init("test", "1", LOG_ERROR + 1);
    db_metrics_init(); /* without memory at start a service ends */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(opening_a_connection, nothing_fails),
        cmocka_unit_test_setup(opening_a_pool, nothing_fails),
        cmocka_unit_test_setup(opening_a_bus, nothing_fails),
        cmocka_unit_test_setup(opening_an_rpc, nothing_fails),
        cmocka_unit_test_setup(closing_nothing, nothing_fails),
    };
    return cmocka_run_group_tests_name("io_errors", tests, NULL, NULL);
}
