/* test_work_event.c - the text of work on the bus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/contract/work_event.h"
#include "shared/core/typeid.h"

#define EVENT_MAX 4096

static struct uuid id_of(const char *prefix, const char *text)
{
    struct uuid id;
    assert_int_equal(typeid_parse(prefix, str_of(text), &id), STATUS_OK);
    return id;
}

static void a_webhook(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = {0};
    buf_init(&out, EVENT_MAX);
    struct work_event e = {.id = id_of("wrk", "wrk_01h455vb4pex5vsknk084sn02q"),
                           .object = id_of("whe", "whe_01h455vb4pex5vsknk084sn02q"),
                           .kind = STR_LIT("webhook"),
                           .enqueued_us = 1800000000123456,
                           .traceparent = STR_LIT("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                           .provider = STR_LIT("demo"),
                           .event_id = STR_LIT("e\"1"),
                           .event_type = STR_LIT("demo.fund"),
                           .payload = STR_LIT("{\"amount\":1}")};
    work_event_write(&out, &e);
    assert_string_equal(
        out.data,
        "{\"specversion\":\"1.0\",\"id\":\"wrk_01h455vb4pex5vsknk084sn02q\",\"source\":\"/paybus/work\","
        "\"type\":\"paybus.work.webhook\",\"subject\":\"whe_01h455vb4pex5vsknk084sn02q\","
        "\"time\":\"2027-01-15T08:00:00.123456Z\",\"datacontenttype\":\"application/json\","
        "\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\","
        "\"data\":{\"id\":\"whe_01h455vb4pex5vsknk084sn02q\",\"provider\":\"demo\","
        "\"event_id\":\"e\\\"1\",\"event_type\":\"demo.fund\",\"occurred_at\":null,"
        "\"payload\":{\"amount\":1}}}");
}

static void another_kind(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = {0};
    buf_init(&out, EVENT_MAX);
    struct work_event e = {.id = id_of("wrk", "wrk_01h455vb4pex5vsknk084sn02q"),
                           .object = id_of("dlv", "dlv_01h455vb4pex5vsknk084sn02q"),
                           .kind = STR_LIT("delivery"),
                           .enqueued_us = 1800000000000000};
    work_event_write(&out, &e);
    assert_string_equal(
        out.data,
        "{\"specversion\":\"1.0\",\"id\":\"wrk_01h455vb4pex5vsknk084sn02q\",\"source\":\"/paybus/work\","
        "\"type\":\"paybus.work.delivery\",\"subject\":\"dlv_01h455vb4pex5vsknk084sn02q\","
        "\"time\":\"2027-01-15T08:00:00.000000Z\",\"datacontenttype\":\"application/json\","
        "\"data\":{\"id\":\"dlv_01h455vb4pex5vsknk084sn02q\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_webhook), cmocka_unit_test(another_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
