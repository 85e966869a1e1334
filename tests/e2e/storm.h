/* storm.h - webhook events by the thousand with duplicates, transient failures and poison, while webhook-svc,
   ledger-svc and nats-server are killed at random, the latter now and then with its disk. At the end every
   event is processed or dead, each effect is there once, and what is dead is what had to die. */
#ifndef TESTS_E2E_STORM_H
#define TESTS_E2E_STORM_H

#include "tests/e2e/inbound.h"
#include "tests/e2e/webhook.h"

struct storm {
    struct harness *h;
    struct inbound *in;
    /* Events are sent to it as a provider does who hears nothing: in no order, many of them twice, each until
       it is accepted. NULL: their rows are written, their messages published. */
    struct api *api;
    int events, poison; /* poison: how many of the events can never go well */
    unsigned seed;
    int64_t rest_ms; /* between two kills, at most */
};
/* Asserts. account gets the money. */
void storm_run(struct storm *s, const char *account);

#endif
