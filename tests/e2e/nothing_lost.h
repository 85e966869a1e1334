/* nothing_lost.h - whatever happens to nats-server: each event comes out in the end, all work is done. */
#ifndef TESTS_E2E_NOTHING_LOST_H
#define TESTS_E2E_NOTHING_LOST_H

#include "tests/e2e/harness.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/database.h"

struct nothing_lost {
    struct database database; /* only to connect */
    PGconn *superuser;
    struct stream_reader events, work;
};
void nothing_lost_open(struct nothing_lost *n, const struct harness *h);
void nothing_lost_close(struct nothing_lost *n);
/* Some work that nobody has to do anything for. */
void nothing_lost_add_work(struct nothing_lost *n);
/* Both streams are there, every event has a message, all work is processed; waits for it. */
void nothing_lost_expect(struct nothing_lost *n);

#endif
