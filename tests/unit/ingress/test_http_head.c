/* test_http_head.c - framing, media types and header lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "ingress/domain/http_head.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct head_case {
    const char *name;
    bool is_http_1_0;
    struct http_header headers[4];
    enum outcome wanted; /* OUTCOME_ok: accepted */
    int64_t content_length;
    bool keep_alive;
};

static struct http_head head_of(const struct head_case *c)
{
    size_t count = 0;
    while (count < LENGTH(c->headers) && c->headers[count].name != NULL) {
        count++;
    }
    return (struct http_head){.method = "POST",
                              .target = "/v1/transfers",
                              .is_http_1_0 = c->is_http_1_0,
                              .headers = c->headers,
                              .header_count = count,
                              .header_limit = 64};
}

/* clang-format off */
#define HOST {"Host", "localhost:18000"}
static const struct head_case heads[] = {
    {"plain", false, {HOST}, OUTCOME_ok, 0, true},
    {"1.0 without Host", true, {{NULL, NULL}}, OUTCOME_ok, 0, false},
    {"1.0 keep-alive", true, {{"connection", "Keep-Alive"}}, OUTCOME_ok, 0, true},
    {"close", false, {HOST, {"Connection", "close"}}, OUTCOME_ok, 0, false},
    {"a list with keep-alive", false, {HOST, {"Connection", "TE , keep-alive"}}, OUTCOME_ok, 0, true},
    {"length", false, {HOST, {"content-length", "12"}}, OUTCOME_ok, 12, true},
    {"leading zeros", false, {HOST, {"Content-Length", "0012"}}, OUTCOME_ok, 12, true},
    {"beyond int64", false, {HOST, {"Content-Length", "99999999999999999999"}}, OUTCOME_ok, INT64_MAX, true},
    {"no digits", false, {HOST, {"Content-Length", ""}}, OUTCOME_invalid_request, 0, false},
    {"sign", false, {HOST, {"Content-Length", "+5"}}, OUTCOME_invalid_request, 0, false},
    {"negative", false, {HOST, {"Content-Length", "-1"}}, OUTCOME_invalid_request, 0, false},
    {"trailing letters", false, {HOST, {"Content-Length", "5abc"}}, OUTCOME_invalid_request, 0, false},
    {"list", false, {HOST, {"Content-Length", "5, 5"}}, OUTCOME_invalid_request, 0, false},
    {"two equal lengths", false, {HOST, {"Content-Length", "5"}, {"Content-Length", "5"}}, OUTCOME_invalid_request, 0, false},
    {"length and coding", false, {HOST, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}, OUTCOME_invalid_request, 0, false},
    {"chunked", false, {HOST, {"Transfer-Encoding", "Chunked"}}, OUTCOME_length_required, 0, false},
    {"identity", false, {HOST, {"Transfer-Encoding", "identity"}}, OUTCOME_not_implemented, 0, false},
    {"two codings", false, {HOST, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}, OUTCOME_invalid_request, 0, false},
    {"no Host", false, {{"A", "b"}}, OUTCOME_invalid_request, 0, false},
    {"two Hosts", false, {HOST, HOST}, OUTCOME_invalid_request, 0, false},
    {"Host with a path", false, {{"Host", "a/b"}}, OUTCOME_invalid_request, 0, false},
    {"Host is a list", false, {{"Host", "a, b"}}, OUTCOME_invalid_request, 0, false},
    {"continue", false, {HOST, {"Expect", "100-Continue"}}, OUTCOME_ok, 0, true},
    {"other expectation", false, {HOST, {"Expect", "200-ok"}}, OUTCOME_invalid_request, 0, false},
};
/* clang-format on */

static void test_heads_are_read_one_way_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(heads); i++) {
        struct http_head h = head_of(&heads[i]);
        struct http_framing framing = {0};
        struct problem p;
        enum status s = http_head_check(&h, &framing, &p);
        if ((s == STATUS_OK) != (heads[i].wanted == OUTCOME_ok) ||
            (s != STATUS_OK && p.outcome != heads[i].wanted)) {
            fail_msg("%s", heads[i].name);
        }
        if (s == STATUS_OK && (framing.content_length != heads[i].content_length ||
                               framing.keep_alive != heads[i].keep_alive)) {
            fail_msg("%s: framing", heads[i].name);
        }
    }
}

static void test_too_many_headers_and_long_targets_are_refused(void **state)
{
    (void)state;
    struct http_header headers[64];
    for (size_t i = 0; i < LENGTH(headers); i++) {
        headers[i] = (struct http_header){i == 0 ? "Host" : "X", "a"};
    }
    char target[HTTP_TARGET_MAX + 2];
    memset(target, 'a', sizeof(target));
    target[sizeof(target) - 1] = '\0';
    struct http_head h = {
        .method = "GET", .target = "/", .headers = headers, .header_count = 64, .header_limit = 64};
    struct http_framing framing;
    struct problem p;
    assert_int_equal(http_head_check(&h, &framing, &p), STATUS_INVALID);
    assert_int_equal(p.outcome, OUTCOME_headers_too_large);
    h.header_count = 63;
    assert_int_equal(http_head_check(&h, &framing, &p), STATUS_OK);
    h.target = target;
    assert_int_equal(http_head_check(&h, &framing, &p), STATUS_INVALID);
    assert_int_equal(p.outcome, OUTCOME_uri_too_long);
}

static void test_only_json_in_utf8_passes(void **state)
{
    (void)state;
    static const struct {
        const char *type, *coding;
        bool passes;
    } cases[] = {
        {"application/json", NULL, true},
        {"Application/JSON ; charset=UTF-8", NULL, true},
        {"application/json; charset=\"utf-8\"", NULL, true},
        {"application/json", "identity", true},
        {"application/json", "gzip", false},
        {"application/json; charset=utf-7", NULL, false},
        {"application/json; charset=utf-8; x=y", NULL, false},
        {"application/jsonx", NULL, false},
        {"text/plain", NULL, false},
        {"multipart/form-data; boundary=x", NULL, false},
        {"application/x-www-form-urlencoded", NULL, false},
        {"", NULL, false},
        {NULL, NULL, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_header headers[2];
        size_t count = 0;
        if (cases[i].type != NULL) {
            headers[count++] = (struct http_header){"Content-Type", cases[i].type};
        }
        if (cases[i].coding != NULL) {
            headers[count++] = (struct http_header){"Content-Encoding", cases[i].coding};
        }
        struct http_head h = {.headers = headers, .header_count = count};
        struct problem p;
        if ((http_head_check_json(&h, &p) == STATUS_OK) != cases[i].passes || http_head_is_ndjson(&h)) {
            fail_msg("%s", cases[i].type != NULL ? cases[i].type : "none");
        }
    }
}

static void test_lines_are_told_by_their_type(void **state)
{
    (void)state;
    static const struct {
        const char *type, *coding;
        bool passes;
    } cases[] = {
        {"application/x-ndjson", NULL, true},    {"Application/X-NDJSON; charset=utf-8", NULL, true},
        {"application/x-ndjson", "gzip", false}, {"application/x-ndjsonx", NULL, false},
        {"application/ndjson", NULL, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_header headers[] = {{"Content-Type", cases[i].type},
                                        {"Content-Encoding", cases[i].coding}};
        struct http_head h = {.headers = headers, .header_count = cases[i].coding != NULL ? 2 : 1};
        assert_int_equal(http_head_is_ndjson(&h), cases[i].passes);
    }
}

static void test_csv_is_given_to_who_asks(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool wants;
    } cases[] = {
        {"text/csv", true},
        {"application/json, text/CSV;q=0.5", true},
        {"*/*", false},
        {"text/csvx", false},
        {"text/html", false},
        {"", false},
        {"text/csv;q=0, */*", false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_header header = {"Accept", cases[i].accept};
        struct http_head h = {.headers = &header, .header_count = 1};
        assert_int_equal(http_head_wants_csv(&h), cases[i].wants);
    }
}

static void test_gzip_is_given_to_who_takes_it(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool takes;
    } cases[] = {
        {"gzip", true},
        {"br, GZIP , deflate", true},
        {"gzip;q=0.001", true},
        {"gzip ; q=1.0, br;q=0", true},
        {"gzip;q=0", false},
        {"gzip; q=0.000, br;q=1", false},
        {"br;q=1, gzip;Q=0.0", false},
        {"identity", false},
        {"gzipped", false},
        {"x, ,", false},
        {"", false},
        {NULL, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_header header = {"Accept-Encoding", cases[i].accept};
        struct http_head h = {.headers = &header, .header_count = cases[i].accept != NULL};
        if (http_head_takes_gzip(&h) != cases[i].takes) {
            fail_msg("%s", cases[i].accept != NULL ? cases[i].accept : "none");
        }
    }
}

static void test_a_bearer_key_stands_alone(void **state)
{
    (void)state;
    static const struct {
        const char *authorization, *wanted;
    } cases[] = {
        {"Bearer sk_x", "sk_x"},
        {"bearer   sk_x", "sk_x"},
        {"Bearer sk_x \t ", "sk_x"},
        {"Bearer sk_x anything", ""},
        {"Bearer sk_x\tsk_y", ""},
        {"Bearer sk_x ,", ""},
        {"Bearer", ""},
        {"Bearer ", ""},
        {"Basic sk_x", ""},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct http_header headers[] = {{"Authorization", cases[i].authorization},
                                        {"authorization", cases[i].authorization}};
        struct http_head h = {.headers = headers, .header_count = 1};
        if (!str_eq_c(http_head_bearer(&h), cases[i].wanted)) {
            fail_msg("%s", cases[i].authorization);
        }
        h.header_count = 2;
        assert_int_equal(http_head_bearer(&h).len, 0);
    }
}

static void test_request_ids_are_safe(void **state)
{
    (void)state;
    char long_id[HTTP_REQUEST_ID_MAX + 2];
    memset(long_id, 'a', sizeof(long_id));
    long_id[HTTP_REQUEST_ID_MAX + 1] = '\0';
    assert_true(http_request_id_is_safe("req_1.a:b-c"));
    assert_true(http_request_id_is_safe(long_id + 1));
    assert_false(http_request_id_is_safe(long_id));
    assert_false(http_request_id_is_safe(""));
    assert_false(http_request_id_is_safe("a b"));
    assert_false(http_request_id_is_safe("a\r\nSet-Cookie:x"));
    assert_false(http_request_id_is_safe("\"quoted\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads_are_read_one_way_or_refused),
        cmocka_unit_test(test_too_many_headers_and_long_targets_are_refused),
        cmocka_unit_test(test_only_json_in_utf8_passes),
        cmocka_unit_test(test_lines_are_told_by_their_type),
        cmocka_unit_test(test_csv_is_given_to_who_asks),
        cmocka_unit_test(test_gzip_is_given_to_who_takes_it),
        cmocka_unit_test(test_a_bearer_key_stands_alone),
        cmocka_unit_test(test_request_ids_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
