/* test_stream.c - streams on a real nats-server: made, mended and told apart; published in strict order, so
   that nothing is stored behind a message that was lost, and acknowledged once however often it is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/io/log.h"
#include "shared/io/metrics.h"
#include "shared/io/stream.h"
#include "tests/support/servers.h"

#define CLOSE_MS 2000
#define WAIT_MS  2000
#define HEADER   "Paybus-Seq"
#define MANY     (2 * PUBLISHER_MESSAGES_MAX)

static const struct stream_spec spec = {.name = "T",
                                        .subject = "t.>",
                                        .description = "for tests",
                                        .max_age_s = 3600,
                                        .max_bytes = 64 << 20,
                                        .duplicates_s = 120,
                                        .replicas = 1};
static struct servers_nats nats;
static struct bus *bus;
/* A work queue of some forty of the messages of 1 kB below. */
static const struct stream_spec small = {.name = "W",
                                         .subject = "w.>",
                                         .description = "for tests",
                                         .is_work_queue = true,
                                         .max_bytes = 40 << 10,
                                         .duplicates_s = 120,
                                         .replicas = 1};
static struct publisher *publisher, *rival, *unordered;

static int start(void **state)
{
    (void)state;
    log_init("test_stream", "1", LOG_ERROR);
    servers_nats_create(&nats, NULL);
    struct bus_options options = {.servers = nats.url, .name = "test_stream"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    assert_int_equal(publisher_open(bus, spec.name, true, &rival), STATUS_OK);
    assert_int_equal(publisher_open(bus, small.name, false, &unordered), STATUS_OK);
    return publisher_open(bus, spec.name, true, &publisher) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    publisher_stop(publisher);
    publisher_stop(rival);
    publisher_stop(unordered);
    bus_close(bus, CLOSE_MS);
    publisher_close(publisher);
    publisher_close(rival);
    publisher_close(unordered);
    servers_nats_destroy(&nats);
    return 0;
}

static struct stream_state ensure(const struct stream_spec *s)
{
    struct stream_state now = {0};
    assert_int_equal(stream_ensure(bus, s, &now), STATUS_OK);
    return now;
}

static void delete_stream(void)
{
    natsMsg *reply = NULL;
    assert_int_equal(
        natsConnection_RequestString(&reply, bus_raw(bus), "$JS.API.STREAM.DELETE.T", "", WAIT_MS), NATS_OK);
    natsMsg_Destroy(reply);
}

static int open_stream(void **state)
{
    (void)state;
    publisher_begin(publisher, ensure(&spec).last_seq);
    return 0;
}

static int close_stream(void **state)
{
    (void)state;
    delete_stream();
    return 0;
}

static void send_message(int number)
{
    char id[16], value[16];
    (void)snprintf(id, sizeof id, "id%d", number);
    (void)snprintf(value, sizeof value, "%d", number);
    const struct publisher_message m = {
        .subject = "t.x", .id = id, .headers = {{HEADER, value}}, .body = STR_LIT("{}")};
    assert_int_equal(publisher_send(publisher, &m), STATUS_OK);
}

/* The publishers' own series, by their names. */
static int64_t published(const char *stream, const char *result)
{
    char labels[64];
    (void)snprintf(labels, sizeof labels, "stream=\"%s\",result=\"%s\"", stream, result);
    return metric_value(metrics_counter("paybus_bus_publishes_total", "", labels));
}

static int64_t rounds(const char *stream)
{
    char labels[64];
    (void)snprintf(labels, sizeof labels, "stream=\"%s\"", stream);
    return metric_value(metrics_histogram("paybus_bus_puback_duration_seconds", "", labels,
                                          METRICS_SECONDS_BOUNDS, METRICS_SECONDS_BOUNDS_COUNT));
}

static void wait_acks(enum status wanted, size_t wanted_count, int64_t wanted_seq)
{
    struct publisher_acks acks;
    assert_int_equal(publisher_wait(publisher, WAIT_MS, &acks), wanted);
    assert_int_equal(acks.count, wanted_count);
    assert_int_equal(acks.last_seq, wanted_seq);
}

static void expect_message(int64_t seq, const char *wanted_id)
{
    struct stream_message m;
    assert_int_equal(stream_find(bus, "T", seq, HEADER, &m), STATUS_OK);
    assert_string_equal(m.id, wanted_id);
    assert_string_equal(m.value, wanted_id + strlen("id"));
}

static void test_made_and_mended(void **state)
{
    (void)state;
    struct stream_state first = ensure(&spec), again = ensure(&spec);
    assert_true(first.created_ns > 0);
    assert_int_equal(again.created_ns, first.created_ns);
    assert_int_equal(again.messages, 0);

    struct stream_spec longer = spec;
    longer.max_age_s = 7200;
    assert_int_equal(ensure(&longer).created_ns, first.created_ns);
    assert_int_equal(ensure(&spec).created_ns, first.created_ns);

    delete_stream();
    assert_int_not_equal(ensure(&spec).created_ns, first.created_ns);
    delete_stream();
}

static void test_refusals_are_told(void **state)
{
    (void)state;
    struct stream_state now;
    struct stream_spec taken = spec, copied = spec;
    taken.name = "U";
    copied.replicas = 3;
    (void)ensure(&spec);
    assert_int_equal(stream_ensure(bus, &taken, &now), STATUS_FAILED);
    delete_stream();
    assert_int_equal(stream_ensure(bus, &copied, &now), STATUS_FAILED); /* not in a cluster */
}

static void test_in_order(void **state)
{
    (void)state;
    for (int i = 1; i <= MANY; i++) {
        send_message(i);
        if (i % PUBLISHER_MESSAGES_MAX == 0)
            wait_acks(STATUS_OK, PUBLISHER_MESSAGES_MAX, i);
    }
    wait_acks(STATUS_OK, 0, 0);
    expect_message(1, "id1");
    expect_message(MANY, "id512");
    assert_int_equal(ensure(&spec).last_seq, MANY);
    struct stream_message none;
    assert_int_equal(stream_find(bus, "T", MANY + 1, HEADER, &none), STATUS_INVALID);
}

static void test_full(void **state)
{
    (void)state;
    for (int i = 1; i <= PUBLISHER_MESSAGES_MAX; i++)
        send_message(i);
    const struct publisher_message m = {.subject = "t.x", .id = "one more", .body = STR_LIT("{}")};
    assert_int_equal(publisher_send(publisher, &m), STATUS_FULL);
    wait_acks(STATUS_OK, PUBLISHER_MESSAGES_MAX, PUBLISHER_MESSAGES_MAX);
}

static void test_repeated(void **state)
{
    (void)state;
    send_message(1);
    send_message(2);
    wait_acks(STATUS_OK, 2, 2);
    publisher_begin(publisher, 2); /* as another process, which does not know how far this one came */
    send_message(1);
    send_message(2);
    send_message(3);
    wait_acks(STATUS_OK, 3, 3);
    assert_int_equal(ensure(&spec).messages, 3);
}

/* A message that the server never got: what follows it names it, and is refused. */
static void test_nothing_behind_a_loss(void **state)
{
    (void)state;
    send_message(1);
    wait_acks(STATUS_OK, 1, 1);
    const struct publisher_message lost = {.subject = "elsewhere", .id = "id2", .body = STR_LIT("{}")};
    assert_int_equal(publisher_send(publisher, &lost), STATUS_OK);
    send_message(3);
    send_message(4);
    wait_acks(STATUS_FAILED, 0, 0);
    assert_int_equal(ensure(&spec).last_seq, 1);
    publisher_begin(publisher, 1);
    for (int i = 2; i <= 4; i++)
        send_message(i);
    wait_acks(STATUS_OK, 3, 4);
    expect_message(2, "id2");
}

/* Another publisher came between: whoever does not know is refused, also at the beginning. */
static void test_rivals(void **state)
{
    (void)state;
    struct publisher *mine = publisher;
    send_message(1);
    wait_acks(STATUS_OK, 1, 1);
    publisher = rival;
    publisher_begin(publisher, 0);
    send_message(2);
    wait_acks(STATUS_FAILED, 0, 0);
    publisher_begin(publisher, 1);
    send_message(2);
    wait_acks(STATUS_OK, 1, 2);
    publisher = mine;
    send_message(3);
    wait_acks(STATUS_FAILED, 0, 0);
    assert_int_equal(ensure(&spec).last_seq, 2);
    const struct publisher_message m = {.subject = "t.x", .id = "id3", .body = STR_LIT("{}")};
    assert_int_equal(publisher_send(publisher, &m), STATUS_INVALID); /* it has to find out first */
}

/* Each of many is answered "no responders": none of these answers is taken for one of the next round's. */
static void test_no_stream(void **state)
{
    (void)state;
    delete_stream();
    for (int i = 1; i <= PUBLISHER_MESSAGES_MAX; i++)
        send_message(i);
    wait_acks(STATUS_FAILED, 0, 0);
    publisher_begin(publisher, ensure(&spec).last_seq);
    send_message(1);
    wait_acks(STATUS_OK, 1, 1);
}

/* The last message of a round may have been there before, and lie below the others. */
static void test_furthest_place(void **state)
{
    (void)state;
    struct publisher_acks acks;
    int64_t rounds_before = rounds("T"), published_before = published("T", "acknowledged");
    send_message(7);
    wait_acks(STATUS_OK, 1, 1);
    for (int i = 1; i <= 3; i++)
        send_message(i);
    send_message(7);
    assert_int_equal(publisher_wait(publisher, WAIT_MS, &acks), STATUS_OK);
    assert_int_equal(acks.count, 4);
    assert_int_equal(acks.last, 2);
    assert_int_equal(acks.last_seq, 4);
    assert_int_equal(rounds("T") - rounds_before, 2);
    assert_int_equal(published("T", "acknowledged") - published_before, 5);
}

/* What is purged is still known for as long as duplicates are: acknowledged, and not stored. Operators are
   told to wait before they ask for a rewind. */
static void test_purged(void **state)
{
    (void)state;
    natsMsg *reply = NULL;
    send_message(1);
    send_message(2);
    wait_acks(STATUS_OK, 2, 2);
    assert_int_equal(
        natsConnection_RequestString(&reply, bus_raw(bus), "$JS.API.STREAM.PURGE.T", "", WAIT_MS), NATS_OK);
    natsMsg_Destroy(reply);
    struct stream_state now = ensure(&spec);
    assert_int_equal(now.messages, 0);
    assert_int_equal(now.last_seq, 2);
    publisher_begin(publisher, now.last_seq);
    send_message(1);
    send_message(3);
    wait_acks(STATUS_FAILED, 1, 1);
    publisher_begin(publisher, now.last_seq);
    send_message(3);
    wait_acks(STATUS_OK, 1, 3);
    assert_int_equal(ensure(&spec).messages, 1);
}

static void send_work(int number, size_t size)
{
    static char body[4096];
    char id[16];
    memset(body, 'x', sizeof body);
    (void)snprintf(id, sizeof id, "work%d", number);
    const struct publisher_message m = {.subject = "w.x", .id = id, .body = {body, size}};
    assert_int_equal(publisher_send(unordered, &m), STATUS_OK);
}

/* Where others publish, too, each message is for itself, in any order; a full work queue refuses and forgets
   nothing. */
static void test_each_for_itself(void **state)
{
    (void)state;
    struct publisher_acks acks;
    publisher_begin(unordered, ensure(&small).last_seq);
    for (int i = 1; i <= 60; i++)
        send_work(i, 1000);
    assert_int_equal(publisher_wait(unordered, WAIT_MS, &acks), STATUS_FAILED);
    assert_in_range(acks.count, 20, 40);
    assert_int_equal(published(small.name, "acknowledged"), acks.count);
    assert_int_equal(published(small.name, "refused"), 60 - acks.count);
    assert_int_equal(rounds(small.name), 0);
    struct stream_state full = ensure(&small);
    assert_int_equal(full.messages, acks.count);
    assert_int_equal(full.first_seq, 1);
    assert_true(full.bytes <= small.max_bytes);

    struct stream_spec larger = small;
    larger.max_bytes *= 10;
    publisher_begin(unordered, ensure(&larger).last_seq);
    for (int i = 60; i >= 1; i--)
        send_work(i, 1000);
    assert_int_equal(publisher_wait(unordered, WAIT_MS, &acks), STATUS_OK);
    assert_int_equal(acks.count, 60);
    assert_int_equal(ensure(&larger).messages, 60);
    assert_in_range(ensure(&small).messages, 20, 40); /* a limit that is lowered deletes */
}

static void test_server_away(void **state)
{
    (void)state;
    struct stream_state now;
    servers_nats_freeze(&nats);
    send_message(1);
    wait_acks(STATUS_TIMEOUT, 0, 0);
    assert_int_equal(published("T", "timeout"), 1);
    assert_int_equal(stream_ensure(bus, &spec, &now), STATUS_UNAVAILABLE);
    servers_nats_thaw(&nats);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    publisher_begin(publisher, ensure(&spec).last_seq);
    send_message(1); /* the first may have arrived: it is one message */
    wait_acks(STATUS_OK, 1, 1);
    assert_int_equal(ensure(&spec).messages, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_and_mended),
        cmocka_unit_test(test_refusals_are_told),
        cmocka_unit_test_setup_teardown(test_in_order, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_full, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_repeated, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_nothing_behind_a_loss, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_rivals, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_no_stream, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_furthest_place, open_stream, close_stream),
        cmocka_unit_test(test_each_for_itself),
        cmocka_unit_test_setup_teardown(test_purged, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_server_away, open_stream, close_stream),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
