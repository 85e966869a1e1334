/* test_relay_loss.c - what PostgreSQL's cursor and the stream do not agree about: a block in the middle that
   was torn when the power failed, messages that were published and not noted by a relay that was away for
   longer than nats-server remembers them; and what must not make it publish anything twice, or nothing at
   all: one slow statement, streams that the server refuses to make. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/io/stream.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define PUBLISHED_MS    30000
#define STOP_MS         15000
#define CONNECT_MS      5000
#define CLOSE_MS        2000
#define LARGE           "14000"   /* events of 2 kB: four blocks */
#define TORN_AT         (2 << 20) /* of a block's 8 MB */
#define BLOCK_NAME_SIZE (SERVERS_PATH_SIZE + 128)
#define TOO_MUCH_MB     1000000

static struct harness h;
static struct database database; /* only to connect */
static struct stream_reader events, work, dead_letters;
static PGconn *superuser;

static void insert_events(const char *count, int size)
{
    char sql[512];
    (void)snprintf(
        sql, sizeof sql,
        "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after,"
        " created_at) select gen_random_uuid(), 'account.frozen', 'account', gen_random_uuid(),"
        " gen_random_uuid(), 'o', 'a', json_build_object('text', repeat('x', %d)),"
        " clock_timestamp() from generate_series(1, %s)",
        size, count);
    database_exec(superuser, sql);
}

static int64_t facts(void)
{
    return strtoll(database_value(superuser, "select count(*) from paybus.events"), NULL, 10);
}

static bool all_is_published(void *context)
{
    (void)context;
    return stream_reader_count(&events) >= facts();
}

static bool cursor_is_at_the_end(void *context)
{
    (void)context;
    return strcmp(database_value(superuser, "select acked_seq = (select max(seq) from paybus.events)"
                                            " from paybus.relay_cursors where feed = 'events'"),
                  "t") == 0;
}

static void expect_all_published(void)
{
    if (!eventually(all_is_published, NULL, PUBLISHED_MS))
        fail_msg("%lld messages of %lld events", (long long)stream_reader_count(&events), (long long)facts());
    assert_true(eventually(cursor_is_at_the_end, NULL, PUBLISHED_MS));
}

/* ledger-svc starts again with this setting. */
static void start_again(const char *variable, const char *value)
{
    int ends = program_ends(&h.ledgers[0]);
    program_set(&h.ledgers[0], variable, "%s", value);
    program_signal(&h.ledgers[0], SIGTERM);
    assert_true(program_wait_ends(&h.ledgers[0], ends + 1, STOP_MS));
    assert_true(program_wait_ready(&h.ledgers[0], STOP_MS));
}

static void block_name(int number, char ret_name[BLOCK_NAME_SIZE])
{
    (void)snprintf(ret_name, BLOCK_NAME_SIZE, "%s/jetstream/jetstream/PAY/streams/PAY_EVENTS/msgs/%d.blk",
                   h.nats.directory, number);
}

/* nats-server writes blocks of 8 MB, and to the disk every two minutes, in no order. */
static void torn_in_the_middle(void **state)
{
    (void)state;
    char block[BLOCK_NAME_SIZE];
    insert_events(LARGE, 1500);
    expect_all_published();
    servers_nats_kill(&h.nats);
    block_name(2, block);
    assert_int_equal(truncate(block, TORN_AT), 0);
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    expect_all_published();
    assert_true(program_logged(&h.ledgers[0], "messages lost"));
}

/* The first block was never written to the disk, those behind it were. */
static void beginning_lost(void **state)
{
    (void)state;
    char block[BLOCK_NAME_SIZE];
    insert_events(LARGE, 1500);
    expect_all_published();
    servers_nats_kill(&h.nats);
    block_name(1, block);
    assert_int_equal(unlink(block), 0);
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    expect_all_published();
    assert_true(program_logged(&h.ledgers[0], "messages lost"));
}

/* The hole stays, where it was; once it is known nothing comes again because of it. */
static void the_hole_is_known(void **state)
{
    (void)state;
    int64_t messages = stream_reader_count(&events), before = facts();
    servers_nats_kill(&h.nats);
    servers_nats_start(&h.nats);
    start_again("PAYBUS_CRASH_POINT", "");
    insert_events("1", 1);
    expect_all_published();
    assert_int_equal(stream_reader_count(&events) - messages, facts() - before);
}

static bool all_are_old(void *context)
{
    (void)context;
    return strcmp(database_value(superuser, "select max(created_at) < clock_timestamp() - interval '2 s'"
                                            " from paybus.events"),
                  "t") == 0;
}

/* nats-server forgets the ids of its messages, as it does by itself after two minutes: it is to remember
   those of one second, and reads them again when it starts. ledger-svc would change that; its settings are
   refused. */
static void forget_ids(void)
{
    struct bus *bus;
    struct stream_state now;
    char credentials[SERVERS_PATH_SIZE + 32];
    (void)snprintf(credentials, sizeof credentials, "%s/ledger.nats", h.directory);
    struct bus_options options = {.servers = h.nats.url,
                                  .credentials_file = credentials,
                                  .name = "test_relay_loss",
                                  .inbox_prefix = "_INBOX_ledger"};
    const struct stream_spec forgetful = {.name = "PAY_EVENTS",
                                          .subject = "pay.evt.>",
                                          .max_age_s = 7 * INT64_C(86400),
                                          .max_bytes = INT64_C(4) << 30,
                                          .duplicates_s = 1,
                                          .replicas = 1};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, CONNECT_MS), STATUS_OK);
    assert_int_equal(stream_ensure(bus, &forgetful, &now), STATUS_OK);
    bus_close(bus, CLOSE_MS);
    assert_true(eventually(all_are_old, NULL, STOP_MS));
    servers_nats_kill(&h.nats);
    servers_nats_start(&h.nats);
    program_set(&h.ledgers[0], "PAYBUS_EVENTS_STREAM_MB", "%d", TOO_MUCH_MB);
}

/* Published, acknowledged, and killed before that is noted; nobody publishes until nats-server has forgotten.
   A stream whose settings cannot be changed stays as it is, and takes messages. */
static void away_for_long(void **state)
{
    (void)state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    int64_t messages = stream_reader_count(&events), before = facts();
    start_again("PAYBUS_CRASH_POINT", "ledger.relay_before_cursor:3");
    int ends = program_ends(&h.ledgers[0]);
    program_set(&h.ledgers[0], "PAYBUS_CRASH_POINT", "%s", "");
    harness_keep_all(&h, false);
    insert_events("1000", 1); /* five parts of a window */
    assert_true(program_wait_ends(&h.ledgers[0], ends + 1, STOP_MS));
    forget_ids();
    harness_keep_all(&h, true);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    expect_all_published();
    assert_int_equal(stream_reader_count(&events) - messages, facts() - before);
    assert_true(program_logged(&h.ledgers[0], "relay_caught_up"));
    assert_true(program_logged(&h.ledgers[0], "\"call\":\"update\""));
    assert_false(program_logged(&h.ledgers[0], "another stream"));
    start_again("PAYBUS_EVENTS_STREAM_MB", "4096");
}

static bool a_look_is_canceled(void *context)
{
    (void)context;
    return strcmp(database_value(superuser,
                                 "select count(pg_cancel_backend(pid)) from pg_stat_activity where"
                                 " usename = 'paybus_ledger' and wait_event_type = 'Lock' and query like"
                                 " '%min(w.seq) - 1%'"),
                  "1") == 0;
}

/* One look at PostgreSQL that takes too long, on a day without any loss. */
static void one_slow_statement(void **state)
{
    (void)state;
    insert_events("1", 1);
    expect_all_published(); /* so that it looks for the next window */
    int64_t messages = stream_reader_count(&events), before = facts();
    PGconn *locker = database_connect(&database, "postgres");
    database_exec(locker, "begin; lock table paybus.events in access exclusive mode");
    assert_true(eventually(a_look_is_canceled, NULL, STOP_MS));
    database_exec(locker, "commit");
    PQfinish(locker);
    insert_events("300", 1);
    expect_all_published();
    assert_int_equal(stream_reader_count(&events) - messages, facts() - before);
    assert_true(program_logged(&h.ledgers[0], "relay_window_unseen"));
}

static bool exists(void *context)
{
    const struct stream_reader *r = context;
    jsStreamInfo *info = NULL;
    natsStatus s = js_GetStreamInfo(&info, r->js, r->stream, NULL, NULL);
    jsStreamInfo_Destroy(info);
    return s == NATS_OK;
}

/* What cannot be made keeps no other from being made. */
static void one_is_refused(void **state)
{
    (void)state;
    char megabytes[16];
    (void)snprintf(megabytes, sizeof megabytes, "%d", TOO_MUCH_MB);
    servers_nats_kill(&h.nats);
    servers_nats_wipe(&h.nats);
    servers_nats_start(&h.nats);
    start_again("PAYBUS_WORK_STREAM_MB", megabytes);
    assert_true(eventually(exists, &events, PUBLISHED_MS));
    assert_true(eventually(exists, &dead_letters, PUBLISHED_MS));
    assert_true(program_logged(&h.ledgers[0], "insufficient storage"));
    assert_false(exists(&work));
    start_again("PAYBUS_WORK_STREAM_MB", "2048");
    assert_true(eventually(exists, &work, PUBLISHED_MS));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beginning_lost),     cmocka_unit_test(torn_in_the_middle),
        cmocka_unit_test(the_hole_is_known),  cmocka_unit_test(away_for_long),
        cmocka_unit_test(one_slow_statement), cmocka_unit_test(one_is_refused),
    };
    harness_keep_all(&h, true);
    database.postgres = h.postgres;
    superuser = database_connect(&database, "postgres");
    stream_reader_open(&events, &h, "PAY_EVENTS");
    stream_reader_open(&work, &h, "PAY_WORK");
    stream_reader_open(&dead_letters, &h, "PAY_DLQ");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stream_reader_close(&dead_letters);
    stream_reader_close(&work);
    stream_reader_close(&events);
    PQfinish(superuser);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 1}, run);
}
