/* test_bus_server.c - a real nats-server's figures are among ours, also after it was away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/buf.h"
#include "shared/io/bus.h"
#include "shared/io/metrics.h"
#include "tests/support/ports.h"
#include "tests/support/servers.h"
#include "webhook-svc/edge/bus_server.h"

#define EXPOSITION_MAX ((size_t)1 << 20)
#define CONSUMER                                                                                             \
    "{\"stream_name\":\"PAY_WORK\",\"config\":{\"durable_name\":\"webhook\",\"ack_policy\":\"explicit\"}}"

static struct servers_nats nats;

static bool shows(const char *line)
{
    struct buf text CLEANUP(buf_free);
    buf_init(&text, EXPOSITION_MAX);
    metrics_write(&text);
    buf_add_char(&text, '\0');
    assert_int_equal(buf_status(&text), STATUS_OK);
    return strstr(text.data, line) != NULL;
}

static void call(struct bus *bus, const char *subject, const char *body)
{
    natsMsg *reply = NULL;
    assert_int_equal(natsConnection_RequestString(&reply, bus_raw(bus), subject, body, 5000), NATS_OK);
    assert_null(strstr(natsMsg_GetData(reply), "\"error\""));
    natsMsg_Destroy(reply);
}

static void figures_are_there(void **state)
{
    (void)state;
    struct bus *bus;
    assert_int_equal(bus_open(&(struct bus_options){.servers = nats.url, .name = "test"}, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    call(bus, "$JS.API.STREAM.CREATE.PAY_WORK", "{\"name\":\"PAY_WORK\",\"subjects\":[\"pay.work.*\"]}");
    call(bus, "$JS.API.CONSUMER.DURABLE.CREATE.PAY_WORK.webhook", CONSUMER);
    call(bus, "pay.work.one", "a message that waits");
    assert_true(shows("paybus_nats_up 1\n"));
    assert_true(shows("paybus_nats_connections 1\n"));
    assert_true(shows("paybus_nats_slow_consumers_total 0\n"));
    assert_true(shows("paybus_nats_consumer_pending{stream=\"PAY_WORK\",consumer=\"webhook\"} 1\n"));
    assert_true(shows("paybus_nats_consumer_unacknowledged{stream=\"PAY_WORK\",consumer=\"webhook\"} 0\n"));
    bus_close(bus, 1000);
}

static void away_and_back(void **state)
{
    (void)state;
    servers_nats_stop(&nats);
    assert_true(shows("paybus_nats_up 0\n"));
    servers_nats_start(&nats);
    assert_true(shows("paybus_nats_up 1\n"));
}

static int64_t received(void)
{
    return metric_value(metrics_counter("paybus_nats_received_messages_total", "", ""));
}

static void send_messages(int count)
{
    struct bus *bus;
    assert_int_equal(bus_open(&(struct bus_options){.servers = nats.url, .name = "test"}, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    for (int i = 0; i < count; i++)
        assert_int_equal(natsConnection_PublishString(bus_raw(bus), "nobody.listens", "x"), NATS_OK);
    assert_int_equal(natsConnection_Flush(bus_raw(bus)), NATS_OK);
    bus_close(bus, 1000);
    assert_true(shows("paybus_nats_up 1\n"));
}

/* What the new server counts comes on top, from its first message on. */
static void a_restart_hides_nothing(void **state)
{
    (void)state;
    send_messages(500);
    int64_t before = received();
    servers_nats_stop(&nats);
    servers_nats_start(&nats);
    send_messages(100);
    assert_true(received() >= before + 100);
}

int main(void)
{
    static char url[64];
    char settings[96];
    const struct CMUnitTest tests[] = {cmocka_unit_test(figures_are_there), cmocka_unit_test(away_and_back),
                                       cmocka_unit_test(a_restart_hides_nothing)};
    int port = port_free();
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    (void)snprintf(settings, sizeof settings, "http: \"127.0.0.1:%d\"\n", port);
    servers_nats_create(&nats, settings);
    bus_server_watch(url);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    servers_nats_destroy(&nats);
    return failed;
}
