/* client.h - an HTTP client of the API as a sane one is: persistent connections, and the same request with
   the same Idempotency-Key again while the answer is a broken connection, 503 or 504. One per thread. */
#ifndef TESTS_E2E_CLIENT_H
#define TESTS_E2E_CLIENT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#define CLIENT_BODY_MAX  16384
#define CLIENT_BASES_MAX 4

struct client {
    CURL *curl;
    const char *bases[CLIENT_BASES_MAX]; /* "http://127.0.0.1:20001"; the next one after a failure */
    int base_count, base;
    const char *api_key;
    int64_t timeout_ms;  /* of one try */
    int64_t patience_ms; /* of a call, all its tries together */
    /* What it has seen, for the test's verdict. */
    int64_t tries, retries, server_errors, connection_errors;
    int64_t slowest_try_us, slowest_call_us;
};
struct client_answer {
    int status; /* 0: no answer, the connection failed or was silent */
    int tries;
    bool replayed;     /* Idempotency-Replayed: true */
    int retry_after_s; /* -1: no such header */
    char content_type[64];
    char body[CLIENT_BODY_MAX]; /* NUL-terminated */
    size_t body_len;
    int64_t took_us;
};

void client_init(struct client *c, const char *api_key);
void client_add_base(struct client *c, const char *base);
void client_close(struct client *c);

/* One try. body NULL: GET. key NULL: no Idempotency-Key. */
void client_send(struct client *c, const char *path, const char *key, const char *body,
                 struct client_answer *ret_answer);
/* Tries until the answer is final or patience_ms have passed; then the last try's answer. */
void client_call(struct client *c, const char *path, const char *key, const char *body,
                 struct client_answer *ret_answer);

/* The string member of an answer's JSON body; false when there is none. */
bool client_answer_string(const struct client_answer *a, const char *member, char *ret_text, size_t size);
bool client_answer_int(const struct client_answer *a, const char *member, int64_t *ret_value);

/* The status of a lone GET, 0 when there is no answer. */
int client_probe(const char *url, long timeout_s);

#endif
