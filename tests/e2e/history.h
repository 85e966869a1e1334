/* history.h - what clients asked for and were told in the end: the money checker's second witness. Thread
 * safe. */
#ifndef TESTS_E2E_HISTORY_H
#define TESTS_E2E_HISTORY_H

#include <pthread.h>

#include "tests/e2e/client.h"
#include "tests/e2e/harness.h"

struct intent {
    char key[HARNESS_KEY_SIZE]; /* also the reference of the transaction it asks for */
    int status;                 /* of the final answer; 0, 503, 504: the client gave up */
    char *body;
    size_t body_len;
};
struct history {
    pthread_mutex_t mutex;
    struct intent *intents;
    size_t count, capacity;
};

void history_init(struct history *history);
void history_add(struct history *history, const char *key, const struct client_answer *answer);
void history_free(struct history *history);

#endif
