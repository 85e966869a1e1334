/* test_work_bystanders.c - one piece of work that PostgreSQL refuses, or that is large, stops no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/inbound.h"
#include "tests/support/process.h"

#define WAIT_MS     30000
#define LARGE       ((size_t)290 << 10)
#define LARGE_MANY  300
#define INNOCENT    300
#define TYPE_LENGTH 100

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE];

static const char *fund(void)
{
    static char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":7,\"currency\":\"EUR\"}",
                   account);
    return payload;
}

static void run_sql(struct db *db, const char *sql)
{
    PGresult *r = PQexec(db_raw(db), sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        servers_fail("%s: %s", sql, PQresultErrorMessage(r));
    PQclear(r);
}

static void publish(const char *subject, const void *data, size_t len)
{
    assert_int_equal(natsConnection_Publish(in.ops, subject, data, (int)len), NATS_OK);
}

static size_t add_innocent(const char *prefix)
{
    return inbound_add(&in, prefix, INNOCENT, "demo.fund", fund());
}

/* They are done, and soon. */
static void expect_done(size_t first)
{
    inbound_publish(&in, first, INNOCENT, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_string_equal(inbound_find(&in, first).state, "processed");
    assert_string_equal(inbound_find(&in, first + INNOCENT - 1).state, "processed");
}

static int64_t open_before;

static bool another_one_is_open(void *context)
{
    (void)context;
    struct inbound_dead d = inbound_dead(&in);
    return d.open == open_before + 1 && d.published == d.open;
}

static void a_subject_that_is_no_text(void **state)
{
    (void)state;
    open_before = inbound_dead(&in).open;
    size_t first = add_innocent("after-bytes-");
    publish("pay.work.webhook.\xff\xfe", "{}", 2);
    expect_done(first);
    assert_true(eventually(another_one_is_open, NULL, WAIT_MS));
}

/* 100 characters of four bytes, dead because its attempts are over. */
static void a_type_of_long_characters(void **state)
{
    (void)state;
    char type[4 * TYPE_LENGTH + 1] = "";
    for (size_t i = 0; i < TYPE_LENGTH; i++)
        memcpy(type + 4 * i, "\xf0\x9f\x92\xb6", 4);
    open_before = inbound_dead(&in).open;
    size_t tired = inbound_add(&in, "long-type-", 1, type, "{}");
    run_sql(in.db, "update paybus.work set attempts = 6 where state = 'received'");
    size_t first = add_innocent("after-type-");
    inbound_publish(&in, tired, 1, 1);
    expect_done(first);
    assert_true(eventually(another_one_is_open, NULL, WAIT_MS));
}

static bool only_one_is_unfinished(void *context)
{
    (void)context;
    struct inbound_counts c = inbound_count(&in);
    return c.states[INBOUND_RECEIVED] + c.states[INBOUND_PROCESSING] + c.states[INBOUND_FAILED] == 1 &&
           program_logged(&h.webhooks[0], "\"event\":\"work_set_aside\"");
}

/* A first try that is not claimed yet leaves it received. */
static bool is_unfinished(size_t index)
{
    const char state = inbound_find(&in, index).state[0];
    return state == 'r' || strcmp(inbound_find(&in, index).state, "processing") == 0;
}

/* What PostgreSQL refuses for a reason that nobody thought of: of its batch it alone is put off. */
static void a_row_that_is_refused(void **state)
{
    (void)state;
    run_sql(in.db, "create function public.refuse() returns trigger language plpgsql as "
                   "$$ begin raise 'refused' using errcode = '22000'; end $$");
    run_sql(in.db, "create trigger refuse before update on paybus.work for each row "
                   "when (new.state = 'processed' and new.traceparent = 'refused') "
                   "execute function public.refuse()");
    run_sql(in.db, "begin"); /* the relay publishes it, too, and is not to see it before it is marked */
    size_t refused = inbound_add(&in, "refused-", 1, "demo.fund", fund());
    run_sql(in.db, "update paybus.work set traceparent = 'refused' where state = 'received'");
    run_sql(in.db, "commit");
    size_t first = add_innocent("beside-refused-");
    inbound_publish(&in, refused, 1, 1);
    inbound_publish(&in, first, INNOCENT, 1);
    assert_true(eventually(only_one_is_unfinished, NULL, WAIT_MS));
    assert_true(is_unfinished(refused));
    run_sql(in.db, "drop trigger refuse on paybus.work");
    run_sql(in.db, "drop function public.refuse()");
    inbound_publish_by_hand(&in, refused); /* its own message comes again after a minute */
    assert_true(inbound_wait(&in, WAIT_MS));
}

static bool claim_failed(void *context)
{
    (void)context;
    return program_logged(&h.webhooks[0], "\"at\":\"claim\"");
}

/* As large as ingress takes them; malformed, so that all of a batch are dead at once. */
static void many_large_dead_letters(void **state)
{
    (void)state;
    char *body = malloc(LARGE), id[TYPEID_TEXT_SIZE], subject[96];
    struct db *db = harness_database(&h);
    memset(body, 'x', LARGE);
    size_t first = inbound_add(&in, "large-", LARGE_MANY, "demo.fund", "{\"bad\":1}");
    run_sql(db, "begin");
    run_sql(db, "lock table paybus.work in exclusive mode"); /* while the batch gathers */
    for (size_t i = 0; i < LARGE_MANY; i++) {
        typeid_format("wrk", &in.work[first + i], id);
        (void)snprintf(subject, sizeof subject, "pay.work.webhook.%s", id);
        publish(subject, body, LARGE);
    }
    assert_int_equal(natsConnection_Flush(in.ops), NATS_OK);
    assert_true(eventually(claim_failed, NULL, WAIT_MS));
    run_sql(db, "commit");
    db_close(db);
    free(body);
    expect_done(add_innocent("after-large-"));
}

static bool only_the_large_one_is_unpublished(void *context)
{
    (void)context;
    PGresult *r = PQexec(db_raw(in.db), "select from paybus.dead_letters where stream_seq is null and "
                                        "resolved_at is null having count(*) = 1");
    bool holds = PQntuples(r) == 1;
    PQclear(r);
    return holds && strcmp(inbound_find(&in, in.count - 1).state, "dead") == 0;
}

/* Nobody makes such any more; older ones may be there, and come first. */
static void a_dead_letter_too_large_for_the_bus(void **state)
{
    (void)state;
    run_sql(in.db,
            "insert into paybus.dead_letters (id, kind, subject, payload, error, attempts, created_at) "
            "values ('00000000-0000-7000-8000-000000000001', 'webhook', 'pay.work.webhook.x', "
            "convert_to(repeat('x', 9000000), 'UTF8'), 'too large', 0, now() - interval '1 minute')");
    inbound_refuse(&in, "PAY_DLQ", true);
    size_t first = inbound_add(&in, "behind-large-", 1, "demo.fund", "{\"bad\":1}");
    inbound_publish(&in, first, 1, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    inbound_refuse(&in, "PAY_DLQ", false); /* from here on it is the sweeper's */
    assert_true(eventually(only_the_large_one_is_unpublished, NULL, WAIT_MS));
}

/* Work whose lease ran out, as a killed worker leaves it, and its message. object is SQL. */
static void add_suspect(const char *id, const char *kind, const char *object)
{
    char sql[512], subject[96], text[TYPEID_TEXT_SIZE];
    struct uuid work = {{[6] = 0x70, [8] = 0x80, [15] = (uint8_t)strtol(strrchr(id, '0'), NULL, 16)}};
    (void)snprintf(sql, sizeof sql,
                   "insert into paybus.work (id, kind, object_id, endpoint_id, state, attempts, lease_until, "
                   "enqueued_at, "
                   "updated_at, created_at) values ('%s', '%s', %s, %s, 'processing', 1, "
                   "now() - interval '1 s', now(), now(), now())",
                   id, kind, object, object);
    run_sql(in.db, sql);
    typeid_format("wrk", &work, text);
    (void)snprintf(subject, sizeof subject, "pay.work.%s.%s", kind, text);
    publish(subject, "{}", 2);
}

#define WEBHOOK_SUSPECT  "00000000-0000-7000-8000-00000000000a"
#define DELIVERY_SUSPECT "00000000-0000-7000-8000-00000000000b"

static bool has_one(const char *sql)
{
    PGresult *r = PQexec(db_raw(in.db), sql);
    bool one = PQntuples(r) == 1;
    PQclear(r);
    return one;
}

static bool webhook_suspect_is_alone(void *context)
{
    (void)context;
    return has_one("select from paybus.work where id = '" WEBHOOK_SUSPECT "' and is_alone");
}

/* For longer than an engine takes to look again. */
static bool both_wait(void *context)
{
    (void)context;
    return has_one("select from paybus.work where id = '" WEBHOOK_SUSPECT "' and state = 'processing' and "
                   "exists (select from paybus.work where id = '" DELIVERY_SUSPECT "' and "
                   "updated_at < clock_timestamp() - interval '2 s')");
}

static bool delivery_suspect_is_dead(void *context)
{
    (void)context;
    return has_one("select from paybus.work where id = '" DELIVERY_SUSPECT "' and state = 'dead'");
}

/* A crash takes the whole process: while one engine has a suspect in hand, no other has one. */
static void suspects_of_all_kinds_take_turns(void **state)
{
    (void)state;
    struct db *locker = harness_database(&h);
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "insert into paybus.webhook_events (id, provider, event_id, event_type, fingerprint, "
                   "payload, created_at) values ('00000000-0000-7000-8000-00000000000e', 'gateway', "
                   "'suspect', 'demo.fund', '\\x00', '%s', now())",
                   fund());
    run_sql(in.db, sql);
    run_sql(locker, "begin");
    run_sql(locker, "lock table paybus.sources in exclusive mode"); /* ledger-svc answers late */
    add_suspect(WEBHOOK_SUSPECT, "webhook", "'00000000-0000-7000-8000-00000000000e'");
    assert_true(eventually(webhook_suspect_is_alone, NULL, WAIT_MS));
    add_suspect(DELIVERY_SUSPECT, "delivery", "gen_random_uuid()");
    assert_true(eventually(both_wait, NULL, WAIT_MS));
    run_sql(locker, "commit");
    db_close(locker);
    assert_true(eventually(delivery_suspect_is_dead, NULL, WAIT_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subject_that_is_no_text),
        cmocka_unit_test(a_type_of_long_characters),
        cmocka_unit_test(a_row_that_is_refused),
        cmocka_unit_test(many_large_dead_letters),
        cmocka_unit_test(a_dead_letter_too_large_for_the_bus),
        cmocka_unit_test(suspects_of_all_kinds_take_turns),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1, .lease_seconds = 2});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
