/* test_relay.c - what is committed comes out as events: each fact once, those of an object in their order,
   with the words of the audit trail; while ledger-svc, its relay and nats-server are killed, with a
   transaction that stays open, and again after the stream was wiped. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define CLIENTS      4
#define KILLS        4
#define BETWEEN_MS   500
#define PUBLISHED_MS 30000
#define STOP_MS      15000
#define SILENT_MS    12000
#define FACTS_MAX    60000
#define OBJECT_SIZE  TYPEID_TEXT_SIZE

static struct harness h;
static struct database database; /* only to connect */
static struct api api;
static struct scene scene;
static struct stream_reader reader;
static PGconn *superuser;

/* What the stream has, in its order. */
static struct {
    int64_t seqs[FACTS_MAX];
    char objects[FACTS_MAX][OBJECT_SIZE];
    size_t count;
} stream;

static void note(void *context, const char *subject, const json_t *body)
{
    (void)context;
    char wanted[128];
    const char *type = json_string_value(json_object_get(body, "type"));
    assert_non_null(type);
    (void)snprintf(wanted, sizeof wanted, "pay.evt.%s", type);
    assert_string_equal(subject, wanted);
    assert_true(stream.count < FACTS_MAX);
    stream.seqs[stream.count] = strtoll(json_string_value(json_object_get(body, "sequence")), NULL, 10);
    (void)snprintf(stream.objects[stream.count++], OBJECT_SIZE, "%s",
                   json_string_value(json_object_get(body, "subject")));
}

static bool all_is_published(void *context)
{
    (void)context;
    char count[32];
    (void)snprintf(count, sizeof count, "%" PRId64, stream_reader_count(&reader));
    return strcmp(database_value(superuser, "select count(*) from paybus.events"), count) == 0;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The events of an account, say, come in their order; a lookback of some hundred is enough for windows. */
static void expect_objects_in_order(void)
{
    for (size_t i = 0; i < stream.count; i++)
        for (size_t k = i > 300 ? i - 300 : 0; k < i; k++)
            if (strcmp(stream.objects[i], stream.objects[k]) == 0 && stream.seqs[k] >= stream.seqs[i])
                fail_msg("%s: event %lld comes before %lld", stream.objects[i], (long long)stream.seqs[k],
                         (long long)stream.seqs[i]);
}

static void expect_each_once(void)
{
    if (!eventually(all_is_published, NULL, PUBLISHED_MS))
        fail_msg("%lld messages of %s events", (long long)stream_reader_count(&reader),
                 database_value(superuser, "select count(*) from paybus.events"));
    stream.count = 0;
    assert_true(stream_reader_walk(&reader, note, NULL));
    expect_objects_in_order();
    qsort(stream.seqs, stream.count, sizeof stream.seqs[0], compare_numbers);
    PGresult *r = PQexec(superuser, "select seq from paybus.events order by seq");
    assert_int_equal(PQntuples(r), stream.count);
    for (size_t i = 0; i < stream.count; i++)
        assert_int_equal(strtoll(PQgetvalue(r, (int)i, 0), NULL, 10), stream.seqs[i]);
    PQclear(r);
}

static void killed_at_random(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    for (int i = 0; i < KILLS; i++) {
        pause_ms(BETWEEN_MS);
        program_signal(&h.ledgers[i % 2], SIGKILL);
        assert_true(program_wait_ends(&h.ledgers[i % 2], i / 2 + 1, STOP_MS));
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    scene_finish(&scene, &h, "killed while publishing");
    expect_each_once();
}

/* Both start again, with a crash point that is gone when they start once more. */
static void set_crash_point(const char *point)
{
    for (int i = 0; i < 2; i++) {
        assert_true(program_wait_ready(&h.ledgers[i], STOP_MS)); /* it may be starting again */
        int ends = program_ends(&h.ledgers[i]);
        program_set(&h.ledgers[i], "PAYBUS_CRASH_POINT", "%s", point);
        program_signal(&h.ledgers[i], SIGTERM);
        assert_true(program_wait_ends(&h.ledgers[i], ends + 1, STOP_MS));
        assert_true(program_wait_ready(&h.ledgers[i], STOP_MS));
        program_set(&h.ledgers[i], "PAYBUS_CRASH_POINT", "%s", "");
    }
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

/* Published, acknowledged, and killed before that is known: the next relay sends it again, as the same. */
static void killed_before_the_cursor(void **state)
{
    (void)state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    set_crash_point("ledger.relay_before_cursor:5");
    scene_start(&scene, &h, 4, CLIENTS);
    pause_ms(2 * BETWEEN_MS);
    scene_finish(&scene, &h, "killed before the cursor");
    expect_each_once();
}

static void nats_killed(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    pause_ms(BETWEEN_MS);
    servers_nats_kill(&h.nats);
    servers_nats_start(&h.nats);
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "nats-server killed");
    expect_each_once();
}

#define INSERT_EVENT                                                                                         \
    "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor, after, created_at)" \
    " select gen_random_uuid(), 'account.frozen', 'account', gen_random_uuid(), gen_random_uuid(), 'o', "    \
    "'a', '{}', clock_timestamp()"

/* A transaction that has written an event and stays open. */
static PGconn *open_transaction(void)
{
    PGconn *late = database_connect(&database, "paybus_owner");
    database_exec(late, "begin");
    database_exec(late, INSERT_EVENT);
    return late;
}

static bool either_logged(const char *text)
{
    return program_logged(&h.ledgers[0], text) || program_logged(&h.ledgers[1], text);
}

static bool one_has_ended(void *context)
{
    const int *ends = context;
    return program_ends(&h.ledgers[0]) > ends[0] || program_ends(&h.ledgers[1]) > ends[1];
}

/* Killed with a window on its way, while a lower number is committed: the same window goes on, and then the
   next. A wider one would begin with the lower number, behind what is stored, and what follows be refused. */
static void windows_are_kept(void **state)
{
    (void)state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    char account[TYPEID_TEXT_SIZE];
    harness_open_account(&h, "EUR", account);
    expect_each_once(); /* so that the first to be published is the deposit */
    set_crash_point("ledger.relay_before_cursor:1");
    int ends[] = {program_ends(&h.ledgers[0]), program_ends(&h.ledgers[1])};
    PGconn *late = open_transaction();
    harness_deposit(&h, account, "EUR", 1);
    assert_true(eventually(one_has_ended, ends, STOP_MS));
    database_exec(late, "commit");
    PQfinish(late);
    set_crash_point("");
    harness_deposit(&h, account, "EUR", 1);
    expect_each_once();
    assert_false(either_logged("publish_refused"));
}

/* An event with a low number is committed after many with higher ones. */
static void committed_late(void **state)
{
    (void)state;
    PGconn *late = open_transaction();
    scene_start(&scene, &h, 4, CLIENTS);
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "beside an open transaction");
    expect_each_once();
    database_exec(late, "commit");
    PQfinish(late);
    expect_each_once();
}

/* What the stream says of a fact is what GET /v1/events says. */
static void compare_with_list(void *context, const char *subject, const json_t *body)
{
    (void)subject;
    const json_t *listed = context;
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)listed, i, item)
    {
        if (!json_equal(json_object_get(item, "id"), json_object_get(body, "id")))
            continue;
        static const char *const same[] = {"resource", "object", "command", "owner",
                                           "actor",    "source", "before",  "after"};
        const json_t *data = json_object_get(body, "data");
        for (size_t k = 0; k < sizeof same / sizeof same[0]; k++)
            if (!json_equal(json_object_get(item, same[k]), json_object_get(data, same[k])))
                fail_msg("event %s: %s is not the same", json_string_value(json_object_get(item, "id")),
                         same[k]);
        json_object_set_new(item, "found", json_true());
    }
}

static void tells_the_same(void **state)
{
    (void)state;
    assert_int_equal(api_get(&api, "/v1/events?limit=100"), 200);
    json_t *listed = json_incref(api_at(&api, "data"));
    assert_true(json_array_size(listed) >= 100);
    assert_true(stream_reader_walk(&reader, compare_with_list, listed));
    for (size_t i = 0; i < json_array_size(listed); i++)
        assert_true(json_is_true(json_object_get(json_array_get(listed, i), "found")));
    json_decref(listed);
}

/* One of both publishes; stopped, it is replaced by the other. */
static void whichever_stops(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        program_signal(&h.ledgers[i], SIGSTOP);
        harness_deposit(&h, scene.accounts[0], "EUR", 1);
        expect_each_once();
        program_signal(&h.ledgers[i], SIGCONT);
        assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    }
}

#define LEADER                                                                                               \
    "select coalesce(min(pid), 0) from pg_locks where locktype = 'advisory' and classid = 1885434484"        \
    " and objid = 2 and granted"

static bool lead_has_moved(void *context)
{
    return strcmp(database_value(superuser, LEADER), context) != 0;
}

/* Who waits for a nats-server that does not answer is not taken for stopped. */
static void nats_is_silent(void **state)
{
    (void)state;
    char leader[32];
    expect_each_once();
    (void)snprintf(leader, sizeof leader, "%s", database_value(superuser, LEADER));
    assert_string_not_equal(leader, "0");
    servers_nats_freeze(&h.nats);
    database_exec(superuser, INSERT_EVENT);
    bool moved = eventually(lead_has_moved, leader, SILENT_MS);
    servers_nats_thaw(&h.nats);
    assert_false(moved);
    expect_each_once();
}

/* A transaction that stays open holds up only its own event. */
static void stream_wiped(void **state)
{
    (void)state;
    PGconn *late = open_transaction();
    scene_start(&scene, &h, 4, CLIENTS);
    pause_ms(BETWEEN_MS);
    servers_nats_kill(&h.nats);
    servers_nats_wipe(&h.nats);
    servers_nats_start(&h.nats);
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "the stream wiped");
    expect_each_once();
    assert_true(either_logged("another stream"));
    database_exec(late, "commit");
    PQfinish(late);
    expect_each_once();
}

/* The stream is the same one, and empty: all that was in it comes again. */
static void messages_lost(void **state)
{
    (void)state;
    servers_nats_kill(&h.nats);
    servers_nats_lose_messages(&h.nats, "PAY", "PAY_EVENTS");
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    harness_deposit(&h, scene.accounts[0], "EUR", 1);
    expect_each_once();
    assert_true(either_logged("messages lost"));
}

static bool rewind_is_done(void *context)
{
    (void)context;
    return strcmp(database_value(superuser, "select count(rewind_from) from paybus.relay_cursors"), "0") == 0;
}

/* An operator wants it all again: what the stream knows still is recognised. */
static void asked_for(void **state)
{
    (void)state;
    struct tool tool;
    char owner_url[DATABASE_URL_SIZE];
    (void)snprintf(owner_url, sizeof owner_url, "postgresql://paybus_owner@127.0.0.1:%d/paybus",
                   h.postgres.port);
    const char *const argv[] = {database_admin_path,    "relay",      "rewind",  "--since",
                                "2026-01-01T00:00:00Z", "--database", owner_url, NULL};
    assert_int_equal(tool_run(&tool, argv), 0);
    assert_true(eventually(rewind_is_done, NULL, PUBLISHED_MS));
    harness_deposit(&h, scene.accounts[0], "EUR", 1);
    expect_each_once();
    assert_true(either_logged("asked for"));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_kept),
        cmocka_unit_test(killed_at_random),
        cmocka_unit_test(killed_before_the_cursor),
        cmocka_unit_test(nats_killed),
        cmocka_unit_test(committed_late),
        cmocka_unit_test(tells_the_same),
        cmocka_unit_test(whichever_stops),
        cmocka_unit_test(nats_is_silent),
        cmocka_unit_test(stream_wiped),
        cmocka_unit_test(messages_lost),
        cmocka_unit_test(asked_for),
    };
    harness_keep_all(&h, true);
    api_open(&api, &h, 0);
    database.postgres = h.postgres;
    superuser = database_connect(&database, "postgres");
    stream_reader_open(&reader, &h, "PAY_EVENTS");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stream_reader_close(&reader);
    PQfinish(superuser);
    api_close(&api);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2}, run);
}
