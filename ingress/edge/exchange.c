/* exchange.c - see exchange.h. */
#include "ingress/edge/exchange.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/typeid.h"

#define HEADERS_MAX     2048
#define KEPT_BYTES      ((size_t)64 * 1024) /* a buffer that grew beyond this is not kept for the next request */
#define RETRY_AFTER     "Retry-After: 1\r\n"
#define WANTS_BEARER    "WWW-Authenticate: Bearer realm=\"paybus\"\r\n"
#define WANTS_SIGNATURE "WWW-Authenticate: Webhook-Signature realm=\"paybus\"\r\n"

void exchange_random(struct exchange *ex, void *ret_bytes, size_t len)
{
    assert(ex->random_used + len <= sizeof(ex->random));
    memcpy(ret_bytes, ex->random + ex->random_used, len);
    ex->random_used += len;
}

static void make_request_id(struct exchange *ex)
{
    uint32_t random[2];
    exchange_random(ex, random, sizeof(random));
    struct uuid id = uuid7_make(clock_unix_us(), random[0], random[1]);
    typeid_format("req", &id, ex->request_id);
}

static void clear(struct exchange *ex)
{
    buf_reset(&ex->answer);
    ex->answer.max = EXCHANGE_ANSWER_MAX;
    ex->page = (struct str){0};
}

void exchange_begin(struct exchange *ex, struct ingress *in)
{
    if (ex->answer.max == 0) {
        arena_init(&ex->arena, EXCHANGE_ARENA_MAX);
        buf_init(&ex->answer, EXCHANGE_ANSWER_MAX);
        buf_init(&ex->headers, HEADERS_MAX);
    }
    arena_reset(&ex->arena);
    clear(ex);
    buf_reset(&ex->headers);
    ex->ingress = in;
    ex->route = NULL;
    ex->head = (struct http_head){0};
    ex->traceparent[0] = '\0';
    ex->id = ex->body = (struct str){0};
    ex->actor[0] = '\0';
    ex->is_staff = false;
    ex->started_us = clock_monotonic_us();
    ex->deadline_us = ex->started_us + in->config.request_timeout_ms * 1000;
    ex->status = 0;
    ex->content_type = NULL;
    ex->replayed = false;
    ex->close = false;
    randombytes_buf(ex->random, sizeof(ex->random));
    ex->random_used = 0;
    make_request_id(ex);
}

static void give_share_back(struct exchange *ex)
{
    atomic_fetch_sub(&ex->ingress->big_answers, ex->big_bytes);
    ex->big_bytes = 0;
}

static void give_body_back(struct exchange *ex)
{
    atomic_fetch_sub(&ex->ingress->big_bodies, ex->body_bytes);
    ex->body_bytes = 0;
}

bool exchange_admit_body(struct exchange *ex, size_t bytes)
{
    if (bytes <= EXCHANGE_BIG) {
        return true;
    }
    ex->body_bytes = bytes;
    if (atomic_fetch_add(&ex->ingress->big_bodies, bytes) + bytes <= EXCHANGE_BODIES_MAX) {
        return true;
    }
    give_body_back(ex);
    exchange_refuse(ex, OUTCOME_busy, "Too many large bodies are on their way.");
    return false;
}

void exchange_end(struct exchange *ex)
{
    if (ex->answer.cap > KEPT_BYTES) {
        buf_free(&ex->answer);
    }
    if (ex->arena.used_bytes > KEPT_BYTES) {
        arena_free(&ex->arena);
    }
    give_share_back(ex);
    give_body_back(ex);
}

void exchange_free(struct exchange *ex)
{
    arena_free(&ex->arena);
    buf_free(&ex->answer);
    buf_free(&ex->headers);
}

const struct param_value *exchange_param(const struct exchange *ex, const char *name)
{
    size_t i = 0;
    while (i < ex->route->param_count && strcmp(ex->route->params[i].name, name) != 0) {
        i++;
    }
    assert(i < ex->route->param_count);
    return &ex->params[i];
}

struct str exchange_owner(const struct exchange *ex)
{
    if (ex->is_staff) {
        return (struct str){0};
    }
    return str_of(ex->credential.owner);
}

void exchange_problem(struct exchange *ex, struct problem *p)
{
    p->request_id = str_of(ex->request_id);
    clear(ex);
    problem_write(p, &ex->answer);
    ex->status = outcome_http_status(p->outcome);
    ex->content_type = PROBLEM_TYPE;
    if (ex->status == 503 || ex->status == 429) {
        buf_add_str(&ex->headers, RETRY_AFTER);
    } else if (ex->status == 401) {
        bool is_signed = ex->route != NULL && ex->route->access == ACCESS_SIGNED;
        buf_add_str(&ex->headers, is_signed ? WANTS_SIGNATURE : WANTS_BEARER);
    }
}

void exchange_refuse(struct exchange *ex, enum outcome o, const char *detail)
{
    struct problem p;
    problem_init(&p, o);
    if (detail != NULL) {
        problem_detail(&p, "%s", detail);
    }
    exchange_problem(ex, &p);
}

struct json_out exchange_json(struct exchange *ex)
{
    struct json_out out;
    clear(ex);
    json_out_init(&out, &ex->answer);
    ex->status = 200;
    ex->content_type = JSON_TYPE;
    return out;
}

static bool is_list(const struct route *r)
{
    size_t i = 0;
    while (i < r->param_count && strcmp(r->params[i].name, "limit") != 0) {
        i++;
    }
    return i < r->param_count;
}

static void drop_for(struct exchange *ex, enum outcome o, const char *detail)
{
    buf_free(&ex->answer);
    buf_reset(&ex->headers);
    exchange_refuse(ex, o, detail);
}

/* A command was carried out before its answer was too much: nobody may be told that nothing was done. */
static void drop(struct exchange *ex, enum outcome o, const char *detail)
{
    if (ex->route->command != NULL) {
        drop_for(ex, OUTCOME_outcome_unknown, NULL);
    } else {
        drop_for(ex, o, detail);
    }
}

void exchange_settle(struct exchange *ex)
{
    bool failed = buf_status(&ex->answer) != STATUS_OK;
    if (failed && is_list(ex->route)) {
        drop(ex, OUTCOME_invalid_parameter, "The page would be too large; ask for fewer rows with limit.");
    } else if (failed) { /* out of memory */
        drop(ex, OUTCOME_internal_error, NULL);
    }
    if (ex->answer.cap <= EXCHANGE_BIG) {
        return;
    }
    ex->big_bytes = ex->answer.cap;
    if (atomic_fetch_add(&ex->ingress->big_answers, ex->big_bytes) + ex->big_bytes > EXCHANGE_BIG_MAX) {
        give_share_back(ex);
        drop(ex, OUTCOME_busy, "Too many large answers are on their way.");
    }
}

void exchange_raw(struct exchange *ex, int status, const char *content_type, struct str body)
{
    clear(ex);
    if (ex->route->command != NULL) {
        ex->answer.max = EXCHANGE_REPLY_MAX;
    }
    buf_add(&ex->answer, body.data, body.len);
    ex->status = status;
    ex->content_type = content_type;
    if (status == 503) {
        buf_add_str(&ex->headers, RETRY_AFTER);
    }
}

void exchange_page(struct exchange *ex, const char *content_type, struct str page)
{
    clear(ex);
    ex->page = page;
    ex->status = 200;
    ex->content_type = content_type;
}

struct str exchange_body(const struct exchange *ex)
{
    return ex->page.len > 0 ? ex->page : (struct str){ex->answer.data, ex->answer.len};
}
