/* calls.c - see calls.h. */
#include "tests/e2e/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"

#define FIRST_CAPACITY 4096

void call_log_init(struct call_log *log)
{
    *log = (struct call_log){0};
    (void)pthread_mutex_init(&log->mutex, NULL);
}

static void call_free(struct call *c)
{
    for (int i = 0; i < c->try_count; i++)
        free(c->tries[i].body);
    free(c->request);
    free(c);
}

void call_log_free(struct call_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        call_free(log->calls[i]);
    free(log->calls);
    (void)pthread_mutex_destroy(&log->mutex);
    *log = (struct call_log){0};
}

void call_log_add(struct call_log *log, struct call *c)
{
    (void)pthread_mutex_lock(&log->mutex);
    if (log->count == log->capacity) {
        log->capacity = log->capacity == 0 ? FIRST_CAPACITY : log->capacity * 2;
        log->calls = realloc(log->calls, log->capacity * sizeof(struct call *));
        if (log->calls == NULL)
            servers_fail("no memory for the calls");
    }
    log->calls[log->count++] = c;
    (void)pthread_mutex_unlock(&log->mutex);
}

struct call *call_new(enum call_type type)
{
    struct call *c = calloc(1, sizeof *c);
    if (c == NULL)
        servers_fail("no memory for a call");
    c->type = type;
    harness_new_key(c->key);
    return c;
}

/* Answers that say nothing final are 503, 504 and none. A 500 is final for its client, and never right. */
static bool is_final(const struct client_answer *a)
{
    return a->status != 0 && a->status != 503 && a->status != 504;
}

bool call_send(struct call *c, struct client *client)
{
    struct client_answer a;
    struct call_try t = {.sent_us = clock_monotonic_us()};
    client->api_key = c->sender.api_key;
    client_send(client, c->path, c->key, c->request, &a);
    t.answered_us = clock_monotonic_us();
    t.status = a.status;
    t.replayed = a.replayed;
    t.body = strdup(a.body);
    if (t.body == NULL || c->try_count == CALL_TRIES_MAX)
        servers_fail("no room for an answer");
    c->tries[c->try_count++] = t;
    if (is_final(&a) && c->told == NULL)
        c->told = &c->tries[c->try_count - 1];
    return is_final(&a);
}

bool call_succeeded(const struct call *c)
{
    return c->told != NULL && (c->told->status == 200 || c->told->status == 201);
}

bool call_was_forbidden(const struct call *c)
{
    return c->told != NULL && c->told->status == 403;
}

const char *call_name(enum call_type type)
{
    static const char *const names[CALL_TYPE_COUNT] = {
        [CALL_OPEN] = "open",         [CALL_FREEZE] = "freeze",       [CALL_UNFREEZE] = "unfreeze",
        [CALL_CLOSE] = "close",       [CALL_DEPOSIT] = "deposit",     [CALL_WITHDRAW] = "withdraw",
        [CALL_TRANSFER] = "transfer", [CALL_JOURNAL] = "journal",     [CALL_BATCH] = "batch",
        [CALL_EXCHANGE] = "exchange", [CALL_REVERSE] = "reverse",     [CALL_CAPTURE] = "capture",
        [CALL_RELEASE] = "release",   [CALL_AUTHORIZE] = "authorize",
    };
    return names[type];
}
