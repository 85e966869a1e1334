/* Talks to the endpoint over a plain socket, byte by byte as a client would, so that framing is seen too. */
#include "shared/io/admin_http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/io/log.h"
#include "shared/io/metrics.h"

static struct admin_http *admin;
static atomic_bool database_is_up = true;

static bool check_database(void *context, char *ret_detail, unsigned detail_size)
{
    const atomic_bool *up = context;
    (void)snprintf(ret_detail, detail_size, "%s", *up ? "" : "no \"connection\"");
    return *up;
}
static bool check_nats(void *context, char *ret_detail, unsigned detail_size)
{
    (void)context;
    (void)ret_detail;
    (void)detail_size;
    return true;
}
static const struct readiness_check checks[] = {
    {"postgresql", check_database, &database_is_up},
    {"nats", check_nats, NULL},
};

static int start(void **state)
{
    (void)state;
    (void)metrics_counter("paybus_sample_total", "A sample.", "");
    return admin_http_start("127.0.0.1:0", checks, 2, &admin) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    admin_http_stop(admin);
    return 0;
}

static int connect_admin(void)
{
    const struct timeval patience = {.tv_sec = 10};
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)admin_http_port(admin)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* Reads until the server closes. */
static void exchange(const char *request, struct buf *answer)
{
    char piece[4096];
    const int fd = connect_admin();
    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    for (ssize_t n = read(fd, piece, sizeof piece); n > 0; n = read(fd, piece, sizeof piece))
        buf_add(answer, piece, (size_t)n);
    assert_int_equal(buf_status(answer), STATUS_OK);
    (void)close(fd);
}

struct exchange_case {
    const char *name, *request;
    const char *status_line, *header, *body; /* body: how it begins; "" for none */
};

static void run_case(const struct exchange_case *c)
{
    struct buf answer CLEANUP(buf_free);
    buf_init(&answer, 1 << 20);
    exchange(c->request, &answer);
    const char *blank = answer.data == NULL ? NULL : strstr(answer.data, "\r\n\r\n");
    if (blank == NULL || strncmp(answer.data, c->status_line, strlen(c->status_line)) != 0 ||
        strstr(answer.data, c->header) == NULL || strncmp(blank + 4, c->body, strlen(c->body)) != 0 ||
        (*c->body == '\0' && blank[4] != '\0'))
        fail_msg("%s: %s", c->name, answer.data == NULL ? "no answer" : answer.data);
}

#define CLOSE " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static void test_answers(void **state)
{
    static const struct exchange_case cases[] = {
        {"livez", "GET /livez" CLOSE, "HTTP/1.1 200 OK\r\n", "Content-Type: application/json\r\n",
         "{\"status\":\"alive\"}"},
        {"readyz", "GET /readyz" CLOSE, "HTTP/1.1 200 OK\r\n", "Cache-Control: no-store\r\n",
         "{\"status\":\"ready\",\"checks\":[{\"name\":\"postgresql\",\"ok\":true,\"detail\":\"\"},"
         "{\"name\":\"nats\",\"ok\":true,\"detail\":\"\"}]}"},
        {"metrics", "GET /metrics" CLOSE, "HTTP/1.1 200 OK\r\n", "Content-Type: text/plain; version=0.0.4",
         "# HELP paybus_sample_total A sample.\n"},
        {"query is ignored", "GET /livez?x=1" CLOSE, "HTTP/1.1 200 OK\r\n", "", "{\"status\":\"alive\"}"},
        {"head", "HEAD /livez" CLOSE, "HTTP/1.1 200 OK\r\n", "Content-Length: 18\r\n", ""},
        {"http/1.0", "GET /livez HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n", "Connection: close\r\n", "{"},
        {"post", "POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 405 ",
         "Allow: GET, HEAD\r\n", "{\"type\":\"/problems/method_not_allowed\""},
        {"get with a body ends the connection",
         "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 ",
         "Connection: close\r\n", "{\"status\":\"alive\"}"},
        {"webdav", "PROPFIND /" CLOSE, "HTTP/1.1 404 ", "application/problem+json",
         "{\"type\":\"/problems/not_found\""},
        {"options", "OPTIONS /readyz" CLOSE, "HTTP/1.1 405 ", "Allow: GET, HEAD\r\n", "{"},
        {"root", "GET /" CLOSE, "HTTP/1.1 404 ", "Connection: close\r\n",
         "{\"type\":\"/problems/not_found\""},
        {"a file of the machine", "GET /etc/passwd" CLOSE, "HTTP/1.1 404 ", "", "{"},
        {"dots", "GET /../../etc/passwd" CLOSE, "HTTP/1.1 404 ", "", "{"},
        {"trailing slash is another path", "GET /livez/" CLOSE, "HTTP/1.1 404 ", "", "{"},
        {"cgi", "GET /a.cgi" CLOSE, "HTTP/1.1 404 ", "", "{"},
        {"not http", "nonsense\r\n\r\n", "HTTP/1.1 400 ", "application/problem+json",
         "{\"type\":\"/problems/invalid_request\""},
        {"unknown method", "BREW /livez" CLOSE, "HTTP/1.1 4", "application/problem+json", "{"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        run_case(&cases[i]);
}

static void test_failing_check_is_named(void **state)
{
    static const struct exchange_case down = {
        "down", "GET /readyz" CLOSE, "HTTP/1.1 503 Service Unavailable\r\n", "application/json\r\n",
        "{\"status\":\"not_ready\",\"checks\":[{\"name\":\"postgresql\",\"ok\":false,"
        "\"detail\":\"no \\\"connection\\\"\"},{\"name\":\"nats\",\"ok\":true,\"detail\":\"\"}]}"};
    (void)state;
    database_is_up = false;
    run_case(&down);
    database_is_up = true;
}

/* So that an alert can tell, and of a dependency that is back. */
static void test_checks_are_exported(void **state)
{
    struct buf answer CLEANUP(buf_free);
    (void)state;
    buf_init(&answer, 1 << 20);
    database_is_up = false;
    exchange("GET /metrics" CLOSE, &answer);
    assert_non_null(strstr(answer.data, "\npaybus_dependency_up{dependency=\"postgresql\"} 0\n"));
    assert_non_null(strstr(answer.data, "\npaybus_dependency_up{dependency=\"nats\"} 1\n"));
    database_is_up = true;
    buf_reset(&answer);
    exchange("GET /metrics" CLOSE, &answer);
    assert_non_null(strstr(answer.data, "\npaybus_dependency_up{dependency=\"postgresql\"} 1\n"));
}

static void test_connection_is_kept(void **state)
{
    static const char request[] = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
    (void)state;
    const int fd = connect_admin();
    for (int i = 0; i < 3; i++) {
        char answer[1024] = "";
        size_t len = 0;
        assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
        while (strstr(answer, "alive\"}") == NULL) {
            const ssize_t n = read(fd, answer + len, sizeof answer - 1 - len);
            assert_true(n > 0);
            len += (size_t)n;
        }
        assert_non_null(strstr(answer, "Connection: keep-alive\r\n"));
    }
    (void)close(fd);
}

/* One log line that names the address, and no endpoint. */
static void test_busy_port(void **state)
{
    char address[32], text[4096] = "";
    int ends[2];
    struct admin_http *second = NULL;
    (void)state;
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", admin_http_port(admin));
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const int saved = dup(STDERR_FILENO);
    (void)dup2(ends[1], STDERR_FILENO);
    const enum status s = admin_http_start(address, checks, 2, &second);
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
    (void)close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    (void)close(ends[0]);
    assert_int_equal(s, STATUS_UNAVAILABLE);
    assert_null(second);
    assert_non_null(strstr(text, "\"event\":\"admin_listen_failed\""));
    assert_non_null(strstr(text, address));
    assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
}

/* Last: a process does not come back from stopping. */
static void test_not_ready_while_stopping(void **state)
{
    static const struct exchange_case stopping = {"stopping", "GET /readyz" CLOSE, "HTTP/1.1 503 ",
                                                  "application/json\r\n",
                                                  "{\"status\":\"not_ready\",\"checks\":[{\"name\":"
                                                  "\"service\",\"ok\":false,\"detail\":\"stopping\"}]}"};
    static const struct exchange_case alive = {"alive", "GET /livez" CLOSE, "HTTP/1.1 200 ", "", "{"};
    (void)state;
    service_request_stop();
    run_case(&stopping);
    run_case(&alive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_failing_check_is_named),
        cmocka_unit_test(test_checks_are_exported),
        cmocka_unit_test(test_connection_is_kept),
        cmocka_unit_test(test_busy_port),
        cmocka_unit_test(test_not_ready_while_stopping),
    };
    log_init("test", "", LOG_INFO);
    return cmocka_run_group_tests(tests, start, stop);
}
