/* test_pull.c - a pull consumer on a real nats-server makes itself, and mends itself: deleted, with its
   stream deleted, changed by somebody, the server killed. No message is lost, none comes again that was
   acknowledged, and what is sent back comes when it was to come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/pull.h"
#include "tests/support/jetstream.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define CLOSE_MS 2000
#define WAIT_US  INT64_C(15000000)
#define ROOM     256
#define MANY     2000

static const struct pull_spec spec = {.stream = "W",
                                      .name = "c",
                                      .filter = "w.a.>",
                                      .description = "for tests",
                                      .ack_wait_ms = 3000,
                                      .ack_pending_max = 20000};
static struct servers_nats nats;
static struct bus *bus;
static struct bell bell;
static struct pull *pull;
static jsCtx *js;
static int64_t age; /* of what was taken last */

static void make_stream(void)
{
    jsStreamConfig config;
    jsStreamInfo *info = NULL;
    const char *subjects[] = {"w.>"};
    (void)jsStreamConfig_Init(&config);
    config.Name = "W";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Retention = js_WorkQueuePolicy;
    assert_int_equal(js_AddStream(&info, js, &config, NULL, NULL), NATS_OK);
    jsStreamInfo_Destroy(info);
}

static int start(void **state)
{
    (void)state;
    log_init("test_pull", "1", LOG_ERROR);
    servers_nats_create(&nats, NULL);
    struct bus_options options = {.servers = nats.url, .name = "test_pull"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    assert_int_equal(jetstream_open(&js, bus_raw(bus)), NATS_OK);
    bell_init(&bell);
    return pull_open(bus, &spec, &bell, &pull) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    pull_stop(pull);
    jsCtx_Destroy(js);
    bus_close(bus, CLOSE_MS);
    pull_close(pull);
    bell_destroy(&bell);
    servers_nats_destroy(&nats);
    return 0;
}

static void publish(int from, int count)
{
    for (int i = from; i < from + count; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", i);
        assert_int_equal(js_Publish(NULL, js, "w.a.x", text, (int)strlen(text), NULL, NULL), NATS_OK);
    }
}

/* Takes messages and acknowledges them until each of these numbers was seen; how many came. */
static int take_all(int from, int count)
{
    static bool seen[MANY * 4];
    natsMsg *messages[ROOM];
    int missing = count, taken = 0;
    int64_t until_us = clock_monotonic_us() + WAIT_US;
    memset(seen, 0, sizeof seen);
    while (missing > 0 && clock_monotonic_us() < until_us) {
        int n = pull_take(pull, ROOM, messages, &age);
        for (int i = 0; i < n; i++) {
            int number = 0;
            assert_int_equal(sscanf(natsMsg_GetData(messages[i]), "%d", &number), 1);
            assert_in_range(number, from, from + count - 1);
            missing -= !seen[number];
            seen[number] = true;
            pull_acknowledge(pull, messages[i], age);
            bus_discard(bus, messages[i]);
        }
        taken += n;
        if (n == 0)
            bell_wait(&bell, pull_look_again_us(pull));
    }
    bus_flush(bus);
    assert_int_equal(missing, 0);
    return taken;
}

static natsMsg *take_one(void)
{
    natsMsg *message = NULL;
    int64_t until_us = clock_monotonic_us() + WAIT_US;
    while (pull_take(pull, 1, &message, &age) == 0) {
        assert_true(clock_monotonic_us() < until_us);
        bell_wait(&bell, pull_look_again_us(pull));
    }
    return message;
}

static void it_waits_for_its_stream(void **state)
{
    (void)state;
    natsMsg *messages[ROOM];
    assert_int_equal(pull_take(pull, ROOM, messages, &age), 0);
    assert_false(pull_is_ready(pull));
    make_stream();
    publish(0, 10);
    assert_int_equal(take_all(0, 10), 10);
    assert_true(pull_is_ready(pull));
}

static void many_come_once(void **state)
{
    (void)state;
    publish(0, MANY);
    assert_int_equal(take_all(0, MANY), MANY);
}

static void sent_back_it_comes_then(void **state)
{
    (void)state;
    struct pull_place place;
    publish(0, 1);
    natsMsg *message = take_one();
    assert_int_equal(pull_place(message, &place), STATUS_OK);
    assert_int_equal(place.deliveries, 1);
    int64_t back_us = clock_monotonic_us();
    pull_send_back(pull, message, age, 500);
    natsMsg_Destroy(message);
    bus_flush(bus);
    message = take_one();
    assert_in_range(clock_monotonic_us() - back_us, 450000, 900000);
    assert_int_equal(pull_place(message, &place), STATUS_OK);
    assert_int_equal(place.deliveries, 2);
    pull_terminate(pull, message, age);
    natsMsg_Destroy(message);
    bus_flush(bus);
}

/* Longer than the server waits for an acknowledgement. */
static void signs_of_life_keep_it(void **state)
{
    (void)state;
    struct pull_place place;
    publish(0, 1);
    natsMsg *message = take_one(), *other = NULL;
    int64_t until_us = clock_monotonic_us() + INT64_C(1500) * spec.ack_wait_ms;
    while (clock_monotonic_us() < until_us) {
        pull_go_on(pull, message, age);
        bus_flush(bus);
        assert_int_equal(pull_take(pull, 1, &other, &age), 0);
        bell_wait(&bell, clock_monotonic_us() + 200000);
    }
    natsMsg_Destroy(message);
    message = take_one(); /* without them */
    assert_int_equal(pull_place(message, &place), STATUS_OK);
    assert_int_equal(place.deliveries, 2);
    pull_acknowledge(pull, message, age);
    natsMsg_Destroy(message);
    bus_flush(bus);
}

/* A flush is answered before the server's consumer has looked at the acknowledgements: deleted just then it
 * takes them along, and a message comes again, rightly. */
static bool nothing_is_left(void *context)
{
    (void)context;
    jsStreamInfo *info = NULL;
    assert_int_equal(js_GetStreamInfo(&info, js, "W", NULL, NULL), NATS_OK);
    uint64_t left = info->State.Msgs;
    jsStreamInfo_Destroy(info);
    return left == 0;
}

static void a_deleted_consumer_is_made_again(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(eventually(nothing_is_left, NULL, WAIT_US / 1000));
        assert_int_equal(js_DeleteConsumer(js, "W", "c", NULL, NULL), NATS_OK);
        publish(0, 100);
        assert_int_equal(take_all(0, 100), 100);
    }
}

static void a_deleted_stream_is_waited_for(void **state)
{
    (void)state;
    assert_int_equal(js_DeleteStream(js, "W", NULL, NULL), NATS_OK);
    make_stream();
    publish(0, 100);
    assert_int_equal(take_all(0, 100), 100);
}

static int64_t messages_left(void)
{
    jsStreamInfo *info = NULL;
    assert_int_equal(js_GetStreamInfo(&info, js, "W", NULL, NULL), NATS_OK);
    int64_t messages = (int64_t)info->State.Msgs;
    jsStreamInfo_Destroy(info);
    return messages;
}

/* With its first messages and, by somebody else, its consumer. */
static void make_stream_anew(void)
{
    jsConsumerConfig config;
    jsConsumerInfo *info = NULL;
    make_stream();
    publish(0, 3);
    (void)jsConsumerConfig_Init(&config);
    config.Durable = spec.name;
    config.FilterSubject = spec.filter;
    config.AckPolicy = js_AckExplicit;
    config.AckWait = spec.ack_wait_ms * 1000000;
    config.MaxDeliver = -1;
    config.MaxAckPending = spec.ack_pending_max;
    assert_int_equal(js_AddConsumer(&info, js, "W", &config, NULL, NULL), NATS_OK);
    jsConsumerInfo_Destroy(info);
}

/* An acknowledgement waits its turn in the server, and may be behind the answer to what was asked later. */
static bool is_emptied(void)
{
    int64_t until_us = clock_monotonic_us() + WAIT_US;
    while (messages_left() > 0 && clock_monotonic_us() < until_us)
        bus_flush(bus);
    return messages_left() == 0;
}

/* Its sequences are those of other messages now, which nobody has dealt with; only what it delivers tells. */
static void nothing_late_hits_a_stream_made_anew(void **state)
{
    (void)state;
    natsMsg *old[3];
    int64_t old_age = 0;
    assert_int_equal(js_DeleteStream(js, "W", NULL, NULL), NATS_OK);
    make_stream();
    publish(0, 3);
    for (int i = 0; i < 3; i++) {
        old[i] = take_one();
        old_age = age;
    }
    assert_int_equal(js_DeleteStream(js, "W", NULL, NULL), NATS_OK);
    make_stream_anew();
    natsMsg *first = take_one(); /* one that has the same sequence as an old one */
    pull_acknowledge(pull, old[0], old_age);
    pull_terminate(pull, old[1], old_age);
    pull_send_back(pull, old[2], old_age, 60000);
    bus_flush(bus);
    assert_int_equal(messages_left(), 3);
    for (int i = 0; i < 3; i++)
        natsMsg_Destroy(old[i]);
    natsMsg_Destroy(first);
    (void)take_all(0, 3);
    assert_true(is_emptied());
}

/* Nobody has said yet that the stream behind the new connection is the old one. */
static void nothing_is_said_before_it_is_known(void **state)
{
    (void)state;
    assert_int_equal(js_DeleteStream(js, "W", NULL, NULL), NATS_OK);
    make_stream();
    publish(0, 3);
    natsMsg *old = take_one();
    int64_t old_age = age;
    servers_nats_stop(&nats);
    servers_nats_wipe(&nats);
    servers_nats_start(&nats);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    make_stream_anew();
    pull_acknowledge(pull, old, old_age);
    bus_flush(bus);
    assert_int_equal(messages_left(), 3);
    natsMsg_Destroy(old);
    (void)take_all(0, 3);
    assert_true(is_emptied());
}

static void a_changed_consumer_is_brought_in_line(void **state)
{
    (void)state;
    jsConsumerConfig config;
    jsConsumerInfo *info = NULL;
    (void)jsConsumerConfig_Init(&config);
    config.Durable = "c";
    config.FilterSubject = spec.filter;
    config.AckPolicy = js_AckExplicit;
    config.MaxAckPending = 3;
    assert_int_equal(js_AddConsumer(&info, js, "W", &config, NULL, NULL), NATS_OK);
    jsConsumerInfo_Destroy(info);
    servers_nats_stop(&nats);
    servers_nats_start(&nats);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    publish(0, 100);
    (void)take_all(0, 100);
    assert_int_equal(js_GetConsumerInfo(&info, js, "W", "c", NULL, NULL), NATS_OK);
    assert_int_equal(info->Config->MaxAckPending, spec.ack_pending_max);
    assert_int_equal(info->Config->AckWait, spec.ack_wait_ms * 1000000);
    jsConsumerInfo_Destroy(info);
}

static void nothing_is_lost_with_the_server(void **state)
{
    (void)state;
    publish(0, MANY);
    servers_nats_kill(&nats);
    servers_nats_start(&nats);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
    assert_true(take_all(0, MANY) >= MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_for_its_stream),
        cmocka_unit_test(many_come_once),
        cmocka_unit_test(sent_back_it_comes_then),
        cmocka_unit_test(signs_of_life_keep_it),
        cmocka_unit_test(a_deleted_consumer_is_made_again),
        cmocka_unit_test(a_deleted_stream_is_waited_for),
        cmocka_unit_test(nothing_late_hits_a_stream_made_anew),
        cmocka_unit_test(nothing_is_said_before_it_is_known),
        cmocka_unit_test(a_changed_consumer_is_brought_in_line),
        cmocka_unit_test(nothing_is_lost_with_the_server),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
