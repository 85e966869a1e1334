/* test_recon_dead_letters.c - PAY_DLQ against PostgreSQL, as webhook-svc fills it: while dead letters come
   and go nothing is named; what is missing on one side and too much on the other is, though their numbers
   agree; while nats-server is away the run says that it does not know, and what was open stays open.
   PAYBUS_RECON_LETTERS sets how many messages are held against their rows (20,000). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "tests/e2e/inbound.h"
#include "tests/e2e/recon.h"
#include "tests/e2e/scene.h"
#include "tests/support/database.h"
#include "tests/support/jetstream.h"
#include "tests/support/process.h"

#define WAIT_MS         60000
#define LETTERS         60
#define ROUNDS          6
#define DEFAULT_MANY    20000
#define PENDING_MAX     1000
#define SECONDS_OF_MANY 15 /* with sanitizers, on a busy machine: a few take 100,000 */

static struct harness h;
static struct inbound in;
static struct database database; /* only to connect */
static natsConnection *webhook;  /* may publish into PAY_DLQ and delete from it */
static jsCtx *js;
static char answer[INBOUND_ANSWER_SIZE];

static bool mirror_is_right(void *context)
{
    (void)context;
    struct inbound_dead dead = inbound_dead(&in);
    return dead.published == dead.open && inbound_stream_messages(&in, "PAY_DLQ") == dead.open;
}

static void expect(int code, const char *open)
{
    PGconn *conn = database_connect(&database, "postgres");
    int ended = recon_once(&h, "paybus", false);
    const char *found = recon_open(conn);
    if (ended != code || strcmp(found, open) != 0) {
        recon_print_log(&h);
        fail_msg("ends with %d and not %d: %s", ended, code, found);
    }
    PQfinish(conn);
}

/* Work that cannot be done, and messages that name none. */
static void make_dead_letters(int round)
{
    char prefix[32];
    (void)snprintf(prefix, sizeof prefix, "dead-%d-", round);
    size_t first = inbound_add(&in, prefix, LETTERS, "demo.fund", "{}");
    inbound_publish(&in, first, LETTERS, 1);
    assert_int_equal(natsConnection_PublishString(in.ops, "pay.work.webhook.nameless", "{"), NATS_OK);
}

static void coming_and_going_raises_nothing(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        make_dead_letters(round);
        expect(0, "");
        assert_int_equal(
            inbound_ask(&in, "pay.ops.dlq.replay", "{\"filter\":{\"event_type\":\"demo.fund\"}}", answer),
            202);
        expect(0, "");
    }
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    expect(0, "");
}

/* Until the grace of a second is over for all rows and messages. */
static bool grace_is_over(void *start_ms)
{
    return clock_monotonic_ms() > *(int64_t *)start_ms + 1100;
}

static void wait_for_grace(void)
{
    int64_t start_ms = clock_monotonic_ms();
    assert_true(eventually(grace_is_over, &start_ms, WAIT_MS));
}

static uint64_t publish_stray(void)
{
    jsPubAck *ack = NULL;
    assert_int_equal(js_Publish(&ack, js, "pay.dlq.webhook.stray", "{}", 2, NULL, NULL), NATS_OK);
    uint64_t seq = ack->Sequence;
    jsPubAck_Destroy(ack);
    return seq;
}

/* By their numbers alone nothing is wrong, so nobody mends it. */
static void what_differs_is_named(void **state)
{
    (void)state;
    char id[TYPEID_TEXT_SIZE], both[256];
    int64_t seq = 0;
    inbound_dead_letter(&in, 0, id, &seq);
    uint64_t stray = publish_stray();
    assert_int_equal(js_DeleteMsg(js, "PAY_DLQ", (uint64_t)seq, NULL, NULL), NATS_OK);
    wait_for_grace();
    (void)snprintf(both, sizeof both, "dlq_message_without_row PAY_DLQ/%llu -\ndlq_row_without_message %s -",
                   (unsigned long long)stray, id);
    expect(2, both);
    char with_unread[320];
    servers_nats_kill(&h.nats);
    (void)snprintf(
        with_unread, sizeof with_unread,
        "dlq_message_without_row PAY_DLQ/%llu -\ndlq_not_read PAY_DLQ -\ndlq_row_without_message %s -",
        (unsigned long long)stray, id);
    expect(2, with_unread);
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    assert_int_equal(js_DeleteMsg(js, "PAY_DLQ", stray, NULL, NULL), NATS_OK);
    assert_true(
        eventually(mirror_is_right, NULL, WAIT_MS)); /* now a number is wrong, and webhook-svc mends it */
    expect(0, "");
}

static int many(void)
{
    const char *text = getenv("PAYBUS_RECON_LETTERS");
    return text != NULL ? (int)strtol(text, NULL, 10) : DEFAULT_MANY;
}

/* Each acknowledged where it will be: messages of one connection keep their order. */
static void insert_many(PGconn *conn, int count)
{
    char sql[512];
    jsStreamInfo *info = NULL;
    assert_int_equal(js_GetStreamInfo(&info, js, "PAY_DLQ", NULL, NULL), NATS_OK);
    (void)snprintf(
        sql, sizeof sql,
        "insert into paybus.dead_letters (id, kind, subject, payload, error, attempts, stream_seq, "
        "created_at) "
        "select id, 'webhook', 'many', '', 'e', 1, %llu + row_number() over (order by id), "
        "now() - interval '1 day' from (select gen_random_uuid() as id from generate_series(1, %d)) n",
        (unsigned long long)info->State.LastSeq, count);
    jsStreamInfo_Destroy(info);
    database_exec(conn, sql);
}

static void publish(const char *letter)
{
    char subject[96];
    natsMsg *message = NULL;
    (void)snprintf(subject, sizeof subject, "pay.dlq.webhook.%s", letter);
    assert_int_equal(natsMsg_Create(&message, subject, NULL, "{}", 2), NATS_OK);
    assert_int_equal(natsMsgHeader_Set(message, "Paybus-Dead-Letter", letter), NATS_OK);
    assert_int_equal(js_PublishMsgAsync(js, &message, NULL), NATS_OK);
    natsMsg_Destroy(message);
}

static void publish_many(PGconn *conn, int count)
{
    PGresult *rows = PQexec(
        conn, "select api.typeid('dl', id) from paybus.dead_letters where subject = 'many' order by id");
    assert_int_equal(PQntuples(rows), count);
    for (int i = 0; i < count; i++) {
        publish(PQgetvalue(rows, i, 0));
        if (i % PENDING_MAX == PENDING_MAX - 1)
            assert_int_equal(js_PublishAsyncComplete(js, NULL), NATS_OK);
    }
    assert_int_equal(js_PublishAsyncComplete(js, NULL), NATS_OK);
    PQclear(rows);
}

static void many_are_held_against_their_rows(void **state)
{
    (void)state;
    PGconn *conn = database_connect(&database, "postgres");
    assert_int_equal(program_stop(&h.webhooks[0], SIGTERM, WAIT_MS),
                     0); /* these letters are none of its own */
    insert_many(conn, many());
    publish_many(conn, many());
    wait_for_grace();
    int64_t start_ms = clock_monotonic_ms();
    expect(0, "");
    int64_t took_ms = clock_monotonic_ms() - start_ms;
    print_message("%d messages: %lld ms\n", many(), (long long)took_ms);
    assert_in_range(took_ms, 0, SECONDS_OF_MANY * 1000);
    database_exec(conn, "delete from paybus.dead_letters where subject = 'many'");
    PQfinish(conn);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coming_and_going_raises_nothing),
        cmocka_unit_test(what_differs_is_named),
        cmocka_unit_test(many_are_held_against_their_rows),
    };
    database.postgres = h.postgres;
    (void)setenv("PAYBUS_RECON_GRACE_SECONDS", "1", 1);
    inbound_open(&in, &h);
    webhook = inbound_connect(&in, "webhook");
    if (jetstream_open(&js, webhook) != NATS_OK)
        servers_fail("no JetStream");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    jsCtx_Destroy(js);
    natsConnection_Destroy(webhook);
    inbound_close(&in);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.webhooks = 1, .sweep_seconds = 2}, run);
}
