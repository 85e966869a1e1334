/* test_micro.c - services are found by all, by name and by instance, say what they serve, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "shared/io/log.h"
#include "shared/io/micro.h"
#include "tests/support/servers.h"

#define WAIT_MS     5000
#define SILENCE_MS  100
#define ANSWERS_MAX 8

static struct micro_counts counts;
static const struct micro_endpoint endpoints[] = {{"work", "test.work", "test", &counts}};
static const struct micro_options first = {
    .name = "first-svc", .description = "The first", .endpoints = endpoints, .endpoint_count = 1};
static const struct micro_options second = {.name = "second-svc", .description = "The second"};

/* Two instances of the first service, one of the second, each with its own connection; and who asks. */
#define SERVICES 3
static struct world {
    struct servers_nats nats;
    struct bus *buses[SERVICES];
    struct micro *services[SERVICES];
    struct bus *bus;
    natsSubscription *answers;
} world;

static struct bus *open_bus(void)
{
    struct bus *bus = NULL;
    const struct bus_options options = {.servers = world.nats.url, .name = "test_micro"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, WAIT_MS), STATUS_OK);
    return bus;
}

static int set_up(void **state)
{
    (void)state;
    log_init("test", "1", LOG_ERROR);
    assert_true(sodium_init() >= 0);
    servers_nats_create(&world.nats, NULL);
    for (size_t i = 0; i < SERVICES; i++) {
        world.buses[i] = open_bus();
        assert_int_equal(micro_open(world.buses[i], i < 2 ? &first : &second, &world.services[i]), STATUS_OK);
        bus_flush(world.buses[i]);
    }
    world.bus = open_bus();
    assert_int_equal(natsConnection_SubscribeSync(&world.answers, bus_raw(world.bus), "_INBOX.answers"),
                     NATS_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    natsSubscription_Destroy(world.answers);
    bus_close(world.bus, WAIT_MS);
    for (size_t i = 0; i < SERVICES; i++) {
        bus_close(world.buses[i], WAIT_MS);
        micro_close(world.services[i]);
    }
    servers_nats_destroy(&world.nats);
    return 0;
}

static json_t *next_answer(int wait_ms)
{
    natsMsg *msg = NULL;
    if (natsSubscription_NextMsg(&msg, world.answers, wait_ms) != NATS_OK)
        return NULL;
    json_t *json = json_loadb(natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg), 0, NULL);
    natsMsg_Destroy(msg);
    assert_non_null(json);
    return json;
}

static void ask(const char *subject)
{
    assert_int_equal(bus_publish(world.bus, subject, "_INBOX.answers", NULL, "", 0), STATUS_OK);
    bus_flush(world.bus);
}

/* Exactly so many answer, each in this form. */
static void expect(const char *subject, size_t count, const char *type)
{
    ask(subject);
    for (size_t i = 0; i < count; i++) {
        json_t *json = next_answer(WAIT_MS);
        assert_non_null(json);
        assert_string_equal(json_string_value(json_object_get(json, "type")), type);
        json_decref(json);
    }
    assert_null(next_answer(SILENCE_MS));
}

static void who_is_asked_answers(void **state)
{
    (void)state;
    static const char ping[] = "io.nats.micro.v1.ping_response";
    expect("$SRV.PING", 3, ping);
    expect("$SRV.PING.first-svc", 2, ping);
    expect("$SRV.PING.second-svc", 1, ping);
    expect("$SRV.INFO", 3, "io.nats.micro.v1.info_response");
    expect("$SRV.STATS.first-svc", 2, "io.nats.micro.v1.stats_response");
    expect("$SRV.SCHEMA", 0, ping);
    expect("$SRV.PINGS.first-svc", 0, ping);
}

/* Who asks chooses where the answer goes, and must not choose a stream. */
static void answers_go_to_inboxes_only(void **state)
{
    (void)state;
    natsSubscription *stream = NULL;
    natsMsg *msg = NULL;
    assert_int_equal(natsConnection_SubscribeSync(&stream, bus_raw(world.bus), "pay.evt.garbage"), NATS_OK);
    assert_int_equal(bus_publish(world.bus, "$SRV.PING", "pay.evt.garbage", NULL, "", 0), STATUS_OK);
    expect("$SRV.PING", SERVICES, "io.nats.micro.v1.ping_response"); /* answered behind that one */
    assert_int_equal(natsSubscription_NextMsg(&msg, stream, SILENCE_MS), NATS_TIMEOUT);
    natsSubscription_Destroy(stream);
}

static void an_instance_is_asked_by_its_id(void **state)
{
    (void)state;
    ask("$SRV.PING.second-svc");
    json_t *ping = next_answer(WAIT_MS);
    assert_non_null(ping);
    char subject[160];
    (void)snprintf(subject, sizeof subject, "$SRV.INFO.second-svc.%s",
                   json_string_value(json_object_get(ping, "id")));
    json_decref(ping);
    expect(subject, 1, "io.nats.micro.v1.info_response");
    expect("$SRV.INFO.second-svc.nobody", 0, "");
}

static void what_was_served_is_told(void **state)
{
    (void)state;
    micro_count(&counts, NULL);
    micro_count(&counts, "busy");
    micro_count_time(&counts, 7);
    ask("$SRV.STATS.first-svc");
    json_t *stats = next_answer(WAIT_MS);
    const char *name, *error;
    json_int_t requests, errors, time, average;
    assert_int_equal(json_unpack(stats, "{s:[{s:s,s:s,s:I,s:I,s:I,s:I}]}", "endpoints", "name", &name,
                                 "last_error", &error, "num_requests", &requests, "num_errors", &errors,
                                 "processing_time", &time, "average_processing_time", &average),
                     0);
    assert_string_equal(name, "work");
    assert_string_equal(error, "busy");
    assert_int_equal(requests, 2);
    assert_int_equal(errors, 1);
    assert_int_equal(time, 7000);
    assert_int_equal(average, 3500);
    json_decref(stats);
    stats = next_answer(WAIT_MS);
    json_decref(stats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_asked_answers), cmocka_unit_test(answers_go_to_inboxes_only),
        cmocka_unit_test(an_instance_is_asked_by_its_id), cmocka_unit_test(what_was_served_is_told)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
