/* reader.h - a migrated database of its own, read by the statements of ingress as ingress does, beside a
   superuser's session that fills it and knows what is right. */
#ifndef TESTS_INTEGRATION_READER_H
#define TESTS_INTEGRATION_READER_H

#include <stddef.h>
#include <stdint.h>

#include "shared/io/db.h"
#include "tests/support/database.h"

struct reader {
    struct database database;
    PGconn *superuser;
    char url[DATABASE_URL_SIZE];
    struct db_options options; /* points to url */
    struct db *ingress;        /* NULL until reader_connect */
};

/* Without a session of ingress: its statements are planned when they are first used. */
void reader_create(struct reader *r);
/* A new session of ingress, with new plans; ends the one before. */
void reader_connect(struct reader *r);
void reader_destroy(struct reader *r);

#define READER_EVENTS_MAX 400

/* Fails unless seqs are those of the newest READER_EVENTS_MAX events with the condition, in order. */
void reader_expect_events(const struct reader *r, const char *name, const char *condition,
                          const int64_t *seqs, size_t count);

#endif
