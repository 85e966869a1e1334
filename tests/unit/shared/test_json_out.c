/* test_json_out.c - commas, escapes, and that another reader understands it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "shared/core/json_out.h"

static void a_document_with_everything(void **state)
{
    (void)state;
    struct buf b;
    struct json_out o;
    struct uuid u = {{0}};
    buf_init(&b, 1000);
    json_out_init(&o, &b);
    json_object_open(&o);
    json_key(&o, "id");
    json_typeid(&o, "txn", &u);
    json_key(&o, "amount");
    json_int(&o, -5);
    json_key(&o, "list");
    json_array_open(&o);
    json_int(&o, 1);
    json_bool(&o, true);
    json_bool(&o, false);
    json_write_null(&o);
    json_array_open(&o);
    json_array_close(&o);
    json_object_open(&o);
    json_object_close(&o);
    json_cstr(&o, NULL);
    json_cstr(&o, "x");
    json_array_close(&o);
    json_key(&o, "raw");
    json_raw(&o, STR_LIT("{\"a\":1}"));
    json_key(&o, "at");
    json_time(&o, 1);
    json_object_close(&o);
    assert_string_equal(b.data, "{\"id\":\"txn_00000000000000000000000000\",\"amount\":-5,"
                                "\"list\":[1,true,false,null,[],{},null,\"x\"],\"raw\":{\"a\":1},"
                                "\"at\":\"1970-01-01T00:00:00.000001Z\"}");
    buf_free(&b);
}

static void escapes(void **state)
{
    (void)state;
    static const struct {
        struct str given;
        const char *wanted;
    } cases[] = {{{"", 0}, "\"\""},
                 {{NULL, 0}, "\"\""},
                 {{"plain", 5}, "\"plain\""},
                 {{"\"", 1}, "\"\\\"\""},
                 {{"a\"b\\c", 5}, "\"a\\\"b\\\\c\""},
                 {{"\n\r\t", 3}, "\"\\u000a\\u000d\\u0009\""},
                 {{"x\0y", 3}, "\"x\\u0000y\""},
                 {{"\x1f\x20\x7f", 3}, "\"\\u001f \x7f\""},
                 {{"/</script>", 10}, "\"/</script>\""},
                 {{"\xc3\xa9\xf0\x9f\x98\x80", 6}, "\"\xc3\xa9\xf0\x9f\x98\x80\""}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf b;
        struct json_out o;
        buf_init(&b, 100);
        json_out_init(&o, &b);
        json_str(&o, cases[i].given);
        assert_string_equal(b.data, cases[i].wanted);
        buf_free(&b);
    }
}

static void another_reader_gets_each_character_back(void **state)
{
    (void)state;
    char all[127];
    for (int i = 0; i < 127; i++) {
        all[i] = (char)(i + 1);
    }
    struct buf b;
    struct json_out o;
    buf_init(&b, 10000);
    json_out_init(&o, &b);
    json_str(&o, (struct str){all, sizeof(all)});
    json_t *back = json_loadb(b.data, b.len, JSON_DECODE_ANY, NULL);
    assert_non_null(back);
    assert_int_equal(json_string_length(back), sizeof(all));
    assert_memory_equal(json_string_value(back), all, sizeof(all));
    json_decref(back);
    buf_free(&b);
}

static void what_does_not_fit_fails_the_buffer(void **state)
{
    (void)state;
    struct buf b;
    struct json_out o;
    buf_init(&b, 10);
    json_out_init(&o, &b);
    json_array_open(&o);
    json_cstr(&o, "0123456789");
    json_array_close(&o);
    assert_int_equal(buf_status(&b), STATUS_FULL);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_document_with_everything),
                                       cmocka_unit_test(escapes),
                                       cmocka_unit_test(another_reader_gets_each_character_back),
                                       cmocka_unit_test(what_does_not_fit_fails_the_buffer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
