/* raw_http.h - bytes over a plain TCP connection and what comes back, for requests that no HTTP library would
   send. */
#ifndef TESTS_E2E_RAW_HTTP_H
#define TESTS_E2E_RAW_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RAW_ANSWERS_MAX 128
#define RAW_TEXT_MAX    (128 * 1024)

struct raw_answers {
    int statuses[RAW_ANSWERS_MAX]; /* final ones, in order */
    int count;
    int interim;  /* 100 Continue and the like */
    bool closed;  /* by the server */
    bool garbage; /* what came is not a row of whole answers */
    int64_t took_us;
    size_t len;
    char text[RAW_TEXT_MAX]; /* NUL-terminated */
};

/* To 127.0.0.1; aborts the test when nobody listens. */
int raw_connect(int port);
/* False when the server has gone. */
bool raw_send(int fd, const char *data, size_t len);
/* Reads until the server closes, or until that many final answers are there and nothing follows for a moment,
   or until the time is up. wanted 0: until it closes. */
void raw_read(int fd, int wanted, int timeout_ms, struct raw_answers *ret_answers);
/* Closes with a reset instead of a farewell. */
void raw_reset(int fd);

#endif
