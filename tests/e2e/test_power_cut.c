/* test_power_cut.c - nats-server writes to the disk when the kernel likes to, so a power cut takes seconds to
   minutes from it, or all. Its store is replaced by one that was copied while it ran, or by what ext4 leaves
   of files that were made just before: the streams are filled again, nothing is lost, and the next start
   loses nothing again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/scene.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define CLIENTS    4
#define BETWEEN_MS 700
#define FILLED_MS  40000
#define WORK       50
#define EVENTS_MAX 60000

static struct harness h;
static struct database database; /* only to connect */
static struct scene scene;
static struct stream_reader events, work;
static PGconn *superuser;
static bool seen[EVENTS_MAX]; /* by number */

static void insert_work(void)
{
    char sql[640];
    (void)snprintf(sql, sizeof sql,
                   "with e as (insert into paybus.webhook_events (id, provider, event_id, event_type,"
                   " fingerprint, payload, created_at) select gen_random_uuid(), 'demo',"
                   " gen_random_uuid()::text, 'test', '\\x00', '{}', now() from generate_series(1, %d)"
                   " returning id) insert into paybus.work (id, kind, object_id, enqueued_at, updated_at,"
                   " created_at) select gen_random_uuid(), 'webhook', id, now(), now(), now() from e",
                   WORK);
    database_exec(superuser, sql);
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
    size_t missing = 0;
    (void)context;
    memset(seen, 0, sizeof seen);
    stream_reader_walk(&events, note, NULL);
    PGresult *r = PQexec(superuser, "select seq from paybus.events");
    for (int i = 0; i < PQntuples(r); i++)
        missing += !seen[strtoll(PQgetvalue(r, i, 0), NULL, 10)];
    PQclear(r);
    return missing == 0;
}

static bool all_is_done(void *context)
{
    (void)context;
    return strcmp(database_value(superuser, "select count(*) from paybus.work where state <> 'processed'"),
                  "0") == 0;
}

static bool streams_are_there(void *context)
{
    (void)context;
    return stream_reader_created(&events) != 0 && stream_reader_created(&work) != 0;
}

static void expect_nothing_lost(void)
{
    assert_true(eventually(streams_are_there, NULL, FILLED_MS));
    assert_true(eventually(all_is_there, NULL, FILLED_MS));
    if (!eventually(all_is_done, NULL, FILLED_MS))
        fail_msg("%s", database_value(superuser, "select string_agg(state || ' ' || n, ', ') from (select"
                                                 " state, count(*) n from paybus.work group by 1) s"));
}

static void store_goes_back(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    insert_work();
    pause_ms(BETWEEN_MS);
    servers_nats_keep_store(&h.nats);
    insert_work();
    pause_ms(BETWEEN_MS);
    servers_nats_kill(&h.nats);
    servers_nats_put_store_back(&h.nats);
    servers_nats_clear_torn(&h.nats);
    servers_nats_start(&h.nats);
    insert_work();
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "the store as it was");
    expect_nothing_lost();
}

static void files_are_empty(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    insert_work();
    pause_ms(BETWEEN_MS);
    servers_nats_kill(&h.nats);
    servers_nats_empty_files(&h.nats, "PAY", "PAY_EVENTS");
    servers_nats_empty_files(&h.nats, "PAY", "PAY_WORK");
    servers_nats_empty_files(&h.nats, "PAY", "PAY_DLQ");
    servers_nats_clear_torn(&h.nats);
    servers_nats_start(&h.nats);
    insert_work();
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "empty files");
    expect_nothing_lost();
}

/* What was made anew is whole, and stays. */
static void next_start_keeps_it(void **state)
{
    (void)state;
    int64_t events_created = stream_reader_created(&events), work_created = stream_reader_created(&work);
    int64_t messages = stream_reader_count(&events);
    assert_true(events_created != 0 && work_created != 0 && messages > 0);
    servers_nats_stop(&h.nats);
    servers_nats_clear_torn(&h.nats);
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    insert_work();
    expect_nothing_lost();
    assert_true(stream_reader_created(&events) == events_created);
    assert_true(stream_reader_created(&work) == work_created);
    assert_true(stream_reader_count(&events) >= messages);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_goes_back),
        cmocka_unit_test(files_are_empty),
        cmocka_unit_test(next_start_keeps_it),
    };
    database.postgres = h.postgres;
    superuser = database_connect(&database, "postgres");
    stream_reader_open(&events, &h, "PAY_EVENTS");
    stream_reader_open(&work, &h, "PAY_WORK");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stream_reader_close(&work);
    stream_reader_close(&events);
    PQfinish(superuser);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .webhooks = 1, .sweep_seconds = 2}, run);
}
