/* test_relay_work.c - work that is committed comes out as messages: each once, whatever is killed, with a
   transaction that stays open, and again as long as it is not finished after the stream was lost. A stream
   that is full loses nothing, and keeps no event waiting. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/parse.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#include "tests/e2e/scene.h"

#define WRITERS      4
#define TRANSACTIONS 120 /* of each writer */
#define WORK_MAX     8000
#define PUBLISHED_MS 30000
#define STOP_MS      15000
#define LARGE        300 /* pieces of work of 20 kB: six times what the small stream takes */

static struct harness h;
static struct database database; /* only to connect */
static struct stream_reader work, events;
static PGconn *superuser;
static pthread_t writers[WRITERS];

#define INSERT_WORK                                                                                          \
    "with e as (insert into paybus.webhook_events (id, provider, event_id, event_type, fingerprint, "        \
    "payload,"                                                                                               \
    " traceparent, created_at) select gen_random_uuid(), 'demo', gen_random_uuid()::text, 'test', '\\x00',"  \
    " json_build_object('filler', repeat('x', %d)), "                                                        \
    "'00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',"                                             \
    " now() from generate_series(1, %d) returning id)"                                                       \
    " insert into paybus.work (id, kind, object_id, traceparent, enqueued_at, updated_at, created_at)"       \
    " select gen_random_uuid(), 'webhook', id, '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',"   \
    " now(), now(), now() from e"

static void insert_work(PGconn *conn, int count, int size)
{
    char sql[1024];
    (void)snprintf(sql, sizeof sql, INSERT_WORK, size, count);
    database_exec(conn, sql);
}

static void *writer_main(void *context)
{
    unsigned random = (unsigned)(uintptr_t)context;
    PGconn *conn = database_connect(&database, "postgres");
    for (int i = 0; i < TRANSACTIONS; i++) {
        database_exec(conn, "begin");
        insert_work(conn, 1 + (int)(rand_r(&random) % 3), 10);
        if (rand_r(&random) % 4 == 0)
            database_exec(conn, "select pg_sleep(random() * 0.05)");
        database_exec(conn, rand_r(&random) % 10 == 0 ? "rollback" : "commit");
    }
    PQfinish(conn);
    return NULL;
}

static void start_writers(void)
{
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, writer_main, (void *)(uintptr_t)(i + 1)), 0);
}

static void join_writers(void)
{
    for (size_t i = 0; i < WRITERS; i++)
        (void)pthread_join(writers[i], NULL);
}

/* What the stream has. */
static struct {
    char ids[WORK_MAX][TYPEID_TEXT_SIZE];
    size_t count;
} seen;

static void note(void *context, const char *subject, const json_t *body)
{
    (void)context;
    char wanted[128];
    const char *id = json_string_value(json_object_get(body, "id"));
    (void)snprintf(wanted, sizeof wanted, "pay.work.webhook.%s", id);
    assert_string_equal(subject, wanted);
    assert_string_equal(json_string_value(json_object_get(body, "type")), "paybus.work.webhook");
    assert_string_equal(json_string_value(json_object_get(body, "traceparent")),
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    const json_t *data = json_object_get(body, "data");
    assert_true(json_equal(json_object_get(data, "id"), json_object_get(body, "subject")));
    assert_string_equal(json_string_value(json_object_get(data, "provider")), "demo");
    assert_true(json_is_object(json_object_get(data, "payload")));
    assert_true(seen.count < WORK_MAX);
    (void)snprintf(seen.ids[seen.count++], TYPEID_TEXT_SIZE, "%s", id);
}

#define UNFINISHED "select %s from paybus.work where state in ('received', 'processing', 'failed')"
/* What waits in the database the sweeper publishes, when it is due. */
#define RELAYED UNFINISHED " and not (state = 'failed' and parked_until is not null)"

static bool all_is_published(void *context)
{
    const struct stream_reader *r = context;
    char sql[256], count[32];
    (void)snprintf(sql, sizeof sql, RELAYED, "count(*)");
    (void)snprintf(count, sizeof count, "%lld", (long long)stream_reader_count(r));
    return strcmp(database_value(superuser, r == &work ? sql : "select count(*) from paybus.events"),
                  count) == 0;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The stream has what is not finished, each once. */
static void expect_each_once(void)
{
    char sql[256];
    if (!eventually(all_is_published, &work, PUBLISHED_MS))
        fail_msg("%lld messages of %s that are received", (long long)stream_reader_count(&work),
                 database_value(superuser, "select count(*) from paybus.work where state = 'received'"));
    seen.count = 0;
    assert_true(stream_reader_walk(&work, note, NULL));
    qsort(seen.ids, seen.count, sizeof seen.ids[0], compare_ids);
    (void)snprintf(sql, sizeof sql, RELAYED, "replace(id::text, '-', '')");
    (void)strncat(sql, " order by id", sizeof sql - strlen(sql) - 1);
    PGresult *r = PQexec(superuser, sql);
    assert_int_equal(PQntuples(r), seen.count);
    for (size_t i = 0; i < seen.count; i++) {
        struct uuid id;
        char hex[2 * sizeof id.bytes + 1];
        assert_int_equal(typeid_parse("wrk", str_of(seen.ids[i]), &id), STATUS_OK);
        format_hex(id.bytes, sizeof id.bytes, hex);
        assert_string_equal(PQgetvalue(r, (int)i, 0), hex);
    }
    PQclear(r);
}

/* webhook-svc stands still, most of the time. */
static void wait_ready(void)
{
    for (int i = 0; i < 2; i++)
        assert_true(program_wait_ready(&h.ledgers[i], HARNESS_READY_MS));
}

static void each_once(void **state)
{
    (void)state;
    PGconn *late = database_connect(&database, "postgres");
    database_exec(late, "begin");
    insert_work(late, 1, 10);
    start_writers();
    for (int i = 0; i < 4; i++) {
        pause_ms(300);
        program_signal(&h.ledgers[i % 2], SIGKILL);
        assert_true(program_wait_ends(&h.ledgers[i % 2], i / 2 + 1, STOP_MS));
    }
    join_writers();
    wait_ready();
    expect_each_once();
    database_exec(late, "commit");
    PQfinish(late);
    expect_each_once();
}

static bool either_logged(const char *text)
{
    return program_logged(&h.ledgers[0], text) || program_logged(&h.ledgers[1], text);
}

/* Everything that is not finished comes again, whatever it waits for and however old it is; but not what
   waits in the database: tens of thousands may, for hours, and nobody would be given anything else meanwhile.
 */
static void stream_wiped(void **state)
{
    (void)state;
    database_exec(superuser,
                  "update paybus.work set created_at = now() - interval '30 days', enqueued_at ="
                  " now() - interval '30 days', updated_at = now() - interval '30 days',"
                  " state = (array['received', 'processed', 'failed', 'processing', 'dead', 'failed'])[seq %"
                  " 6 + 1]::paybus.work_state, next_attempt_at = case when seq % 6 in (2, 5) then now() end,"
                  " parked_until = case seq % 6 when 5 then now() end,"
                  " lease_until = case seq % 6 when 3 then now() end");
    start_writers();
    servers_nats_kill(&h.nats);
    servers_nats_wipe(&h.nats);
    servers_nats_start(&h.nats);
    join_writers();
    expect_each_once();
    assert_true(either_logged("another stream"));
}

static void messages_lost(void **state)
{
    (void)state;
    servers_nats_kill(&h.nats);
    servers_nats_lose_messages(&h.nats, "PAY", "PAY_WORK");
    servers_nats_start(&h.nats);
    insert_work(superuser, 1, 10);
    expect_each_once();
    assert_true(either_logged("messages lost"));
}

static bool all_is_finished(void *context)
{
    char sql[256];
    (void)context;
    (void)snprintf(sql, sizeof sql, UNFINISHED, "count(*)");
    return strcmp(database_value(superuser, sql), "0") == 0;
}

static void work_off(void)
{
    program_start(&h.webhooks[0]);
    assert_true(program_wait_ready(&h.webhooks[0], HARNESS_READY_MS));
    if (!eventually(all_is_finished, NULL, 2 * PUBLISHED_MS))
        fail_msg("%s", database_value(superuser, "select string_agg(state || ' ' || n, ', ') from (select"
                                                 " state, count(*) n from paybus.work group by 1) s"));
    assert_int_equal(program_stop(&h.webhooks[0], SIGTERM, STOP_MS), 0);
}

/* What does not fit waits in PostgreSQL; events go on, and what is worked off makes room. */
static void stream_full(void **state)
{
    (void)state;
    work_off();
    for (int i = 0; i < 2; i++) {
        int ends = program_ends(&h.ledgers[i]);
        program_set(&h.ledgers[i], "PAYBUS_WORK_STREAM_MB", "%d", 1);
        program_signal(&h.ledgers[i], SIGTERM);
        assert_true(program_wait_ends(&h.ledgers[i], ends + 1, STOP_MS));
    }
    wait_ready();
    insert_work(superuser, LARGE, 20000);
    char account[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", account);
    for (int i = 0; i < 20; i++)
        harness_deposit(&h, account, "EUR", 1);
    assert_true(eventually(all_is_published, &events, PUBLISHED_MS));
    assert_true(either_logged("maximum bytes exceeded"));
    assert_true(stream_reader_count(&work) < LARGE);
    work_off();
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_once),
        cmocka_unit_test(stream_wiped),
        cmocka_unit_test(messages_lost),
        cmocka_unit_test(stream_full),
    };
    database.postgres = h.postgres;
    superuser = database_connect(&database, "postgres");
    assert_int_equal(program_stop(&h.webhooks[0], SIGTERM, STOP_MS), 0);
    program_keep(&h.ledgers[0], true);
    program_keep(&h.ledgers[1], true);
    stream_reader_open(&work, &h, "PAY_WORK");
    stream_reader_open(&events, &h, "PAY_EVENTS");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stream_reader_close(&events);
    stream_reader_close(&work);
    PQfinish(superuser);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .webhooks = 1}, run);
}
