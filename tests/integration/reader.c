/* reader.c - see reader.h. */
#include "tests/integration/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingress/store/session.h"

#define SEQS_TEXT_SIZE 8192

void reader_create(struct reader *r)
{
    database_create_migrated(&r->database);
    r->superuser = database_connect(&r->database, "postgres");
    (void)snprintf(r->url, sizeof r->url, "host=127.0.0.1 port=%d user=paybus_ingress dbname=paybus",
                   r->database.postgres.port);
    r->options = ingress_session_options(r->url);
}

void reader_connect(struct reader *r)
{
    db_close(r->ingress);
    assert_int_equal(db_open(&r->options, &r->ingress), STATUS_OK);
}

void reader_destroy(struct reader *r)
{
    db_close(r->ingress);
    PQfinish(r->superuser);
    database_destroy(&r->database);
}

void reader_expect_events(const struct reader *r, const char *name, const char *condition,
                          const int64_t *seqs, size_t count)
{
    char found[SEQS_TEXT_SIZE] = "", sql[512];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len +=
            (size_t)snprintf(found + len, sizeof found - len, "%s%lld", i > 0 ? "," : "", (long long)seqs[i]);
        assert_true(len < sizeof found);
    }
    (void)snprintf(sql, sizeof sql,
                   "select string_agg(seq::text, ',' order by seq desc) from (select seq from paybus.events"
                   " where %s order by seq desc limit %d) as newest",
                   condition, READER_EVENTS_MAX);
    const char *wanted = database_value(r->superuser, sql);
    if (strcmp(wanted, found) != 0)
        fail_msg("%s: found %s, wanted %s", name, found, wanted);
}
