/* nothing_lost.c - see nothing_lost.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/nothing_lost.h"
#include "tests/support/process.h"

#define FILLED_MS  60000
#define WORK       50
#define EVENTS_MAX 1000000

static bool seen[EVENTS_MAX]; /* by number */

void nothing_lost_open(struct nothing_lost *n, const struct harness *h)
{
    n->database.postgres = h->postgres;
    n->superuser = database_connect(&n->database, "postgres");
    stream_reader_open(&n->events, h, "PAY_EVENTS");
    stream_reader_open(&n->work, h, "PAY_WORK");
}

void nothing_lost_close(struct nothing_lost *n)
{
    stream_reader_close(&n->work);
    stream_reader_close(&n->events);
    PQfinish(n->superuser);
}

void nothing_lost_add_work(struct nothing_lost *n)
{
    char sql[640];
    (void)snprintf(sql, sizeof sql,
                   "with e as (insert into paybus.webhook_events (id, provider, event_id, event_type,"
                   " fingerprint, payload, created_at) select gen_random_uuid(), 'demo',"
                   " gen_random_uuid()::text, 'test', '\\x00', '{}', now() from generate_series(1, %d)"
                   " returning id) insert into paybus.work (id, kind, object_id, enqueued_at, updated_at,"
                   " created_at) select gen_random_uuid(), 'webhook', id, now(), now(), now() from e",
                   WORK);
    database_exec(n->superuser, sql);
}

static void note(void *context, const char *subject, const json_t *body)
{
    (void)context;
    (void)subject;
    int64_t seq = strtoll(json_string_value(json_object_get(body, "sequence")), NULL, 10);
    assert_in_range(seq, 1, EVENTS_MAX - 1);
    seen[seq] = true;
}

static bool all_is_there(void *context)
{
    struct nothing_lost *n = context;
    size_t missing = 0;
    memset(seen, 0, sizeof seen);
    if (!stream_reader_walk(&n->events, note, NULL))
        return false;
    PGresult *r = PQexec(n->superuser, "select seq from paybus.events");
    for (int i = 0; i < PQntuples(r); i++)
        missing += !seen[strtoll(PQgetvalue(r, i, 0), NULL, 10)];
    PQclear(r);
    return missing == 0;
}

static bool all_is_done(void *context)
{
    const struct nothing_lost *n = context;
    return strcmp(database_value(n->superuser, "select count(*) from paybus.work where state <> 'processed'"),
                  "0") == 0;
}

static bool streams_are_there(void *context)
{
    const struct nothing_lost *n = context;
    return stream_reader_created(&n->events) != 0 && stream_reader_created(&n->work) != 0;
}

void nothing_lost_expect(struct nothing_lost *n)
{
    assert_true(eventually(streams_are_there, n, FILLED_MS));
    assert_true(eventually(all_is_there, n, FILLED_MS));
    if (!eventually(all_is_done, n, FILLED_MS))
        fail_msg("%s", database_value(n->superuser, "select string_agg(state || ' ' || n, ', ') from (select"
                                                    " state, count(*) n from paybus.work group by 1) s"));
}
