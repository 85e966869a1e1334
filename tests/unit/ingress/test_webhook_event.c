/* test_webhook_event.c - which deliveries are the same event, and what becomes of a body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/domain/webhook_event.h"

#define BASE "{\"event_id\":\"e\",\"event_type\":\"t\",\"payload\":{\"a\":1,\"b\":[1.50,\"\\u00e9\"]}}"

static enum status write_event(const char *text, struct buf *out, struct digest *ret_content,
                               struct problem *p)
{
    json_t *body;
    assert_int_equal(json_parse_object(str_of(text), &body, p), STATUS_OK);
    assert_int_equal(json_check(body, webhook_event_body.fields, webhook_event_body.field_count, p),
                     STATUS_OK);
    const struct webhook_event event = {body, str_of(text), STR_LIT("gateway")};
    enum status s = webhook_event_write(&event, out, ret_content, p);
    json_decref(body);
    return s;
}

static const struct {
    const char *name, *text;
    bool is_same;
} rows[] = {
    {"itself", BASE, true},
    {"another order, spaces and escapes",
     " { \"payload\":{\"b\":[1.5, \"\xc3\xa9\"],\"a\":1} ,\"event_id\":\"e\",\"event_type\":\"\\u0074\"}",
     true},
    {"another id: that is looked at before",
     "{\"event_id\":\"f\",\"event_type\":\"t\",\"payload\":{\"a\":1,\"b\":[1.50,\"\\u00e9\"]}}", true},
    {"another type",
     "{\"event_id\":\"e\",\"event_type\":\"u\",\"payload\":{\"a\":1,\"b\":[1.50,\"\\u00e9\"]}}", false},
    {"with a time",
     "{\"event_id\":\"e\",\"event_type\":\"t\",\"occurred_at\":\"1970-01-01T00:00:00Z\","
     "\"payload\":{\"a\":1,\"b\":[1.50,\"\\u00e9\"]}}",
     false},
    {"a real", "{\"event_id\":\"e\",\"event_type\":\"t\",\"payload\":{\"a\":1.0,\"b\":[1.50,\"\\u00e9\"]}}",
     false},
    {"a text", "{\"event_id\":\"e\",\"event_type\":\"t\",\"payload\":{\"a\":\"1\",\"b\":[1.50,\"\\u00e9\"]}}",
     false},
    {"a null more",
     "{\"event_id\":\"e\",\"event_type\":\"t\",\"payload\":{\"a\":1,\"b\":[1.50,\"\\u00e9\"],\"c\":null}}",
     false},
    {"nothing", "{\"event_id\":\"e\",\"event_type\":\"t\",\"payload\":{}}", false},
};

static void same_or_not(void **state)
{
    (void)state;
    struct digest base, other;
    struct problem p;
    struct buf out CLEANUP(buf_free);
    buf_init(&out, 4096);
    assert_int_equal(write_event(BASE, &out, &base, &p), STATUS_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("  %s\n", rows[i].name);
        assert_int_equal(write_event(rows[i].text, &out, &other, &p), STATUS_OK);
        assert_int_equal(digest_equal(&base, &other), rows[i].is_same);
    }
}

static void times(void **state)
{
    (void)state;
    struct digest a, b;
    struct problem p;
    struct buf out CLEANUP(buf_free);
    buf_init(&out, 4096);
    assert_int_equal(write_event("{\"event_id\":\"e\",\"event_type\":\"t\",\"occurred_at\":\"2026-11-21T00:"
                                 "00:00Z\",\"payload\":{}}",
                                 &out, &a, &p),
                     STATUS_OK);
    assert_string_equal(out.data, "{\"provider\":\"gateway\",\"event_id\":\"e\",\"event_type\":\"t\","
                                  "\"occurred_at\":\"2026-11-21T00:00:00Z\",\"payload\":\"{}\"}");
    assert_int_equal(write_event("{\"event_id\":\"e\",\"event_type\":\"t\",\"occurred_at\":\"2026-11-21T01:"
                                 "00:00+01:00\",\"payload\":{}}",
                                 &out, &b, &p),
                     STATUS_OK);
    assert_true(digest_equal(&a, &b));
}

/* The parser brings them to the nearest that fits: two different events must not be one. */
static void large_integers_stay(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        "{\"a\":9223372036854775807}",
        "{\"a\":9223372036854775808}",
        "{\"a\":18446744073709551615}",
        "{\"a\":-9223372036854775809}",
        "{\"a\":[[[1,2,99999999999999999999]]]}",
        "{\"a\":[[[1,2,99999999999999999998]]]}",
    };
    enum { COUNT = sizeof(payloads) / sizeof(payloads[0]) };
    struct digest contents[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        char text[256];
        struct problem p;
        struct buf out CLEANUP(buf_free);
        json_t *data CLEANUP(json_decref_ptr) = NULL;
        buf_init(&out, 4096);
        (void)snprintf(text, sizeof(text), "{\"event_id\":\"e\",\"event_type\":\"t\",\"payload\":%s}",
                       payloads[i]);
        assert_int_equal(write_event(text, &out, &contents[i], &p), STATUS_OK);
        assert_int_equal(json_parse_object((struct str){out.data, out.len}, &data, &p), STATUS_OK);
        assert_true(str_eq_c(json_get_str(data, "payload"), payloads[i]));
        for (size_t before = 0; before < i; before++) {
            assert_false(digest_equal(&contents[before], &contents[i]));
        }
    }
}

/* Letter by letter, whatever stands around it. */
static void the_text_stays(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        "{}",
        "{ }",
        "{\"b\":0.1,\"a\":12345678901234567.89}",
        "{ \"a\" : [ 1E5 , \"\\u00e9}{\\\"]\" ] }",
        "{\"payload\":{\"payload\":{}}}",
    };
    static const struct {
        const char *before, *after;
    } around[] = {
        {"{\"event_id\":\"e\",\"event_type\":\"t\",\"payload\":", "}"},
        {" {\"payload\" : ", " , \"event_id\":\"e\",\"event_type\":\"payload\"} "},
        {"{\"event_id\":\"\\\"payload\\\":{}\",\"event_type\":\"t\",\"p\\u0061yload\":\n", "\n}"},
    };
    for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
        for (size_t j = 0; j < sizeof(around) / sizeof(around[0]); j++) {
            char text[256];
            (void)snprintf(text, sizeof(text), "%s%s%s", around[j].before, payloads[i], around[j].after);
            assert_true(str_eq_c(json_member_text(str_of(text), "payload"), payloads[i]));
        }
    }
    assert_null(json_member_text(STR_LIT("{\"a\":1,\"b\":[]}"), "c").data);
    assert_null(json_member_text(STR_LIT(" { } "), "c").data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_or_not), cmocka_unit_test(times),
                                       cmocka_unit_test(large_integers_stay),
                                       cmocka_unit_test(the_text_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
