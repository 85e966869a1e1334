/* test_bad_json.c - bodies that are no JSON, not quite JSON, too deep, too large or not what their headers
   say: each is refused with the documented status, writes nothing, and a good request on a new connection
   follows. */
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/books.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/webhook.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define BODY_MAX    ((size_t)256 * 1024)
#define DEEP        100000
#define QUICK_US    2000000 /* on a machine that is busy; a parser that goes wild takes far longer */
#define GOOD        "{'from_account':'@alice','to_account':'@bob','amount':1}"
#define UTF8_BOM    "\xef\xbb\xbf"

static struct harness h;
static struct api api;
static struct db *db;
static char large[2 * BODY_MAX];

static void expect_good(void)
{
    char key[HARNESS_KEY_SIZE], body[256];
    harness_new_key(key);
    cast_text(GOOD, body, sizeof body);
    assert_int_equal(
        api_send(&api,
                 &(struct api_request){.path = "/v1/transfers", .key = key, .body = body, .fresh = true}),
        201);
    assert_true(api.took_us < 5 * QUICK_US);
}

/* Sends the bytes to routes that take a body, and to that of providers, signed. */
static void expect_refusal(const struct api_request *request, int status, const char *code,
                           const char *pointer)
{
    static const char *const paths[] = {"/v1/accounts", "/v1/deposits", "/v1/transfers",
                                        "/v1/accounts/@alice/freeze"};
    struct books before, after;
    books_read(db, &before);
    for (size_t i = 0; i < ROWS(paths); i++) {
        char path[128], key[HARNESS_KEY_SIZE];
        struct api_request r = *request;
        cast_text(paths[i], path, sizeof path);
        harness_new_key(key);
        r.path = path;
        r.key = key;
        (void)api_send(&api, &r);
        api_expect_problem(&api, status, code, pointer);
        assert_true(api.took_us < QUICK_US);
    }
    struct api_request signed_one = *request;
    webhook_sign_request(&signed_one);
    (void)api_send(&api, &signed_one);
    api_expect_problem(&api, status, code, pointer);
    assert_true(api.took_us < QUICK_US);
    books_read(db, &after);
    assert_true(books_same(&before, &after, 0));
}

static void not_json(void **state)
{
    (void)state;
    static const struct {
        const char *name, *body;
        size_t len; /* 0: up to the NUL */
    } rows[] = {
        {"null", "null", 0},
        {"an array", "[]", 0},
        {"a string", "\"x\"", 0},
        {"a number", "1", 0},
        {"true", "true", 0},
        {"spaces only", " \n\t ", 0},
        {"cut off", "{\"amount\":1", 0},
        {"cut off in a string", "{\"amount", 0},
        {"cut off in an escape", "{\"amount\":\"\\", 0},
        {"text behind", "{\"amount\":1}x", 0},
        {"two objects", "{}{}", 0},
        {"two lines of objects", "{}\n{}", 0},
        {"a closing brace too many", "{}}", 0},
        {"a trailing comma", "{\"amount\":1,}", 0},
        {"no colon", "{\"amount\" 1}", 0},
        {"a key without quotes", "{amount:1}", 0},
        {"a number as key", "{1:1}", 0},
        {"single quotes", "{'amount':1}", 0},
        {"a line comment", "{\"amount\":1 // one\n}", 0},
        {"a comment", "{\"amount\":/* one */1}", 0},
        {"NaN", "{\"amount\":NaN}", 0},
        {"Infinity", "{\"amount\":-Infinity}", 0},
        {"a byte order mark", UTF8_BOM "{}", 0},
        {"UTF-16LE", "{\0}\0", 4},
        {"UTF-16LE with its mark", "\xff\xfe{\0}\0", 6},
        {"UTF-16BE with its mark", "\xfe\xff\0{\0}", 6},
        {"UTF-32LE", "{\0\0\0}\0\0\0", 8},
        {"an overlong NUL", "{\"name\":\"\xc0\x80\"}", 0},
        {"an overlong slash", "{\"name\":\"\xe0\x80\xaf\"}", 0},
        {"Latin-1", "{\"name\":\"caf\xe9\"}", 0},
        {"a surrogate in UTF-8", "{\"name\":\"\xed\xa0\x80\"}", 0},
        {"beyond Unicode", "{\"name\":\"\xf4\x90\x80\x80\"}", 0},
        {"half a character", "{\"name\":\"\xe2\x82\"}", 0},
        {"a lone high surrogate", "{\"name\":\"\\ud800\"}", 0},
        {"a lone low surrogate", "{\"name\":\"\\udc00\"}", 0},
        {"surrogates the wrong way round", "{\"name\":\"\\udc00\\ud800\"}", 0},
        {"an escaped NUL in a value", "{\"name\":\"a\\u0000b\"}", 0},
        {"an escaped NUL in a key", "{\"na\\u0000me\":\"a\"}", 0},
        {"a NUL between tokens", "{\"name\":\0\"a\"}", 13},
        {"a NUL in a string", "{\"name\":\"a\0b\"}", 14},
        {"a NUL at the end", "{}\0", 3},
        {"a control character in a string", "{\"name\":\"a\x01\"}", 0},
        {"a line end in a string", "{\"name\":\"a\nb\"}", 0},
        {"an unknown escape", "{\"name\":\"\\x41\"}", 0},
        {"an escape that is cut off", "{\"name\":\"\\u12\"}", 0},
        {"an escape that is no hex", "{\"name\":\"\\u12g4\"}", 0},
        {"a form", "amount=1&currency=EUR", 0},
        {"XML with an entity", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", 0},
        {"a format string", "%s%s%n%x", 0},
        {"a shell's word", "${jndi:ldap://127.0.0.1/a}", 0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        print_message("  %s\n", rows[i].name);
        expect_refusal(&(struct api_request){.body = rows[i].body, .body_len = rows[i].len}, 400,
                       "invalid_json", NULL);
        expect_good();
    }
}

static void twice(void **state)
{
    (void)state;
    static const struct {
        const char *body, *pointer;
    } rows[] = {
        {"{\"amount\":1,\"amount\":2}", "/amount"},
        {"{\"amount\":1,\"\\u0061mount\":1}", "/amount"},
        {"{\"a\":{\"b\":1,\"c\":[{\"d\":1,\"d\":2}]}}", "/a/c/0/d"},
        {"{\"\":1,\"\":2}", "/"},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        expect_refusal(&(struct api_request){.body = rows[i].body}, 400, "duplicate_field", rows[i].pointer);
    expect_good();
}

/* An empty body is {} where every field is optional, and nothing elsewhere. */
static void empty(void **state)
{
    (void)state;
    static const char *const paths[] = {"/v1/accounts", "/v1/deposits", "/v1/transfers",
                                        "/v1/transfers/batch"};
    for (size_t i = 0; i < ROWS(paths); i++) {
        char key[HARNESS_KEY_SIZE];
        harness_new_key(key);
        (void)api_send(&api, &(struct api_request){.path = paths[i], .key = key, .body = ""});
        api_expect_problem(&api, 400, "invalid_json", NULL);
    }
    expect_good();
}

static const char *repeated(const char *text, int times, const char *end)
{
    size_t len = strlen(text), at = 0;
    for (int i = 0; i < times && at + len < sizeof large; i++, at += len)
        memcpy(large + at, text, len);
    (void)snprintf(large + at, sizeof large - at, "%s", end);
    return large;
}

static void deep(void **state)
{
    (void)state;
    expect_refusal(&(struct api_request){.body = repeated("[", DEEP, "")}, 400, "invalid_json", NULL);
    expect_refusal(&(struct api_request){.body = repeated("{\"a\":", BODY_MAX / 5 - 1, "")}, 400,
                   "invalid_json", NULL);
    expect_refusal(&(struct api_request){.body = repeated("{\"a\":", 65, "1")}, 400, "invalid_json", NULL);
    expect_refusal(&(struct api_request){.body = repeated("{\"a\":[", 16, "]")}, 400, "invalid_json",
                   NULL); /* 32, open */
    expect_good();
    /* 32 levels are read, and refused for what they are; 33 are not read. */
    char body[512];
    (void)snprintf(body, sizeof body, "{\"metadata\":%.31s%.31s}", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                   "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    (void)api_send(&api, &(struct api_request){.path = "/v1/accounts", .key = "depth-32", .body = body});
    api_expect_problem(&api, 400, "missing_field", "/metadata");
    (void)snprintf(body, sizeof body, "{\"metadata\":%.32s%.32s}", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                   "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    (void)api_send(&api, &(struct api_request){.path = "/v1/accounts", .key = "depth-33", .body = body});
    api_expect_problem(&api, 400, "invalid_json", NULL);
    expect_good();
}

/* {"k0":1,"k1":1,...} */
static const char *object_of(int keys)
{
    size_t len = (size_t)snprintf(large, sizeof large, "{");
    for (int i = 0; i < keys; i++)
        len += (size_t)snprintf(large + len, sizeof large - len, "%s\"k%d\":1", i > 0 ? "," : "", i);
    (void)snprintf(large + len, sizeof large - len, "}");
    return large;
}

static void many_keys(void **state)
{
    (void)state;
    expect_refusal(&(struct api_request){.body = object_of(2000)}, 400, "unknown_field", "/k0");
    expect_refusal(&(struct api_request){.body = object_of(2001)}, 400, "invalid_json", NULL);
    expect_refusal(&(struct api_request){.body = object_of(10001)}, 400, "invalid_json", NULL);
    expect_good();
}

static void long_key(void **state)
{
    (void)state;
    memset(large, 'k', 65536 + 2);
    large[0] = '{';
    large[1] = '"';
    (void)snprintf(large + 2 + 65536, 16, "\":1}");
    expect_refusal(&(struct api_request){.body = large}, 400, "unknown_field", NULL);
    assert_true(api.body.len < 4096); /* what was sent does not come back in full */
    expect_good();
}

/* {"name":"xxx..."} with that many bytes in all */
static const char *body_of(size_t size)
{
    static const char head[] = "{\"name\":\"", tail[] = "\"}";
    memset(large, 'x', size);
    memcpy(large, head, sizeof head - 1);
    memcpy(large + size - (sizeof tail - 1), tail, sizeof tail);
    return large;
}

static void large_bodies(void **state)
{
    (void)state;
    (void)api_send(
        &api, &(struct api_request){.path = "/v1/accounts", .key = "large-1", .body = body_of(BODY_MAX)});
    api_expect_problem(&api, 400, "missing_field", "/type"); /* read, then refused */
    expect_good();
    expect_refusal(&(struct api_request){.body = body_of(BODY_MAX + 1)}, 413, "payload_too_large", NULL);
    assert_string_equal(api_header(&api, "Connection"), "close");
    expect_good();
    assert_int_equal(api.connects, 1);
}

static void content_types(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "Content-Type: text/plain",
        "Content-Type:", /* none */
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Type: application/xml",
        "Content-Type: application/jsonp",
        "Content-Type: application/json-seq",
        "Content-Type: application/merge-patch+json",
        "Content-Type: text/json",
        "Content-Type: application/json; charset=utf-7",
        "Content-Type: application/json; charset=utf-16",
        "Content-Type: application/json; charset=iso-8859-1",
        "Content-Type: application/json, text/plain",
        "Content-Type: */*",
    };
    for (size_t i = 0; i < ROWS(wrong); i++) {
        print_message("  %s\n", wrong[i]);
        expect_refusal(&(struct api_request){.body = "{}", .headers = {wrong[i]}}, 415,
                       "unsupported_media_type", NULL);
    }
    expect_refusal(
        &(struct api_request){.body = "{}",
                              .headers = {"Content-Type: application/json", "Content-Type: text/plain"}},
        415, "unsupported_media_type", NULL);
    expect_good();
}

static void accepted_content_types(void **state)
{
    (void)state;
    static const char *const right[] = {"Content-Type: application/json; charset=utf-8",
                                        "Content-Type: application/json;charset=UTF-8",
                                        "Content-Type: APPLICATION/JSON", "content-type: application/json"};
    for (size_t i = 0; i < ROWS(right); i++) {
        char key[HARNESS_KEY_SIZE], body[256];
        harness_new_key(key);
        cast_text(GOOD, body, sizeof body);
        (void)api_send(&api, &(struct api_request){
                                 .path = "/v1/transfers", .key = key, .body = body, .headers = {right[i]}});
        assert_int_equal(api.status, 201);
    }
}

static void content_codings(void **state)
{
    (void)state;
    static const char gzip[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00";
    static const char *const codings[] = {"Content-Encoding: gzip", "Content-Encoding: deflate",
                                          "Content-Encoding: br", "Content-Encoding: gzip, gzip",
                                          "Content-Encoding: zstd"};
    for (size_t i = 0; i < ROWS(codings); i++)
        expect_refusal(&(struct api_request){.body = gzip,
                                             .body_len = sizeof gzip - 1,
                                             .headers = {"Content-Type: application/json", codings[i]}},
                       415, "unsupported_media_type", NULL);
    expect_refusal(&(struct api_request){.body = gzip, .body_len = sizeof gzip - 1}, 400, "invalid_json",
                   NULL);
    expect_good();
}

/* Harmless oddities of texts come back as they were sent: nothing normalizes, cuts or runs them. */
static void odd_texts_survive(void **state)
{
    (void)state;
    static const char *const names[] = {
        "' OR '1'='1",
        "'; DROP TABLE entries;--",
        "'||pg_sleep(5)--",
        "$1",
        "%s%n%x",
        "../../etc/passwd",
        "${jndi:ldap://127.0.0.1/a}",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "=cmd|' /C calc'!A0",
        "a.b.>.*",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", /* right to left */
        "zero\xe2\x80\x8bwidth",
        "e\xcc\x81 and \xc3\xa9", /* two ways to write the same letter */
        "\xf0\x9f\x92\xb6\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
        "__proto__",
        "\xef\xbc\x87 OR 1=1",
        "back\\slash \"quotes\" /slashes/",
    };
    for (size_t i = 0; i < ROWS(names); i++) {
        char key[HARNESS_KEY_SIZE];
        json_t *body = json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}", "type", "user", "currency", "EUR", "name",
                                 names[i], "metadata", "__proto__", names[i], "constructor", "x");
        char *text = json_dumps(body, 0);
        harness_new_key(key);
        assert_int_equal(
            api_send(&api, &(struct api_request){.path = "/v1/accounts", .key = key, .body = text}), 201);
        assert_string_equal(api_string(&api, "name"), names[i]);
        assert_string_equal(api_string(&api, "metadata.__proto__"), names[i]);
        free(text);
        json_decref(body);
    }
    expect_good();
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

static void open_funded(const char *name)
{
    char id[1][TYPEID_TEXT_SIZE];
    harness_open_funded(&h, "EUR", 100000, 1, id);
    cast_add(name, id[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_json),
        cmocka_unit_test(twice),
        cmocka_unit_test(empty),
        cmocka_unit_test(deep),
        cmocka_unit_test(many_keys),
        cmocka_unit_test(long_key),
        cmocka_unit_test(large_bodies),
        cmocka_unit_test(content_types),
        cmocka_unit_test(accepted_content_types),
        cmocka_unit_test(content_codings),
        cmocka_unit_test(odd_texts_survive),
        cmocka_unit_test(books_are_right),
    };
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    db = harness_database(&h);
    open_funded("alice");
    open_funded("bob");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    db_close(db);
    harness_stop(&h, failed != 0);
    return failed;
}
