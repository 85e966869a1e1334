/* test_requests.c - many requests from one thread through a real nats-server: each ends once, with its own
   reply, with "nobody listens" or with its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/requests.h"
#include "tests/support/servers.h"

#define CLOSE_MS 2000
#define CAPACITY 64
#define ROUNDS   50

static struct servers_nats nats;
static struct bus *bus, *other;
static struct requests *requests;

static void echo(natsConnection *connection, natsSubscription *subscription, natsMsg *m, void *context)
{
    (void)subscription, (void)context;
    if (strcmp(natsMsg_GetSubject(m), "t.echo") == 0)
        (void)natsConnection_Publish(connection, natsMsg_GetReply(m), natsMsg_GetData(m),
                                     natsMsg_GetDataLength(m));
    natsMsg_Destroy(m);
}

static int start(void **state)
{
    (void)state;
    static natsSubscription *subscription; /* for the life of the process */
    log_init("test_requests", "1", LOG_ERROR);
    servers_nats_create(&nats, NULL);
    struct bus_options options = {.servers = nats.url, .name = "test_requests"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_open(&options, &other), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    assert_int_equal(bus_wait_connected(other, 5000), STATUS_OK);
    assert_int_equal(natsConnection_Subscribe(&subscription, bus_raw(other), "t.*", echo, NULL), NATS_OK);
    assert_int_equal(natsConnection_Flush(bus_raw(other)), NATS_OK);
    return requests_open(bus, CAPACITY, NULL, &requests) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    bus_close(bus, CLOSE_MS);
    bus_close(other, CLOSE_MS);
    requests_close(requests);
    servers_nats_destroy(&nats);
    return 0;
}

static enum status send(const char *subject, const char *text, int timeout_ms)
{
    const struct request request = {.subject = subject,
                                    .data = text,
                                    .len = (int)strlen(text),
                                    .timeout_ms = timeout_ms,
                                    .context = (void *)(uintptr_t)text};
    return requests_send(requests, &request);
}

static void each_gets_its_own_reply(void **state)
{
    (void)state;
    static char texts[CAPACITY][16];
    for (int round = 0; round < ROUNDS; round++) {
        struct request_end ended;
        int count = 0;
        for (int i = 0; i < CAPACITY; i++) {
            (void)snprintf(texts[i], sizeof texts[i], "%d-%d", round, i);
            assert_int_equal(send("t.echo", texts[i], 5000), STATUS_OK);
        }
        assert_int_equal(send("t.echo", "one more", 5000), STATUS_FULL);
        while (requests_wait(requests, &ended)) {
            const char *text = ended.context;
            assert_int_equal(ended.status, STATUS_OK);
            assert_int_equal(natsMsg_GetDataLength(ended.reply), strlen(text));
            assert_memory_equal(natsMsg_GetData(ended.reply), text, strlen(text));
            bus_discard(bus, ended.reply);
            count++;
        }
        assert_int_equal(count, CAPACITY);
        assert_int_equal(requests_under_way(requests), 0);
    }
}

static void nobody_listens(void **state)
{
    (void)state;
    struct request_end ended;
    assert_int_equal(send("nobody.here", "x", 5000), STATUS_OK);
    assert_true(requests_wait(requests, &ended));
    assert_int_equal(ended.status, STATUS_UNAVAILABLE);
    assert_null(ended.reply);
}

static void nobody_answers(void **state)
{
    (void)state;
    struct request_end ended;
    int64_t start_us = clock_monotonic_us();
    assert_int_equal(send("t.silent", "x", 300), STATUS_OK);
    assert_int_equal(send("t.echo", "y", 5000), STATUS_OK);
    assert_true(requests_wait(requests, &ended));
    assert_string_equal(ended.context, "y");
    bus_discard(bus, ended.reply);
    assert_true(requests_wait(requests, &ended));
    assert_int_equal(ended.status, STATUS_UNKNOWN);
    assert_in_range(clock_monotonic_us() - start_us, 290000, 1500000);
    assert_false(requests_wait(requests, &ended));
}

static void the_bus_is_away(void **state)
{
    (void)state;
    struct request_end ended;
    assert_int_equal(send("t.silent", "x", 500), STATUS_OK);
    servers_nats_kill(&nats);
    assert_true(requests_wait(requests, &ended));
    assert_int_equal(ended.status, STATUS_UNKNOWN);
    assert_int_not_equal(send("t.echo", "x", 500), STATUS_OK);
    assert_int_equal(requests_under_way(requests), 0);
    servers_nats_start(&nats);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    assert_int_equal(bus_wait_connected(other, 5000), STATUS_OK);
    assert_int_equal(natsConnection_Flush(bus_raw(other)), NATS_OK);
    assert_int_equal(send("t.echo", "again", 5000), STATUS_OK);
    assert_true(requests_wait(requests, &ended));
    assert_int_equal(ended.status, STATUS_OK);
    bus_discard(bus, ended.reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_gets_its_own_reply),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(the_bus_is_away),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
