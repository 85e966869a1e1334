/* api.h - one request of any shape to the API and its whole answer, for tests of the contract. What holds for
   every answer is asserted for every answer. Not thread safe; one per thread. */
#ifndef TESTS_E2E_API_H
#define TESTS_E2E_API_H

#include <jansson.h>

#include "tests/e2e/harness.h"

#define API_HEADERS_MAX 6
#define API_TEXT_MAX    16384

struct api_request {
    const char *method;  /* NULL: GET, or POST when there is a body */
    const char *path;    /* with its query */
    const char *api_key; /* NULL: that of the harness; "": none */
    const char *key;     /* Idempotency-Key; NULL: none */
    const char *body;    /* NULL: none */
    size_t body_len;     /* 0: up to the NUL */
    /* Further ones, "Name: value"; "Name:" takes one of ours away. */
    const char *headers[API_HEADERS_MAX];
    bool fresh; /* on a new connection */
};
struct api {
    const struct harness *harness;
    const char *base;
    CURL *curl;
    bool takes_500; /* else such an answer fails the test */
    /* The last answer, valid until the next request. */
    int status; /* 0: none */
    struct buf head, body;
    json_t *json; /* NULL: the body is none */
    int64_t took_us;
    long connects; /* new connections that the last request took */
};

void api_open(struct api *api, const struct harness *h, int ingress);
void api_close(struct api *api);

/* Each gives the status. In the formats names and quotes are as cast.h has them. */
int api_send(struct api *api, const struct api_request *r);
int api_get(struct api *api, const char *path_format, ...) PRINTF_LIKE(2, 3);
int api_post(struct api *api, const char *path, const char *key, const char *body_format, ...)
    PRINTF_LIKE(4, 5);

/* A header of the answer; NULL: none. Valid until the next call. */
const char *api_header(const struct api *api, const char *name);
/* A member by its place, "data.0.id"; NULL: none. */
json_t *api_at(const struct api *api, const char *place);
/* They fail the test when it is not there. */
const char *api_string(const struct api *api, const char *place);
int64_t api_int(const struct api *api, const char *place);

/* Asserts that the last answer is this problem; pointer NULL: any, or no errors. */
void api_expect_problem(const struct api *api, int status, const char *code, const char *pointer);
/* A credential made by paybus-admin. */
struct api_key {
    char id[TYPEID_TEXT_SIZE], secret[128];
};
void api_key_make(const struct harness *h, const char *owner, const char *scopes, struct api_key *ret_key);
void api_key_revoke(const struct harness *h, const struct api_key *key);

#endif
