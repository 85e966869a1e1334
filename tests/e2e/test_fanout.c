/* test_fanout.c - no event is missed on its way to a webhook endpoint: not one that the stream has forgotten,
   that its consumer has passed, that webhook-svc died with, whose delivery went with a database that was
   restored; nor when clocks are wrong. One that PostgreSQL refuses holds up no other. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/json_in.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/database.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define PATIENCE_MS 60000
#define STOP_MS     15000
#define FEW         20
#define BATCH       1000
#define BATCHES     2
#define BODY_SIZE   (BATCH * 160)

static struct harness h;
static struct api api;
static struct receiver *receiver;
static struct database database; /* only to connect */
static struct servers_postgres backup;
static struct stream_reader events;
static PGconn *superuser;
static const char *hook; /* the path whose deliveries are waited for */

static int send_new(const char *path, const char *body)
{
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    return api_send(&api, &(struct api_request){.path = path, .key = key, .body = body});
}

static void make_hook(const char *path)
{
    char body[256];
    (void)snprintf(body, sizeof body,
                   "{\"url\":\"http://127.0.0.1:%d%s\",\"event_types\":[\"transaction.posted\"]}",
                   receiver_port(receiver), path);
    if (send_new("/v1/webhook-endpoints", body) != 201)
        fail_msg("no endpoint: %s", api.body.data);
    hook = path;
}

/* Between accounts of one owner, so that nothing is hidden from it. */
static void transfer(void)
{
    char text[256];
    cast_text("{'from_account':'@first','to_account':'@second','amount':1}", text, sizeof text);
    if (send_new("/v1/transfers", text) != 201)
        fail_msg("no transfer: %s", api.body.data);
}

static void transfers(int count)
{
    for (int i = 0; i < count; i++)
        transfer();
}

static void many_transfers(void)
{
    static char body[BODY_SIZE];
    char item[256];
    cast_text("{'from_account':'@first','to_account':'@second','amount':1}", item, sizeof item);
    size_t len = (size_t)snprintf(body, sizeof body, "{\"mode\":\"each\",\"transfers\":[%s", item);
    for (int i = 1; i < BATCH; i++)
        len += (size_t)snprintf(body + len, sizeof body - len, ",%s", item);
    (void)snprintf(body + len, sizeof body - len, "]}");
    if (send_new("/v1/transfers/batch", body) / 100 != 2)
        fail_msg("no batch: %s", api.body.data);
}

/* Events after the endpoint was made that it has no delivery of. */
static int64_t missing(void)
{
    char sql[512];
    (void)snprintf(
        sql, sizeof sql,
        "select count(*) from paybus.webhook_endpoints w join paybus.events e"
        " on e.seq > (select c.seq from paybus.events c where c.object_id = w.id limit 1)"
        " where w.url like '%%%s' and e.type = 'transaction.posted' and not exists"
        " (select from paybus.webhook_deliveries d where d.endpoint_id = w.id and d.event_id = e.id)",
        hook);
    return strtoll(database_value(superuser, sql), NULL, 10);
}

static bool none_is_missing(void *context)
{
    (void)context;
    return missing() == 0;
}

static void expect_none_missing(void)
{
    if (!eventually(none_is_missing, NULL, PATIENCE_MS))
        fail_msg("%lld deliveries to %s were never made", (long long)missing(), hook);
}

static bool all_is_published(void *context)
{
    (void)context;
    return strcmp(database_value(superuser, "select acked_seq = (select max(seq) from paybus.events)"
                                            " from paybus.relay_cursors where feed = 'events'"),
                  "t") == 0;
}

static void stop_webhooks(void)
{
    (void)program_stop(&h.webhooks[0], SIGTERM, STOP_MS);
}

static void start_webhooks(const char *crash_point)
{
    program_set(&h.webhooks[0], "PAYBUS_CRASH_POINT", "%s", crash_point);
    program_start(&h.webhooks[0]);
    program_keep(&h.webhooks[0], true);
}

static void limit_stream(const char *megabytes)
{
    (void)program_stop(&h.ledgers[0], SIGTERM, STOP_MS);
    program_set(&h.ledgers[0], "PAYBUS_EVENTS_STREAM_MB", "%s", megabytes);
    program_start(&h.ledgers[0]);
    assert_true(program_wait_ready(&h.ledgers[0], HARNESS_READY_MS));
}

static void what_the_stream_forgot(void **state)
{
    (void)state;
    make_hook("/ok_forgotten");
    transfer();
    assert_true(receiver_wait(receiver, hook, 1, PATIENCE_MS));
    stop_webhooks();
    limit_stream("1");
    for (int i = 0; i < BATCHES; i++)
        many_transfers();
    assert_true(eventually(all_is_published, NULL, PATIENCE_MS));
    assert_true(stream_reader_count(&events) < BATCHES * BATCH);
    start_webhooks("");
    expect_none_missing();
    assert_true(program_logged(&h.webhooks[0], "events_swept"));
    limit_stream("4096");
}

/* As if all had been acknowledged that the stream has. */
static void move_consumer(bool to_the_end)
{
    jsConsumerConfig config;
    jsConsumerInfo *info = NULL;
    assert_true(eventually(all_is_published, NULL, PATIENCE_MS));
    assert_int_equal(js_DeleteConsumer(events.js, "PAY_EVENTS", "deliveries", NULL, NULL), NATS_OK);
    if (!to_the_end)
        return;
    (void)jsConsumerConfig_Init(&config);
    config.Durable = "deliveries";
    config.FilterSubject = "pay.evt.>";
    config.DeliverPolicy = js_DeliverNew;
    config.AckPolicy = js_AckExplicit;
    config.AckWait = INT64_C(30000000000); /* as webhook-svc wants it, so that it is used */
    config.MaxAckPending = 4096;
    config.MaxDeliver = -1;
    assert_int_equal(js_AddConsumer(&info, events.js, "PAY_EVENTS", &config, NULL, NULL), NATS_OK);
    jsConsumerInfo_Destroy(info);
}

/* What came by way of the stream and what was read from PostgreSQL is the same. */
static void compare_body(void *context, const char *subject, const json_t *event)
{
    int *compared = context;
    struct received got;
    (void)subject;
    for (int n = 0; receiver_get(receiver, hook, n, &got); n++) {
        if (strcmp(got.id, json_string_value(json_object_get(event, "id"))) != 0)
            continue;
        CLEANUP(json_decref_ptr) json_t *body = json_loads(got.body, 0, NULL);
        CLEANUP(json_decref_ptr) json_t *wanted = json_deep_copy(event);
        if (!json_equal(body, wanted))
            fail_msg("swept: %s\nstream: %s", got.body, json_dumps(wanted, JSON_COMPACT));
        ++*compared;
        return;
    }
}

static void what_the_consumer_has_passed(void **state)
{
    (void)state;
    int compared = 0;
    make_hook("/ok_passed");
    stop_webhooks();
    transfers(FEW);
    move_consumer(true);
    start_webhooks("");
    expect_none_missing();
    assert_true(receiver_wait(receiver, hook, FEW, PATIENCE_MS));
    assert_true(stream_reader_walk(&events, compare_body, &compared));
    assert_int_equal(compared, FEW);
}

/* Others come behind what is missing. */
static void what_others_have_gone_by(void **state)
{
    (void)state;
    make_hook("/ok_gone_by");
    stop_webhooks();
    transfers(FEW);
    move_consumer(true);
    transfers(FEW);
    start_webhooks("");
    expect_none_missing();
}

static void a_consumer_that_was_deleted(void **state)
{
    (void)state;
    make_hook("/ok_deleted");
    stop_webhooks();
    transfers(FEW);
    move_consumer(false);
    start_webhooks("");
    expect_none_missing();
}

static bool nothing_waits(void *context)
{
    (void)context;
    return strcmp(database_value(superuser, "select done_block = (select max(number) from paybus.blocks)"
                                            " and beyond = '{}' from paybus.webhook_fanout"),
                  "t") == 0;
}

/* What is whole is settled, and leaves nothing behind. */
static void what_is_done_is_forgotten(void **state)
{
    (void)state;
    if (!eventually(nothing_waits, NULL, PATIENCE_MS))
        fail_msg("%s", database_value(superuser, "select f::text from paybus.webhook_fanout f"));
}

/* After each batch, before or after its deliveries were committed. */
static void killed_with_a_batch(void **state)
{
    (void)state;
    static const char *const points[][2] = {{"fanout_unwritten:2", "/ok_unwritten"},
                                            {"fanout_written:2", "/ok_written"}};
    if (!PAYBUS_CRASH_POINTS)
        skip();
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        make_hook(points[i][1]);
        stop_webhooks();
        int ends = program_ends(&h.webhooks[0]);
        start_webhooks(points[i][0]);
        assert_true(program_wait_ready(&h.webhooks[0], HARNESS_READY_MS));
        transfer();
        assert_true(receiver_wait(receiver, hook, 1, PATIENCE_MS));
        program_set(&h.webhooks[0], "PAYBUS_CRASH_POINT", "%s", "");
        transfers(FEW);
        assert_true(program_wait_ends(&h.webhooks[0], ends + 1, STOP_MS));
        expect_none_missing();
        assert_true(receiver_wait(receiver, hook, FEW + 1, PATIENCE_MS));
        assert_int_equal(receiver_distinct(receiver, hook), FEW + 1);
    }
}

/* With a part that it has read from PostgreSQL, before COMMIT. */
static void killed_with_what_was_missing(void **state)
{
    (void)state;
    if (!PAYBUS_CRASH_POINTS)
        skip();
    make_hook("/ok_swept");
    stop_webhooks();
    transfers(FEW);
    move_consumer(true);
    int ends = program_ends(&h.webhooks[0]);
    start_webhooks("fanout_swept:1");
    program_set(&h.webhooks[0], "PAYBUS_CRASH_POINT", "%s", "");
    assert_true(program_wait_ends(&h.webhooks[0], ends + 1, PATIENCE_MS));
    expect_none_missing();
}

/* PostgreSQL refuses the delivery of one event to one endpoint, the others are good. */
static void refuse_one(void)
{
    char sql[512];
    (void)snprintf(
        sql, sizeof sql,
        "do $$ begin execute (select format('alter table paybus.webhook_deliveries add constraint refused"
        " check (event_id <> %%L or endpoint_id <> %%L) not valid', e.id, w.id)"
        " from paybus.webhook_endpoints w, paybus.events e"
        " where w.url like '%%%s' and e.type = 'transaction.posted'"
        " order by e.seq desc offset %d limit 1); end $$",
        hook, FEW / 2);
    database_exec(superuser, sql);
}

static bool is_buried(void *context)
{
    (void)context;
    return strcmp(database_value(superuser, "select count(*) from paybus.dead_letters where kind = 'delivery'"
                                            " and work_id is null and event_type = 'transaction.posted'"
                                            " and subject = 'pay.evt.transaction.posted'"
                                            " and resolved_at is null"),
                  "1") == 0;
}

static bool one_is_missing(void *context)
{
    (void)context;
    return missing() == 1;
}

/* What an operator does when nothing refuses it any more: docs/OPERATIONS.md. */
static void read_again(void)
{
    database_exec(
        superuser,
        "update paybus.webhook_fanout set done_block = b.number, done_seq = b.last_seq, beyond = '{}'"
        " from (select number, last_seq from paybus.blocks where last_seq <"
        " (select min((convert_from(payload, 'UTF8')::json ->> 'sequence')::bigint)"
        " from paybus.dead_letters"
        " where kind = 'delivery' and work_id is null and resolved_at is null)"
        " order by number desc limit 1) as b");
}

/* Another endpoint has all events, this one all but one, which is a dead letter; then that one, too. */
static void expect_one_refused(const char *beside)
{
    const char *refused = hook;
    if (!eventually(is_buried, NULL, PATIENCE_MS))
        fail_msg("no dead letter; %lld deliveries are missing", (long long)missing());
    assert_true(eventually(one_is_missing, NULL, PATIENCE_MS));
    assert_true(program_logged(&h.webhooks[0], "event_refused"));
    hook = beside;
    expect_none_missing();
    hook = refused;
    database_exec(superuser, "alter table paybus.webhook_deliveries drop constraint refused");
    read_again();
    expect_none_missing();
    database_exec(superuser,
                  "update paybus.dead_letters set resolution = 'discarded', resolved_by = 'test',"
                  " resolved_at = clock_timestamp() where kind = 'delivery' and resolved_at is null");
}

static void what_postgresql_refuses(void **state)
{
    (void)state;
    make_hook("/ok_beside_refused");
    make_hook("/ok_refused");
    stop_webhooks();
    transfers(FEW);
    refuse_one();
    start_webhooks("");
    expect_one_refused("/ok_beside_refused");
}

static void what_postgresql_refuses_of_what_was_missing(void **state)
{
    (void)state;
    make_hook("/ok_beside_unread");
    make_hook("/ok_unread");
    stop_webhooks();
    transfers(FEW);
    move_consumer(true);
    refuse_one();
    start_webhooks("");
    expect_one_refused("/ok_beside_unread");
}

/* While the clock was an hour ahead an endpoint was made, or changed; then it was set right. */
static void change_ahead(const char *path)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "set session_replication_role = replica;"
                   "update paybus.webhook_endpoints set created_at = created_at + interval '1 hour',"
                   " updated_at = updated_at + interval '1 hour' where url like '%%%s';"
                   "reset session_replication_role",
                   path);
    database_exec(superuser, sql);
}

static void an_endpoint_from_the_future(void **state)
{
    (void)state;
    make_hook("/ok_future");
    change_ahead(hook);
    transfer();
    expect_none_missing();
}

static void an_endpoint_beside_one_from_the_future(void **state)
{
    (void)state;
    hook = "/ok_deleted"; /* the one before was seen when its delivery of this is there */
    transfer();
    expect_none_missing();
    make_hook("/ok_present");
    transfer();
    expect_none_missing();
    assert_true(receiver_wait(receiver, hook, 1, PATIENCE_MS));
}

/* Its deliveries were made, sent and acknowledged after the backup. */
static void a_database_that_was_restored(void **state)
{
    (void)state;
    make_hook("/ok_restored");
    stop_webhooks();
    transfers(FEW);
    servers_standby_create(&backup, &h.postgres, "backup");
    servers_postgres_stop(&backup, SERVERS_STOP_FAST);
    start_webhooks("");
    expect_none_missing();
    assert_true(receiver_wait(receiver, hook, FEW, PATIENCE_MS));
    servers_postgres_stop(&h.postgres, SERVERS_STOP_KILL);
    servers_standby_move(&backup, h.postgres.port);
    servers_standby_promote(&backup);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    PQfinish(superuser);
    superuser = database_connect(&database, "postgres");
    expect_none_missing();
    assert_int_equal(receiver_distinct(receiver, hook), FEW);
}

static void open_account(const char *name)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, SCENE_CURRENCY, id);
    harness_deposit(&h, id, SCENE_CURRENCY, SCENE_FUNDS);
    cast_add(name, id);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_stream_forgot),
        cmocka_unit_test(what_the_consumer_has_passed),
        cmocka_unit_test(what_others_have_gone_by),
        cmocka_unit_test(a_consumer_that_was_deleted),
        cmocka_unit_test(killed_with_a_batch),
        cmocka_unit_test(killed_with_what_was_missing),
        cmocka_unit_test(what_postgresql_refuses),
        cmocka_unit_test(what_postgresql_refuses_of_what_was_missing),
        cmocka_unit_test(what_is_done_is_forgotten),
        cmocka_unit_test(an_endpoint_from_the_future),
        cmocka_unit_test(an_endpoint_beside_one_from_the_future),
        cmocka_unit_test(a_database_that_was_restored),
    };
    database.postgres = h.postgres;
    superuser = database_connect(&database, "postgres");
    receiver = receiver_start();
    stream_reader_open(&events, &h, "PAY_EVENTS");
    api_open(&api, &h, 0);
    open_account("first");
    open_account("second");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    stream_reader_close(&events);
    PQfinish(superuser);
    servers_postgres_destroy(&backup);
    receiver_stop(receiver);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.webhooks = 1, .sweep_seconds = 1, .lease_seconds = 2},
                      run);
}
