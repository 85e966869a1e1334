/* history.c - see history.h. */
#include "tests/e2e/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024

void history_init(struct history *history)
{
    *history = (struct history){0};
    (void)pthread_mutex_init(&history->mutex, NULL);
}

static void make_room(struct history *history)
{
    if (history->count < history->capacity)
        return;
    history->capacity = history->capacity == 0 ? FIRST_CAPACITY : history->capacity * 2;
    history->intents = realloc(history->intents, history->capacity * sizeof *history->intents);
    if (history->intents == NULL)
        servers_fail("no memory for the history");
}

void history_add(struct history *history, const char *key, const struct client_answer *answer)
{
    struct intent intent = {.status = answer->status, .body_len = answer->body_len};
    (void)snprintf(intent.key, sizeof intent.key, "%s", key);
    intent.body = strdup(answer->body);
    if (intent.body == NULL)
        servers_fail("no memory for the history");
    (void)pthread_mutex_lock(&history->mutex);
    make_room(history);
    history->intents[history->count++] = intent;
    (void)pthread_mutex_unlock(&history->mutex);
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free(history->intents[i].body);
    free(history->intents);
    (void)pthread_mutex_destroy(&history->mutex);
    *history = (struct history){0};
}
