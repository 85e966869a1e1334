/* test_trace.c - the headers that W3C Trace Context tells to take and to ignore. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/core/trace.h"

#define GOOD "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

static void taken(void **state)
{
    (void)state;
    static const struct {
        const char *given, *written;
    } cases[] = {
        {GOOD, GOOD},
        {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
         "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"},
        {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff",
         GOOD}, /* unknown flags are not passed on */
        {"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", GOOD}, /* a later version */
        {"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes", GOOD},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trace t;
        char text[TRACEPARENT_SIZE], id[33];
        if (trace_parse(str_of(cases[i].given), &t) != STATUS_OK) {
            fail_msg("%s", cases[i].given);
        }
        trace_format(&t, text);
        assert_string_equal(text, cases[i].written);
        trace_id_format(&t, id);
        assert_string_equal(id, "4bf92f3577b34da6a3ce929d0e0e4736");
    }
}

static void ignored(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "00",
                                        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                        "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                        "000-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                        ".0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e47366-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
                                        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
                                        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
                                        "00-gbf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
    struct trace t = {.flags = 42};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (trace_parse(str_of(cases[i]), &t) != STATUS_INVALID) {
            fail_msg("'%s' was taken", cases[i]);
        }
    }
    for (size_t len = 0; len < strlen(GOOD); len++) {
        assert_int_equal(trace_parse((struct str){GOOD, len}, &t), STATUS_INVALID);
    }
    assert_int_equal(t.flags, 42); /* untouched */
}

static void ids(void **state)
{
    (void)state;
    char id[TRACE_ID_SIZE];
    assert_string_equal(trace_id_of(str_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), id),
                        "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_string_equal(trace_id_of(str_of("nonsense"), id), "");
    assert_string_equal(trace_id_of((struct str){NULL, 0}, id), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(taken), cmocka_unit_test(ignored),
                                       cmocka_unit_test(ids)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
