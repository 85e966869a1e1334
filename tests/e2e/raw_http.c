/* raw_http.c - see raw_http.h. */
#include "tests/e2e/raw_http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "tests/support/servers.h"

#define QUIET_MS        60 /* what would be smuggled comes sooner */
#define SEND_TIMEOUT_S  10
#define INTERIM_STATUS  200
#define STATUS_LINE     "HTTP/1.1 "
#define STATUS_LINE_LEN (sizeof STATUS_LINE - 1)

int raw_connect(int port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval timeout = {.tv_sec = SEND_TIMEOUT_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0 ||
        connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        servers_fail("nobody listens on port %d", port);
    return fd;
}

bool raw_send(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* The length of the body behind a head that ends before end. */
static size_t body_length(const char *head, const char *end)
{
    static const char name[] = "\r\nContent-Length:";
    for (const char *at = head; at + sizeof name < end; at++)
        if (strncasecmp(at, name, sizeof name - 1) == 0)
            return (size_t)strtoul(at + sizeof name - 1, NULL, 10);
    return 0;
}

/* Counts the whole answers in what has come so far; false when the last one is not complete. */
static bool count_answers(struct raw_answers *a)
{
    const char *at = a->text, *all_end = a->text + a->len;
    a->count = a->interim = 0;
    while (at < all_end && a->count < RAW_ANSWERS_MAX) {
        const char *end = strstr(at, "\r\n\r\n");
        if (strncmp(at, STATUS_LINE, STATUS_LINE_LEN) != 0 || end == NULL)
            return false;
        size_t body = body_length(at, end + 2);
        if ((size_t)(all_end - (end + 4)) < body)
            return false;
        int status = (int)strtol(at + STATUS_LINE_LEN, NULL, 10);
        if (status < INTERIM_STATUS)
            a->interim++;
        else
            a->statuses[a->count++] = status;
        at = end + 4 + body;
    }
    return true;
}

void raw_read(int fd, int wanted, int timeout_ms, struct raw_answers *ret_answers)
{
    struct raw_answers *a = ret_answers;
    int64_t start_us = clock_monotonic_us();
    a->len = 0;
    a->text[0] = '\0';
    a->closed = a->garbage = false;
    bool whole = count_answers(a);
    while (!a->closed && a->len < RAW_TEXT_MAX - 1) {
        bool enough = wanted > 0 && whole && a->count >= wanted;
        int64_t left_ms = timeout_ms - (clock_monotonic_us() - start_us) / 1000;
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (left_ms <= 0 || poll(&p, 1, enough ? QUIET_MS : (int)left_ms) == 0)
            break;
        ssize_t n = recv(fd, a->text + a->len, RAW_TEXT_MAX - 1 - a->len, 0);
        a->closed = n <= 0;
        a->len += n > 0 ? (size_t)n : 0;
        a->text[a->len] = '\0';
        whole = count_answers(a);
    }
    a->garbage = !whole;
    a->took_us = clock_monotonic_us() - start_us;
}

void raw_reset(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    (void)close(fd);
}
