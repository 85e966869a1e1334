/* test_http_front.c - requests that two readers could read in two ways, clients that are slow, silent or
   rude: nothing crashes, nothing is smuggled, what is in doubt ends the connection, and a good client is
   served at once all the while. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/raw_http.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define ROWS(table)      (sizeof(table) / sizeof(table)[0])
#define ANY_REFUSAL      (-1) /* 4xx, 501 or 505 */
#define NARROW_BYTES     4096
#define READ_MS          8000
#define TIMEOUT_MS       1500 /* of heads, bodies and writes, as set for this test */
#define LATE_MS          2500 /* how much later than that a connection may end on a busy machine */
#define SLOW_CLIENTS     200
#define SLOW_EVERY_MS    200
#define IDLE_CLIENTS     2000
#define FLOOD            500
#define SLOW_READERS     32
#define MUCH             1000 /* requests: more in answers than the buffers of a connection hold */
#define PIPELINED        100
#define QUICK_US         2000000 /* on a machine that is busy */
#define HEADERS_AT_MOST  63
#define DESCRIPTORS_NEED 4096

static struct harness h;
static struct api api;
static struct raw_answers answers;
static char text[256 * 1024];

#define HOST     "Host: x\r\n"
#define GET      "GET /livez HTTP/1.1\r\n" HOST
#define POST     "POST /v1/transfers HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
#define SMUGGLED GET "\r\n"
#define CHUNKED  POST "Transfer-Encoding: chunked\r\n\r\n"

struct row {
    const char *name, *bytes;
    int status;
    bool stays; /* nothing is in doubt: the connection may go on */
    size_t len; /* 0: up to the NUL */
};

static const struct row framings[] = {
    {"Content-Length and Transfer-Encoding",
     POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 400, false, 0},
    {"the other way round", POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" SMUGGLED,
     400, false, 0},
    {"chunked, identity", POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" SMUGGLED, 501, false,
     0},
    {"gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 501, false, 0},
    {"space before the colon", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 400, false, 0},
    {"xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SMUGGLED, 501, false, 0},
    {"a vertical tabulator",
     POST "Transfer-Encoding: \x0b"
          "chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
     ANY_REFUSAL, false, 0},
    {"two codings",
     POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" SMUGGLED, 400, false,
     0},
    {"chunked", CHUNKED "0\r\n\r\n" SMUGGLED, 411, false, 0},
    {"Chunked", POST "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 411, false, 0},
    {"chunk of 2^64-1", CHUNKED "ffffffffffffffff\r\n" SMUGGLED, 411, false, 0},
    {"chunk of 2^63-1", CHUNKED "7fffffffffffffff\r\n" SMUGGLED, 411, false, 0},
    {"chunk of -1", CHUNKED "-1\r\n" SMUGGLED, 411, false, 0},
    {"no line end behind a chunk", CHUNKED "2\r\n{}0\r\n\r\n" SMUGGLED, 411, false, 0},
    {"Content-Length twice", POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length twice, different", POST "Content-Length: 2\r\nContent-Length: 35\r\n\r\n{}" SMUGGLED,
     400, false, 0},
    {"Content-Length 5abc", POST "Content-Length: 5abc\r\n\r\n{}   " SMUGGLED, 400, false, 0},
    {"Content-Length +2", POST "Content-Length: +2\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length -1", POST "Content-Length: -1\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length 2 ,2", POST "Content-Length: 2 ,2\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length 2 2", POST "Content-Length: 2 2\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length 0x2", POST "Content-Length: 0x2\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length of nothing", POST "Content-Length:\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length 2.0", POST "Content-Length: 2.0\r\n\r\n{}" SMUGGLED, 400, false, 0},
    {"Content-Length 2^63", POST "Content-Length: 9223372036854775808\r\n\r\n{}" SMUGGLED, 413, false, 0},
    {"Content-Length 2^64+2", POST "Content-Length: 18446744073709551618\r\n\r\n{}" SMUGGLED, 413, false, 0},
    {"Content-Length 10 GB", POST "Content-Length: 10737418240\r\n\r\n", 413, false, 0},
    {"a body behind GET", GET "Content-Length: 2\r\n\r\n{}" SMUGGLED, 413, false, 0},
    {"a body behind what is not there",
     "POST /v1/nothing HTTP/1.1\r\n" HOST "Content-Length: 35\r\n\r\n" SMUGGLED SMUGGLED, 404, false, 0},
};

static const struct row heads[] = {
    {"a folded header", GET "X-A: 1\r\n 2\r\n\r\n", 400, false, 0},
    {"a folded header that hides another", GET "X-A: 1\r\n\tContent-Length: 35\r\n\r\n" SMUGGLED, 400, false,
     0},
    {"a space before a colon", GET "X-A : 1\r\n\r\n", 400, false, 0},
    {"a line without a colon", GET "X-A\r\n\r\n", 400, false, 0},
    {"a line without a name", GET ": 1\r\n\r\n", ANY_REFUSAL, false, 0},
    {"a line that starts with a space", "GET /livez HTTP/1.1\r\n Host: x\r\n\r\n", 400, false, 0},
    {"a NUL in a value", GET "X-A: 1\0002\r\n\r\n", 400, false, sizeof(GET "X-A: 1\0002\r\n\r\n") - 1},
    {"a NUL in a name", GET "X\0A: 1\r\n\r\n", 400, false, sizeof(GET "X\0A: 1\r\n\r\n") - 1},
    {"a NUL in the path", "GET /livez\0x HTTP/1.1\r\n" HOST "\r\n", ANY_REFUSAL, false,
     sizeof("GET /livez\0x HTTP/1.1\r\n" HOST "\r\n") - 1},
    {"bare line feeds", "GET /livez HTTP/1.1\nHost: x\n\n", 400, false, 0},
    {"one bare line feed", GET "X-A: 1\nX-B: 2\r\n\r\n", 400, false, 0},
    {"a bare carriage return", GET "X-A: 1\rX-B: 2\r\n\r\n", 400, false, 0},
    {"no Host", "GET /livez HTTP/1.1\r\n\r\n", 400, false, 0},
    {"two Hosts", GET HOST "\r\n", 400, false, 0},
    {"two different Hosts", GET "Host: y\r\n\r\n", 400, false, 0},
    {"an empty Host", "GET /livez HTTP/1.1\r\nHost:\r\n\r\n", 400, false, 0},
    {"a Host with a path", "GET /livez HTTP/1.1\r\nHost: x/y\r\n\r\n", 400, false, 0},
    {"a Host with a user", "GET /livez HTTP/1.1\r\nHost: a@x\r\n\r\n", 400, false, 0},
    {"another host's URI", "GET http://evil.example/livez HTTP/1.1\r\n" HOST "\r\n", ANY_REFUSAL, false, 0},
    {"two slashes", "GET //evil.example/ HTTP/1.1\r\n" HOST "\r\n", ANY_REFUSAL, true, 0},
    {"HTTP/0.9", "GET /livez\r\n\r\n", ANY_REFUSAL, false, 0},
    {"HTTP/2.0", "GET /livez HTTP/2.0\r\n" HOST "\r\n", 505, false, 0},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ANY_REFUSAL, false, 0},
    {"HTTP/9.9", "GET /livez HTTP/9.9\r\n" HOST "\r\n", 505, false, 0},
    {"HTTX/1.1", "GET /livez HTTX/1.1\r\n" HOST "\r\n", ANY_REFUSAL, false, 0},
    {"four words in the line", "GET /livez x HTTP/1.1\r\n" HOST "\r\n", ANY_REFUSAL, false, 0},
    {"a path without its slash", "GET livez HTTP/1.1\r\n" HOST "\r\n", ANY_REFUSAL, false, 0},
    {"GETX", "GETX /livez HTTP/1.1\r\n" HOST "\r\n", 501, false, 0},
    {"get", "get /livez HTTP/1.1\r\n" HOST "\r\n", 501, false, 0},
    {"TRACE", "TRACE /livez HTTP/1.1\r\n" HOST "\r\n", 405, true, 0},
    {"CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\n" HOST "\r\n", ANY_REFUSAL, true, 0},
    {"PROPFIND", "PROPFIND /livez HTTP/1.1\r\n" HOST "\r\n", 405, true, 0},
    {"MKCOL", "MKCOL /livez HTTP/1.1\r\n" HOST "\r\n", 405, true, 0},
    {"LOCK", "LOCK /livez HTTP/1.1\r\n" HOST "\r\n", 405, true, 0},
    {"PUT", "PUT /docs HTTP/1.1\r\n" HOST "\r\n", 405, true, 0},
    {"DELETE", "DELETE /v1/accounts HTTP/1.1\r\n" HOST "\r\n", 405, true, 0},
    {"PATCH", "PATCH /v1/transfers HTTP/1.1\r\n" HOST "\r\n", 405, true, 0},
    {"an expectation", GET "Expect: 200-ok\r\n\r\n", 400, false, 0},
    {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ANY_REFUSAL, false, 11},
    {"noise", "\xff\xfe\xfd\r\n\r\n", ANY_REFUSAL, false, 0},
    {"line ends only", "\r\n\r\n\r\n\r\n", ANY_REFUSAL, false, 0},
};

static const struct row targets[] = {
    {"a NUL by escape", "GET /livez%00 HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"an escaped letter", "GET /%6civez HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"a percent sign alone", "GET /% HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"a slash too many", "GET /livez/ HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"dots", "GET /docs/../../etc/passwd HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"escaped dots", "GET /%2e%2e%2f%2e%2e%2fetc/passwd HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"backslashes", "GET /..\\..\\etc\\passwd HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"overlong dots", "GET /%c0%ae%c0%ae/etc/passwd HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"four dots", "GET /....//....//etc/passwd HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"a repository", "GET /.git/config HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"passwords", "GET /.htpasswd HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"a program", "GET /x.cgi HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"a page with includes", "GET /x.shtml HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"a Lua page", "GET /x.lp HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"a folder", "GET /v1/ HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
    {"upper case", "GET /LIVEZ HTTP/1.1\r\n" HOST "\r\n", 404, true, 0},
};

static void expect_good(void)
{
    (void)api_send(&api, &(struct api_request){.path = "/livez", .api_key = "", .fresh = true});
    assert_int_equal(api.status, 200);
    assert_true(api.took_us < QUICK_US);
}

static bool is_refusal(int status)
{
    return (status >= 400 && status < 500) || status == 501 || status == 505;
}

static bool is_as_wanted(const struct row *row)
{
    int first = answers.count > 0 ? answers.statuses[0] : 0;
    if (answers.garbage || answers.count > 1 || strstr(answers.text, "\r\nLocation:") != NULL ||
        strcasestr(answers.text, "civetweb") != NULL || answers.took_us > (TIMEOUT_MS + LATE_MS) * 1000)
        return false;
    if (row->status == ANY_REFUSAL ? first != 0 && !is_refusal(first) : first != row->status)
        return false;
    if (first == 405 && strstr(answers.text, "\r\nAllow: ") == NULL)
        return false;
    return row->stays || answers.closed;
}

/* Sends the bytes; one answer comes back, and what follows depends on whether anything is in doubt. */
static bool row_is_right(const struct row *row)
{
    int fd = raw_connect(h.ingresses[0].port);
    assert_true(raw_send(fd, row->bytes, row->len > 0 ? row->len : strlen(row->bytes)));
    raw_read(fd, row->stays ? 1 : 0, READ_MS, &answers);
    close(fd);
    bool right = is_as_wanted(row);
    if (!right)
        print_error("%s: wanted %d%s; %d answers, %s after %lld us: %.400s\n", row->name, row->status,
                    row->stays ? "" : " and the end", answers.count, answers.closed ? "closed" : "open",
                    (long long)answers.took_us, answers.text);
    expect_good();
    return right;
}

static void expect_row(const struct row *row)
{
    assert_true(row_is_right(row));
}

struct table {
    const struct row *rows;
    size_t count;
};

static void rows_refused(void **state)
{
    const struct table *table = *state;
    int wrong = 0;
    for (size_t i = 0; i < table->count; i++)
        wrong += !row_is_right(&table->rows[i]);
    assert_int_equal(wrong, 0);
}

static const char *with_headers(const char *start, int count, const char *last)
{
    size_t len = (size_t)snprintf(text, sizeof text, "%s", start);
    for (int i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "X-%d: 1\r\n", i);
    (void)snprintf(text + len, sizeof text - len, "%s\r\n", last);
    return text;
}

/* The library under the front forgets all headers from the 65th on: none of them may count for nothing. */
static void many_headers(void **state)
{
    (void)state;
    expect_row(&(struct row){"63 headers", with_headers(GET, HEADERS_AT_MOST - 2, "Connection: close\r\n"),
                             200, true, 0});
    static const int counts[] = {63, 64, 65, 100, 1000};
    for (size_t i = 0; i < ROWS(counts); i++)
        expect_row(&(struct row){"too many headers", with_headers(GET, counts[i], ""), 431, false, 0});
    const char *post = "POST /v1/transfers HTTP/1.1\r\n" HOST;
    expect_row(
        &(struct row){"length as the 65th", with_headers(post, 63, "Content-Length: 35\r\n"), 431, false, 0});
    expect_row(&(struct row){"coding as the 65th", with_headers(post, 63, "Transfer-Encoding: chunked\r\n"),
                             431, false, 0});
    char authorization[256];
    (void)snprintf(authorization, sizeof authorization, "Authorization: Bearer %s\r\n", h.api_key);
    expect_row(&(struct row){"credential as the 65th",
                             with_headers("GET /v1/accounts HTTP/1.1\r\n" HOST, 63, authorization), 431,
                             false, 0});
}

static const char *with_filling(const char *before, size_t len, const char *after)
{
    size_t at = (size_t)snprintf(text, sizeof text, "%s", before);
    memset(text + at, 'a', len);
    (void)snprintf(text + at + len, sizeof text - at - len, "%s", after);
    return text;
}

static void long_heads(void **state)
{
    (void)state;
    static const char end[] = " HTTP/1.1\r\n" HOST "\r\n";
    expect_row(&(struct row){"a header of 8 KB", with_filling(GET "X-A: ", 8192, "\r\n\r\n"), 200, true, 0});
    expect_row(&(struct row){"a header of 16 KB", with_filling(GET "X-A: ", 16385, "\r\n\r\n"), ANY_REFUSAL,
                             false, 0});
    expect_row(&(struct row){"a header of 200 KB", with_filling(GET "X-A: ", 200000, "\r\n\r\n"), ANY_REFUSAL,
                             false, 0});
    expect_row(&(struct row){"a query of 10 KB", with_filling("GET /docs?", 10240, end), 414, false, 0});
    expect_row(
        &(struct row){"a query of 16 KB", with_filling("GET /docs/?", 16384, end), ANY_REFUSAL, false, 0});
    expect_row(&(struct row){"a path of 3 KB", with_filling("GET /", 3072, end), 414, false, 0});
    expect_row(&(struct row){"a method of 4 KB", with_filling("", 4096, " /livez HTTP/1.1\r\n" HOST "\r\n"),
                             501, false, 0});
}

static void no_foreign_origin(void **state)
{
    (void)state;
    static const char *const methods[] = {"OPTIONS", "GET"};
    for (size_t i = 0; i < ROWS(methods); i++) {
        (void)api_send(&api,
                       &(struct api_request){.method = methods[i],
                                             .path = "/v1/currencies",
                                             .headers = {"Origin: http://evil.example",
                                                         "Access-Control-Request-Method: POST",
                                                         "Access-Control-Request-Headers: authorization"}});
        assert_int_equal(api.status, i == 0 ? 405 : 200);
        assert_null(strcasestr(api.head.data, "access-control-"));
    }
}

static void head_has_no_body(void **state)
{
    (void)state;
    int fd = raw_connect(h.ingresses[0].port);
    static const char both[] = "HEAD /livez HTTP/1.1\r\n" HOST "\r\n" GET "Connection: close\r\n\r\n";
    assert_true(raw_send(fd, both, sizeof both - 1));
    raw_read(fd, 0, READ_MS, &answers);
    close(fd);
    assert_true(answers.closed);
    const char *end = strstr(answers.text, "\r\n\r\n");
    assert_non_null(end);
    assert_true(strncmp(end + 4, "HTTP/1.1 200", strlen("HTTP/1.1 200")) == 0);
}

static void http_1_0(void **state)
{
    (void)state;
    expect_row(&(struct row){"HTTP/1.0", "GET /livez HTTP/1.0\r\nA: b\r\n\r\n", 200, false, 0});
    expect_row(&(struct row){"no header at all", "GET /livez HTTP/1.0\r\n\r\n", 400, false, 0});
    int fd = raw_connect(h.ingresses[0].port);
    static const char kept[] = "GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    for (int i = 0; i < 2; i++) {
        assert_true(raw_send(fd, kept, sizeof kept - 1));
        raw_read(fd, 1, READ_MS, &answers);
        assert_int_equal(answers.count, 1);
        assert_false(answers.closed);
    }
    close(fd);
}

static void expect_continue(void **state)
{
    (void)state;
    char body[512];
    cast_text("{'from_account':'@alice','to_account':'@bob','amount':1}", body, sizeof body);
    (void)snprintf(text, sizeof text,
                   POST "Authorization: Bearer %s\r\nIdempotency-Key: continue\r\nExpect: 100-continue\r\n"
                        "Content-Length: %zu\r\n\r\n",
                   h.api_key, strlen(body));
    int fd = raw_connect(h.ingresses[0].port);
    assert_true(raw_send(fd, text, strlen(text)));
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, READ_MS), 1); /* it speaks first */
    assert_true(raw_send(fd, body, strlen(body)));
    raw_read(fd, 1, READ_MS, &answers);
    close(fd);
    assert_int_equal(answers.interim, 1);
    assert_int_equal(answers.count, 1);
    assert_int_equal(answers.statuses[0], 201);
    /* What will be refused anyway is not asked for. */
    (void)snprintf(text, sizeof text, POST "Expect: 100-continue\r\nContent-Length: 10737418240\r\n\r\n");
    expect_row(&(struct row){"too much to continue", text, 413, false, 0});
    assert_int_equal(answers.interim, 0);
}

static void pipelined(void **state)
{
    (void)state;
    size_t len = 0;
    for (int i = 0; i < PIPELINED; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, GET "X-Request-Id: pipelined-%d\r\n\r\n", i);
    int fd = raw_connect(h.ingresses[0].port);
    assert_true(raw_send(fd, text, len));
    raw_read(fd, PIPELINED, READ_MS, &answers);
    close(fd);
    assert_int_equal(answers.count, PIPELINED);
    const char *at = answers.text;
    for (int i = 0; i < PIPELINED; i++) {
        char wanted[64];
        assert_int_equal(answers.statuses[i], 200);
        (void)snprintf(wanted, sizeof wanted, "X-Request-Id: pipelined-%d\r\n", i);
        at = strstr(at, wanted); /* in order */
        assert_non_null(at);
    }
}

/* Refusals that leave no doubt keep the connection, too. */
static void keep_alive(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *body;
        int status;
    } rows[] = {
        {NULL, "/v1/currencies", NULL, 200}, {NULL, "/v1/nothing", NULL, 404},
        {"PUT", "/v1/accounts", NULL, 405},  {NULL, "/v1/accounts?limit=0", NULL, 400},
        {NULL, "/v1/transfers", "{}", 400},  {NULL, "/v1/transfers", "[", 400},
        {NULL, "/v1/accounts/x", NULL, 404}, {"HEAD", "/v1/currencies", NULL, 200},
        {NULL, "/v1/transfers", "{}", 400},  {NULL, "/livez", NULL, 200},
    };
    expect_good();
    for (int round = 0; round < 10; round++) {
        for (size_t i = 0; i < ROWS(rows); i++) {
            (void)api_send(&api, &(struct api_request){.method = rows[i].method,
                                                       .path = rows[i].path,
                                                       .body = rows[i].body,
                                                       .key = "keep-alive"});
            assert_int_equal(api.status, rows[i].status);
            assert_int_equal(api.connects, 0);
        }
    }
}

/* Many clients at once, each with one connection that this thread looks after. */
struct crowd {
    int fds[IDLE_CLIENTS];
    int count;
    int64_t worst_us; /* of the good requests meanwhile */
};
static struct crowd crowd;

static void crowd_connect(int count)
{
    crowd = (struct crowd){.count = count};
    for (int i = 0; i < count; i++)
        crowd.fds[i] = raw_connect(h.ingresses[0].port);
}

static void crowd_send(const char *bytes, size_t len)
{
    for (int i = 0; i < crowd.count; i++)
        (void)raw_send(crowd.fds[i], bytes, len);
}

static void crowd_leave(void)
{
    for (int i = 0; i < crowd.count; i++)
        close(crowd.fds[i]);
}

static void good_request_meanwhile(void)
{
    expect_good();
    if (api.took_us > crowd.worst_us)
        crowd.worst_us = api.took_us;
}

/* How many have been closed on; reads nothing away. */
static int crowd_closed(void)
{
    int closed = 0;
    for (int i = 0; i < crowd.count; i++) {
        struct pollfd p = {.fd = crowd.fds[i], .events = POLLIN | POLLRDHUP};
        closed += poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    }
    return closed;
}

/* A byte now and then, until the server has had enough. */
static void crowd_drips(const char *byte)
{
    int64_t start_us = clock_monotonic_us();
    while (crowd_closed() < crowd.count) {
        assert_true(clock_monotonic_us() - start_us < (TIMEOUT_MS + LATE_MS) * 1000);
        crowd_send(byte, 1);
        good_request_meanwhile();
        pause_ms(SLOW_EVERY_MS);
    }
    assert_true(clock_monotonic_us() - start_us > (TIMEOUT_MS - SLOW_EVERY_MS) * 1000);
}

/* 408; or 400, as the library under the front does not say why it gave up a head. */
static void slow_heads(void **state)
{
    (void)state;
    crowd_connect(SLOW_CLIENTS);
    crowd_send(GET "X-A: ", sizeof GET "X-A: " - 1);
    crowd_drips("a");
    for (int i = 0; i < crowd.count; i++) {
        raw_read(crowd.fds[i], 0, READ_MS, &answers);
        assert_true(answers.closed);
        assert_true(answers.count <= 1);
        assert_true(answers.count == 0 || answers.statuses[0] == 408 || answers.statuses[0] == 400);
    }
    crowd_leave();
    print_message("  %d slow heads; /livez took %lld us at worst\n", SLOW_CLIENTS, (long long)crowd.worst_us);
}

static void slow_bodies(void **state)
{
    (void)state;
    (void)snprintf(text, sizeof text,
                   POST "Authorization: Bearer %s\r\nIdempotency-Key: slow\r\nContent-Length: 200\r\n\r\n",
                   h.api_key);
    crowd_connect(SLOW_CLIENTS);
    crowd_send(text, strlen(text));
    crowd_drips("{");
    for (int i = 0; i < crowd.count; i++) {
        raw_read(crowd.fds[i], 0, READ_MS, &answers);
        assert_true(answers.closed);
        assert_int_equal(answers.count, 1);
        assert_int_equal(answers.statuses[0], 408);
        assert_non_null(strstr(answers.text, "request_timeout"));
    }
    crowd_leave();
    print_message("  %d slow bodies; /livez took %lld us at worst\n", SLOW_CLIENTS,
                  (long long)crowd.worst_us);
}

/* What /metrics says of that series. */
static int64_t metric(const char *series)
{
    (void)api_send(&api, &(struct api_request){.path = "/metrics", .api_key = "", .fresh = true});
    assert_int_equal(api.status, 200);
    const char *at = strstr(api.body.data, series);
    assert_non_null(at);
    return (int64_t)strtoll(at + strlen(series), NULL, 10);
}

/* They ask for much and read nothing: their threads come back when the write is late. */
static void slow_readers(void **state)
{
    (void)state;
    static const char request[] = "GET /openapi.json HTTP/1.1\r\n" HOST "\r\n";
    static const char cut[] = "paybus_http_cut_connections_total{direction=\"write\"} ";
    const int narrow = NARROW_BYTES;
    size_t len = 0;
    for (int i = 0; i < MUCH; i++, len += sizeof request - 1)
        memcpy(text + len, request, sizeof request - 1);
    int64_t cut_before = metric(cut);
    crowd_connect(SLOW_READERS);
    for (int i = 0; i < crowd.count; i++)
        (void)setsockopt(crowd.fds[i], SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow);
    crowd_send(text, len);
    int64_t start_us = clock_monotonic_us();
    while (metric(cut) < cut_before + SLOW_READERS) {
        assert_true(clock_monotonic_us() - start_us < (TIMEOUT_MS + 2 * LATE_MS) * 1000);
        good_request_meanwhile();
        pause_ms(SLOW_EVERY_MS);
    }
    crowd_leave();
    print_message("  %d slow readers; /livez took %lld us at worst\n", SLOW_READERS,
                  (long long)crowd.worst_us);
}

static void idle_connections(void **state)
{
    (void)state;
    crowd_connect(SLOW_CLIENTS);
    for (int i = 0; i < 5; i++)
        good_request_meanwhile();
    crowd_leave();
    crowd_connect(IDLE_CLIENTS); /* more than there are threads: who waits longest makes room */
    (void)api_send(&api, &(struct api_request){.path = "/livez", .api_key = "", .fresh = true});
    assert_int_equal(api.status, 200);
    print_message("  behind %d idle connections /livez took %lld us\n", IDLE_CLIENTS, (long long)api.took_us);
    assert_true(api.took_us < 2 * QUICK_US);
    crowd_leave();
    expect_good();
}

static void resets(void **state)
{
    (void)state;
    static const char *const starts[] = {
        "", "G", GET, GET "\r\n", POST "Content-Length: 200\r\n\r\n{", SMUGGLED SMUGGLED};
    for (int i = 0; i < FLOOD; i++) {
        const char *start = starts[i % (int)ROWS(starts)];
        int fd = raw_connect(h.ingresses[0].port);
        (void)raw_send(fd, start, strlen(start));
        raw_reset(fd);
    }
    expect_good();
}

/* A client that goes away in the middle of its body has asked for nothing. */
static void gone_in_the_middle(void **state)
{
    (void)state;
    char body[512];
    cast_text("{'from_account':'@alice','to_account':'@bob','amount':1}", body, sizeof body);
    (void)snprintf(text, sizeof text,
                   POST "Authorization: Bearer %s\r\nIdempotency-Key: gone\r\nContent-Length: %zu\r\n\r\n%s",
                   h.api_key, strlen(body) + 1, body);
    int64_t before = harness_available(&h, cast_id("alice"));
    int fd = raw_connect(h.ingresses[0].port);
    assert_true(raw_send(fd, text, strlen(text)));
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    raw_read(fd, 0, READ_MS, &answers);
    close(fd);
    assert_true(answers.closed);
    assert_int_equal(answers.count, 0);
    assert_int_equal(harness_available(&h, cast_id("alice")), before);
    expect_good();
}

/* Whoever watches sees each kind of it. */
static void refusals_are_counted(void **state)
{
    (void)state;
    static const char *const reasons[] = {"malformed",      "headers_too_large", "uri_too_long",
                                          "body_too_large", "body_timeout",      "ambiguous_framing",
                                          "http_version"};
    for (size_t i = 0; i < ROWS(reasons); i++) {
        char series[96];
        (void)snprintf(series, sizeof series, "paybus_http_rejected_total{reason=\"%s\"} ", reasons[i]);
        if (metric(series) == 0)
            fail_msg("nothing was counted as %s", reasons[i]);
    }
}

static void nothing_fell_over(void **state)
{
    (void)state;
    assert_int_equal(program_ends(&h.ingresses[0]), 1); /* by us, to shorten its timeouts */
    assert_int_equal(program_ends(&h.ledgers[0]), 0);
    assert_int_equal(money_check(&h, NULL), 0);
}

/* Shorter waits than in production, so that the test can wait for them. */
static void restart_with_short_timeouts(void)
{
    static const char *const names[] = {"PAYBUS_HTTP_HEADER_TIMEOUT_MS", "PAYBUS_HTTP_BODY_TIMEOUT_MS",
                                        "PAYBUS_HTTP_WRITE_TIMEOUT_MS", "PAYBUS_HTTP_KEEP_ALIVE_MS"};
    struct program *p = &h.ingresses[0];
    (void)program_stop(p, SIGKILL, READ_MS);
    for (size_t i = 0; i < ROWS(names); i++)
        program_set(p, names[i], "%d", TIMEOUT_MS);
    program_start(p);
    if (!program_wait_ready(p, HARNESS_READY_MS))
        servers_fail("ingress does not come back");
}

static void open_funded(const char *name)
{
    char id[1][TYPEID_TEXT_SIZE];
    harness_open_funded(&h, "EUR", 1000, 1, id);
    cast_add(name, id[0]);
}

static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < DESCRIPTORS_NEED)
        servers_fail("%d descriptors are needed", DESCRIPTORS_NEED);
    limit.rlim_cur = DESCRIPTORS_NEED;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(void)
{
    static struct table framing_rows = {framings, ROWS(framings)}, head_rows = {heads, ROWS(heads)},
                        target_rows = {targets, ROWS(targets)};
    const struct CMUnitTest tests[] = {
        {"framing", rows_refused, NULL, NULL, &framing_rows},
        {"heads", rows_refused, NULL, NULL, &head_rows},
        {"targets", rows_refused, NULL, NULL, &target_rows},
        cmocka_unit_test(many_headers),
        cmocka_unit_test(long_heads),
        cmocka_unit_test(no_foreign_origin),
        cmocka_unit_test(head_has_no_body),
        cmocka_unit_test(http_1_0),
        cmocka_unit_test(expect_continue),
        cmocka_unit_test(pipelined),
        cmocka_unit_test(keep_alive),
        cmocka_unit_test(slow_heads),
        cmocka_unit_test(slow_bodies),
        cmocka_unit_test(slow_readers),
        cmocka_unit_test(idle_connections),
        cmocka_unit_test(resets),
        cmocka_unit_test(gone_in_the_middle),
        cmocka_unit_test(refusals_are_counted),
        cmocka_unit_test(nothing_fell_over),
    };
    allow_descriptors();
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    open_funded("alice");
    open_funded("bob");
    restart_with_short_timeouts();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
