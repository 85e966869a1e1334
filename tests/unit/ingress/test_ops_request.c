/* test_ops_request.c - what ingress asks webhook-svc for, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/domain/ops_request.h"

static void one(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_free);
    buf_init(&out, 1024);
    struct uuid id = {{0}};
    ops_write_one(&out, "dl", &id, STR_LIT("key_1"));
    assert_string_equal(out.data, "{\"id\":\"dl_00000000000000000000000000\",\"actor\":\"key_1\"}");
    buf_reset(&out);
    ops_write_one(&out, "whe", &id, STR_LIT("key_1"));
    assert_string_equal(out.data, "{\"event\":\"whe_00000000000000000000000000\",\"actor\":\"key_1\"}");
}

static const struct {
    const char *body, *wanted; /* NULL: refused */
} rows[] = {
    {"{\"dry_run\":true}", "{\"filter\":{},\"dry_run\":true,\"actor\":\"key_1\"}"},
    {"{}", NULL},
    {"{\"limit\":5}", NULL},
    {"{\"dry_run\":false}", NULL},
    {"{\"dry_run\":true,\"kind\":\"webhook\"}",
     "{\"filter\":{\"kind\":\"webhook\"},\"dry_run\":true,\"actor\":\"key_1\"}"},
    {"{\"limit\":1000,\"error_contains\":\"a "
     "\\\"b\\\"\",\"event_type\":\"t\",\"from\":\"2026-11-21T00:00:00Z\","
     "\"to\":\"2026-11-22T00:00:00Z\",\"dry_run\":false}",
     "{\"filter\":{\"event_type\":\"t\",\"error_contains\":\"a \\\"b\\\"\",\"from\":\"2026-11-21T00:00:00Z\","
     "\"to\":\"2026-11-22T00:00:00Z\"},\"dry_run\":false,\"limit\":1000,\"actor\":\"key_1\"}"},
    {"{\"limit\":0}", NULL},
    {"{\"limit\":1001}", NULL},
    {"{\"kind\":\"mail\"}", NULL},
    {"{\"from\":\"yesterday\"}", NULL},
    {"{\"dry_run\":1}", NULL},
    {"{\"id\":\"dl_1\"}", NULL},
};

static void many(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct problem p;
        json_t *body;
        struct buf out CLEANUP(buf_free);
        buf_init(&out, 1024);
        assert_int_equal(json_parse_object(str_of(rows[i].body), &body, &p), STATUS_OK);
        enum status s = json_check(body, ops_many_body.fields, ops_many_body.field_count, &p);
        if (s == STATUS_OK) {
            s = ops_check_filter(body, &p);
        }
        assert_int_equal(s == STATUS_OK, rows[i].wanted != NULL);
        if (s == STATUS_OK) {
            assert_int_equal(ops_write_filter(&out, body, STR_LIT("key_1")), STATUS_OK);
            assert_string_equal(out.data, rows[i].wanted);
        }
        json_decref(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one), cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
