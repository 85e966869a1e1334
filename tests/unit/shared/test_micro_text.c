/* test_micro_text.c - the three answers of the NATS service protocol, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "shared/core/micro_text.h"

#define HEAD(verb)                                                                                           \
    "{\"type\":\"io.nats.micro.v1." verb                                                                     \
    "_response\",\"name\":\"a-svc\",\"id\":\"1f\",\"version\":\"1.2.3\",\"metadata\":{}"

static const struct micro_endpoint_text endpoints[] = {
    {"replay",
     "pay.ops.replay",
     "a",
     {.requests = 3, .errors = 1, .processing_ns = 1000, .last_error = "it \"failed\""}},
    {"list", "pay.ops.list", "a", {.last_error = ""}},
};
static const struct micro_text service = {.name = "a-svc",
                                          .id = "1f",
                                          .version = "1.2.3",
                                          .description = "Does things",
                                          .started_us = INT64_C(1763726400000000),
                                          .endpoints = endpoints,
                                          .endpoint_count = 2};

static void check(void (*write)(const struct micro_text *, struct buf *), const struct micro_text *t,
                  const char *wanted)
{
    struct buf b;
    buf_init(&b, 4000);
    write(t, &b);
    assert_int_equal(buf_status(&b), STATUS_OK);
    assert_string_equal(b.data, wanted);
    json_t *json = json_loads(b.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    json_decref(json);
    buf_free(&b);
}

static void ping(void **state)
{
    (void)state;
    check(micro_write_ping, &service, HEAD("ping") "}");
}

static void info(void **state)
{
    (void)state;
    check(micro_write_info, &service,
          HEAD("info") ",\"description\":\"Does things\",\"endpoints\":["
                       "{\"name\":\"replay\",\"subject\":\"pay.ops.replay\",\"queue_group\":\"a\","
                       "\"metadata\":{}},"
                       "{\"name\":\"list\",\"subject\":\"pay.ops.list\",\"queue_group\":\"a\",\"metadata\":{}"
                       "}]}");
}

static void stats(void **state)
{
    (void)state;
    check(micro_write_stats, &service,
          HEAD("stats") ",\"started\":\"2025-11-21T12:00:00.000000Z\",\"endpoints\":["
                        "{\"name\":\"replay\",\"subject\":\"pay.ops.replay\",\"queue_group\":\"a\","
                        "\"num_requests\":3,\"num_errors\":1,\"last_error\":\"it \\\"failed\\\"\","
                        "\"processing_time\":1000,\"average_processing_time\":333},"
                        "{\"name\":\"list\",\"subject\":\"pay.ops.list\",\"queue_group\":\"a\","
                        "\"num_requests\":0,\"num_errors\":0,\"last_error\":\"\","
                        "\"processing_time\":0,\"average_processing_time\":0}]}");
}

static void without_endpoints(void **state)
{
    (void)state;
    struct micro_text t = service;
    t.endpoints = NULL;
    t.endpoint_count = 0;
    check(micro_write_info, &t, HEAD("info") ",\"description\":\"Does things\",\"endpoints\":[]}");
    check(micro_write_stats, &t,
          HEAD("stats") ",\"started\":\"2025-11-21T12:00:00.000000Z\",\"endpoints\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ping), cmocka_unit_test(info),
                                       cmocka_unit_test(stats), cmocka_unit_test(without_endpoints)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
