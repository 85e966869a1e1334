/* test_front_head.c - lines that civetweb cut apart: what it forgave must be seen in the pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "ingress/edge/front_internal.h"

/* A head as civetweb leaves it: | stands for a NUL that it wrote. Offsets name the strings. */
struct cut {
    const char *name;
    const char *bytes;
    int version, header_count;
    struct {
        int name, value;
    } headers[2];
    bool is_clean;
};

/* clang-format off */
static const struct cut cuts[] = {
    /* GET / HTTP/1.1 CRLF A: b CRLF C: d CRLF CRLF */
    {"clean", "GET|/|HTTP/1.1||A| b||C| d||\r|", 11, 2, {{16, 19}, {22, 25}}, true},
    {"no headers", "GET|/|HTTP/1.0||||", 11, 0, {{0, 0}}, false},
    {"none understood", "GET|/|HTTP/1.1||:\r\nA: b\r\n\r|", 11, 0, {{0, 0}}, false},
    {"empty value", "GET|/|HTTP/1.1||A|||C| d||\r|", 11, 2, {{16, 18}, {20, 23}}, true},
    {"bare LF after the request line", "GET|/|HTTP/1.1|A| b||\r|", 11, 1, {{15, 18}}, false},
    {"bare LF between headers", "GET|/|HTTP/1.1||A| b|C| d||\r|", 11, 2, {{16, 19}, {21, 24}}, false},
    {"bare LF at the end", "GET|/|HTTP/1.1||A| b||", 11, 1, {{16, 19}}, false},
    {"space before the colon", "GET|/|HTTP/1.1||A|| b||\r|", 11, 1, {{16, 20}}, false},
    {"folded line", "GET|/|HTTP/1.1||A| b|| folded\r\n\r|", 11, 1, {{16, 19}}, false},
    {"space before the first name", "GET|/|HTTP/1.1|||A| b||\r|", 11, 1, {{17, 20}}, false},
};
/* clang-format on */

static void test_what_civetweb_forgave_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        char buffer[128] = {0};
        size_t len = strlen(cuts[i].bytes);
        assert_true(len < sizeof(buffer));
        memcpy(buffer, cuts[i].bytes, len);
        for (size_t k = 0; k < len; k++) {
            buffer[k] = buffer[k] == '|' ? '\0' : buffer[k];
        }
        struct mg_request_info ri = {.request_method = buffer,
                                     .http_version = buffer + cuts[i].version,
                                     .num_headers = cuts[i].header_count};
        for (int h = 0; h < cuts[i].header_count; h++) {
            ri.http_headers[h].name = buffer + cuts[i].headers[h].name;
            ri.http_headers[h].value = buffer + cuts[i].headers[h].value;
        }
        if (front_lines_are_clean(&ri) != cuts[i].is_clean) {
            fail_msg("%s", cuts[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_civetweb_forgave_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
