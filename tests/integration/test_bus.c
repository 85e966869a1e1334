/* test_bus.c - the NATS connection: waits for a server, survives its death, delivers nothing late, tells of
 * refusals. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/core/trace.h"
#include "shared/io/bus.h"
#include "shared/io/log.h"
#include "shared/io/metrics.h"
#include "shared/io/service.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define CLOSE_MS 2000

static struct servers_nats nats;

static int start_server(void **state)
{
    (void)state;
    servers_nats_create(&nats, NULL);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    servers_nats_destroy(&nats);
    return 0;
}

static struct bus *open_bus(const char *servers)
{
    struct bus *bus = NULL;
    struct bus_options options = {.servers = servers, .name = "test_bus"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    return bus;
}

static struct bus *open_connected(void)
{
    struct bus *bus = open_bus(nats.url);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    return bus;
}

static void close_bus(struct bus **bus)
{
    bus_close(*bus, CLOSE_MS);
}

static bool is_connected(void *context)
{
    return bus_is_connected(context);
}

static bool is_disconnected(void *context)
{
    return !bus_is_connected(context);
}

static void destroy_message(natsMsg **message)
{
    natsMsg_Destroy(*message);
}

static void destroy_subscription(natsSubscription **subscription)
{
    natsSubscription_Destroy(*subscription);
}

static natsSubscription *subscribe(struct bus *bus, const char *subject)
{
    natsSubscription *subscription = NULL;
    assert_int_equal(natsConnection_SubscribeSync(&subscription, bus_raw(bus), subject), NATS_OK);
    bus_flush(bus);
    return subscription;
}

static void messages_carry_headers_and_reply(void **state)
{
    (void)state;
    struct bus *bus CLEANUP(close_bus) = open_connected();
    natsSubscription *subscription CLEANUP(destroy_subscription) = subscribe(bus, "test.headers");
    static const char *const headers[] = {"Paybus-Attempts", "123", TRACEPARENT_HEADER, "00-ab", NULL};
    natsMsg *m CLEANUP(destroy_message) = NULL;
    const char *value = NULL;
    assert_int_equal(bus_publish(bus, "test.headers", "test.reply", headers, "body", 4), STATUS_OK);
    assert_int_equal(natsSubscription_NextMsg(&m, subscription, 2000), NATS_OK);
    assert_string_equal(natsMsg_GetReply(m), "test.reply");
    assert_int_equal(natsMsg_GetDataLength(m), 4);
    assert_int_equal(natsMsgHeader_Get(m, "Paybus-Attempts", &value), NATS_OK);
    assert_string_equal(value, "123");
    assert_int_equal(natsMsgHeader_Get(m, TRACEPARENT_HEADER, &value), NATS_OK);
    assert_string_equal(value, "00-ab");
}

static void plain_messages_arrive_without_being_flushed(void **state)
{
    (void)state;
    struct bus *bus CLEANUP(close_bus) = open_connected();
    natsSubscription *subscription CLEANUP(destroy_subscription) = subscribe(bus, "test.plain");
    for (int i = 0; i < 2; i++) {
        natsMsg *m CLEANUP(destroy_message) = NULL;
        assert_int_equal(bus_publish(bus, "test.plain", i == 0 ? NULL : "test.reply", NULL, "x", 1),
                         STATUS_OK);
        assert_int_equal(natsSubscription_NextMsg(&m, subscription, 2000), NATS_OK);
    }
}

/* None is lost, none is freed twice, none is kept when the bus closes: the sanitizers look. */
static void messages_end_in_bulk(void **state)
{
    (void)state;
    struct bus *bus CLEANUP(close_bus) = open_connected();
    natsSubscription *subscription CLEANUP(destroy_subscription) = subscribe(bus, "test.many");
    static char large[20 << 10];
    bus_discard(bus, NULL);
    for (int i = 0; i < 200; i++) {
        natsMsg *m = NULL;
        int len = i % 50 == 0 ? (int)sizeof(large) : 1;
        assert_int_equal(bus_publish(bus, "test.many", NULL, NULL, large, len), STATUS_OK);
        assert_int_equal(natsSubscription_NextMsg(&m, subscription, 2000), NATS_OK);
        bus_discard(bus, m);
    }
}

static void malformed_messages_are_refused(void **state)
{
    (void)state;
    struct bus *bus CLEANUP(close_bus) = open_connected();
    static char large[9 << 20];
    assert_int_equal(bus_publish(bus, "", NULL, NULL, "x", 1), STATUS_INVALID);
    assert_int_equal(bus_publish(bus, "test.large", NULL, NULL, large, sizeof(large)), STATUS_INVALID);
}

static void inboxes_are_fresh_and_under_the_prefix(void **state)
{
    (void)state;
    struct bus *bus = NULL;
    struct bus_options options = {.servers = nats.url, .name = "test", .inbox_prefix = "_INBOX_ingress"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    char a[BUS_INBOX_SIZE], b[BUS_INBOX_SIZE];
    bus_new_inbox(bus, a);
    bus_new_inbox(bus, b);
    bus_close(bus, CLOSE_MS);
    assert_int_equal(strncmp(a, "_INBOX_ingress.", 15), 0);
    assert_int_equal(strlen(a), 15 + 32);
    assert_string_not_equal(a, b);
}

static void unusable_servers_are_refused(void **state)
{
    (void)state;
    struct bus *bus = NULL;
    struct bus_options options = {.servers = "nats://127.0.0.1:port", .name = "test"};
    assert_int_equal(bus_open(&options, &bus), STATUS_INVALID);
    assert_null(bus);
}

/* --- outages --- */

static _Atomic int told;

static void count_reconnects(void *context)
{
    (void)context;
    atomic_fetch_add(&told, 1);
}

static bool was_told(void *context)
{
    (void)context;
    return atomic_load(&told) > 0;
}

/* The library's own series, by its name. */
static int64_t failed_connects(void)
{
    return metric_value(metrics_counter("paybus_bus_connect_failures_total", "", ""));
}

static bool failed_three_times(void *context)
{
    return failed_connects() >= *(const int64_t *)context + 3;
}

static void a_bus_opens_before_its_server(void **state)
{
    (void)state;
    servers_nats_stop(&nats);
    int64_t failed_before = failed_connects();
    int64_t before_ms = clock_monotonic_ms();
    struct bus *bus CLEANUP(close_bus) = open_bus(nats.url);
    assert_true(clock_monotonic_ms() - before_ms < 1000);
    assert_false(bus_is_connected(bus));
    assert_int_equal(bus_wait_connected(bus, 50), STATUS_TIMEOUT);
    assert_true(eventually(failed_three_times, &failed_before, 2000));
    atomic_store(&told, 0);
    assert_int_equal(bus_listen(bus, count_reconnects, NULL), STATUS_OK);
    /* A subscription made now and a message published now: the one lives, the other must not. */
    natsSubscription *subscription CLEANUP(destroy_subscription) = NULL;
    assert_int_equal(natsConnection_SubscribeSync(&subscription, bus_raw(bus), "test.early"), NATS_OK);
    assert_int_equal(bus_publish(bus, "test.early", NULL, NULL, "late", 4), STATUS_UNAVAILABLE);
    servers_nats_start(&nats);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    assert_true(eventually(was_told, NULL, 2000));
    natsMsg *m CLEANUP(destroy_message) = NULL;
    assert_int_equal(bus_publish(bus, "test.early", NULL, NULL, "now", 3), STATUS_OK);
    assert_int_equal(natsSubscription_NextMsg(&m, subscription, 2000), NATS_OK);
    assert_int_equal(natsMsg_GetDataLength(m), 3);
}

/* Whatever is published while the server is gone fails and never arrives; what comes after the reconnect
 * does. */
static void nothing_is_delivered_late(void **state)
{
    (void)state;
    int64_t failed_before = failed_connects();
    struct bus *bus CLEANUP(close_bus) = open_connected();
    assert_int_equal(failed_connects(), failed_before);
    natsSubscription *subscription CLEANUP(destroy_subscription) = subscribe(bus, "test.late");
    atomic_store(&told, 0);
    assert_int_equal(bus_listen(bus, count_reconnects, NULL), STATUS_OK);
    servers_nats_kill(&nats);
    assert_true(eventually(is_disconnected, bus, 5000));
    for (int i = 0; i < 100; i++)
        assert_int_equal(bus_publish(bus, "test.late", NULL, NULL, "late", 4), STATUS_UNAVAILABLE);
    assert_true(eventually(failed_three_times, &failed_before, 5000));
    servers_nats_start(&nats);
    assert_true(eventually(is_connected, bus, 5000));
    assert_true(eventually(was_told, NULL, 2000));
    assert_int_equal(bus_reconnects_total(bus), 1);
    natsMsg *m CLEANUP(destroy_message) = NULL;
    assert_int_equal(bus_publish(bus, "test.late", NULL, NULL, "now", 3), STATUS_OK);
    assert_int_equal(natsSubscription_NextMsg(&m, subscription, 2000), NATS_OK);
    assert_int_equal(natsMsg_GetDataLength(m), 3);
}

/* Published into a connection whose server has just died, before nats.c notices: such messages are lost, not
 * kept. */
static void what_was_buffered_when_the_server_died_is_lost(void **state)
{
    (void)state;
    struct bus *bus CLEANUP(close_bus) = open_connected();
    natsSubscription *subscription CLEANUP(destroy_subscription) = subscribe(bus, "test.buffered");
    servers_nats_freeze(&nats);
    for (int i = 0; i < 1000; i++)
        (void)!bus_publish(bus, "test.buffered", NULL, NULL, "late", 4);
    servers_nats_kill(&nats);
    for (int i = 0; i < 1000; i++)
        (void)!bus_publish(bus, "test.buffered", NULL, NULL, "late", 4);
    assert_true(eventually(is_disconnected, bus, 5000));
    servers_nats_start(&nats);
    assert_true(eventually(is_connected, bus, 5000));
    natsMsg *m CLEANUP(destroy_message) = NULL;
    assert_int_equal(bus_publish(bus, "test.buffered", NULL, NULL, "now", 3), STATUS_OK);
    assert_int_equal(natsSubscription_NextMsg(&m, subscription, 2000), NATS_OK);
    assert_int_equal(natsMsg_GetDataLength(m), 3);
}

struct loop {
    struct bus *bus;
    natsSubscription *subscription;
};

static bool goes_round(void *context)
{
    struct loop *l = context;
    natsMsg *m CLEANUP(destroy_message) = NULL;
    return bus_publish(l->bus, "test.frozen", NULL, NULL, "now", 3) == STATUS_OK &&
           natsSubscription_NextMsg(&m, l->subscription, 50) == NATS_OK;
}

/* A stopped server whose sockets are full: the writer must come back, and all must be well after it goes on.
 */
static void a_frozen_server_does_not_block_for_ever(void **state)
{
    (void)state;
    static char large[1 << 20];
    struct bus *bus CLEANUP(close_bus) = open_connected();
    natsSubscription *subscription CLEANUP(destroy_subscription) = subscribe(bus, "test.frozen");
    servers_nats_freeze(&nats);
    enum status s = STATUS_OK;
    int64_t before_ms = clock_monotonic_ms();
    for (int i = 0; i < 100 && s == STATUS_OK; i++)
        s = bus_publish(bus, "test.flood", NULL, NULL, large, sizeof(large));
    assert_int_equal(s, STATUS_UNKNOWN);
    assert_true(clock_monotonic_ms() - before_ms < 5000);
    servers_nats_thaw(&nats);
    assert_true(eventually(goes_round, &(struct loop){bus, subscription}, 15000));
}

static void the_second_server_of_the_list_serves(void **state)
{
    (void)state;
    char servers[160];
    snprintf(servers, sizeof(servers), "nats://127.0.0.1:%d,%s", port_free(), nats.url);
    struct bus *bus CLEANUP(close_bus) = open_bus(servers);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
}

static void a_bus_closes_while_its_server_is_gone(void **state)
{
    (void)state;
    struct bus *bus = open_connected();
    servers_nats_kill(&nats);
    assert_true(eventually(is_disconnected, bus, 5000));
    int64_t before_ms = clock_monotonic_ms();
    bus_close(bus, CLOSE_MS);
    assert_true(clock_monotonic_ms() - before_ms < 1000);
    servers_nats_start(&nats);
}

/* --- permissions --- */

#define ONE_USER                                                                                             \
    "authorization { users = ["                                                                              \
    "{ user: good, password: secret, permissions: { publish: [\"test.allowed\"], subscribe: "                \
    "[\"_INBOX_good.>\"] } } ] }"

static void write_credentials(const char *directory, const char *line, char *ret_path, size_t size)
{
    snprintf(ret_path, size, "%s/credentials", directory);
    int fd = open(ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, line, strlen(line)), strlen(line));
    close(fd);
}

static bool has_errors(void *context)
{
    return bus_errors_total(context) > 0;
}

static void refused_subjects_are_counted(void **state)
{
    (void)state;
    struct servers_nats guarded;
    char path[SERVERS_PATH_SIZE + 32];
    struct bus *bus = NULL;
    servers_nats_create(&guarded, ONE_USER);
    write_credentials(guarded.directory, "good:secret\n", path, sizeof(path));
    struct bus_options options = {.servers = guarded.url, .credentials_file = path, .name = "test"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    assert_int_equal(bus_publish(bus, "test.allowed", NULL, NULL, "x", 1), STATUS_OK);
    bus_flush(bus);
    assert_int_equal(bus_errors_total(bus), 0);
    assert_int_equal(bus_publish(bus, "test.forbidden", NULL, NULL, "x", 1), STATUS_OK);
    assert_true(eventually(has_errors, bus, 2000));
    assert_true(bus_is_connected(bus));
    bus_close(bus, CLOSE_MS);
    servers_nats_destroy(&guarded);
}

static bool stop_was_asked(void *context)
{
    (void)context;
    return service_is_stopping();
}

/* nats.c then gives up for good, whatever it was told: the service must end to be started again. */
static void refused_credentials_ask_for_a_stop(void **state)
{
    (void)state;
    struct servers_nats guarded;
    char path[SERVERS_PATH_SIZE + 32];
    struct bus *bus = NULL;
    servers_nats_create(&guarded, ONE_USER);
    write_credentials(guarded.directory, "good:wrong\n", path, sizeof(path));
    struct bus_options options = {.servers = guarded.url, .credentials_file = path, .name = "test"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_true(eventually(stop_was_asked, NULL, 5000));
    assert_false(bus_is_connected(bus));
    assert_int_equal(bus_publish(bus, "test.allowed", NULL, NULL, "x", 1), STATUS_UNAVAILABLE);
    bus_close(bus, CLOSE_MS);
    servers_nats_destroy(&guarded);
}

int main(void)
{
    log_init("test_bus", "1", LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_carry_headers_and_reply),
        cmocka_unit_test(plain_messages_arrive_without_being_flushed),
        cmocka_unit_test(messages_end_in_bulk),
        cmocka_unit_test(malformed_messages_are_refused),
        cmocka_unit_test(inboxes_are_fresh_and_under_the_prefix),
        cmocka_unit_test(unusable_servers_are_refused),
        cmocka_unit_test(a_bus_opens_before_its_server),
        cmocka_unit_test(nothing_is_delivered_late),
        cmocka_unit_test(what_was_buffered_when_the_server_died_is_lost),
        cmocka_unit_test(a_frozen_server_does_not_block_for_ever),
        cmocka_unit_test(the_second_server_of_the_list_serves),
        cmocka_unit_test(a_bus_closes_while_its_server_is_gone),
        cmocka_unit_test(refused_subjects_are_counted),
        cmocka_unit_test(refused_credentials_ask_for_a_stop),
    };
    return cmocka_run_group_tests_name("bus", tests, start_server, stop_server);
}
