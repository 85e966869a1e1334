/* test_relay_refill.c - a stream that was wiped is filled again beside what is new: whoever waits for the
   present does not wait for the past. Nothing is missing in the end and nothing is there twice, although the
   relay is killed in between; what is new keeps its order, and what comes again says so. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/scene.h"
#include "tests/e2e/stream_reader.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define OLD_PARTS    3
#define OLD_EVENTS   "40000" /* of each part: less than what is published slowly, all are more */
#define REFILL_RATE  "10000"
#define PUBLISHED_MS 90000
#define PRESENT_MS   5000
#define STOP_MS      15000
#define BETWEEN_MS   50
#define NEW_EVENTS   40

#define NEW_OBJECT "07070707-0707-0707-0707-070707070707"
#define NEW_OBJECT_BYTES                                                                                     \
    {                                                                                                        \
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7                                                       \
    }

static struct harness h;
static struct database database; /* only to connect */
static struct stream_reader events;
static PGconn *superuser;

/* What came since it was listened to. */
static struct {
    pthread_mutex_t mutex;
    char object[TYPEID_TEXT_SIZE];
    int64_t last_seq;
    int new_ones, wrong_ones, old_ones;
} heard = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void insert_events(const char *object, const char *count)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "insert into paybus.events (id, type, resource, object_id, command_id, owner, actor,"
                   " after, created_at) select gen_random_uuid(), 'account.frozen', 'account', %s,"
                   " gen_random_uuid(), 'o', 'a', '{}', clock_timestamp() from generate_series(1, %s)",
                   object, count);
    database_exec(superuser, sql);
}

static int64_t count_events(void)
{
    return strtoll(database_value(superuser, "select count(*) from paybus.events"), NULL, 10);
}

static bool are_published(void *count)
{
    return stream_reader_count(&events) == *(const int64_t *)count;
}

static void expect_all_published(void)
{
    int64_t count = count_events();
    if (!eventually(are_published, &count, PUBLISHED_MS))
        fail_msg("%lld messages of %lld events", (long long)stream_reader_count(&events), (long long)count);
}

static void note(const json_t *body, bool again)
{
    const char *object = json_string_value(json_object_get(body, "subject"));
    bool is_new = object != NULL && strcmp(object, heard.object) == 0;
    if (is_new && !again) {
        int64_t seq = strtoll(json_string_value(json_object_get(body, "sequence")), NULL, 10);
        heard.new_ones += seq > heard.last_seq;
        heard.wrong_ones += seq < heard.last_seq;
        heard.last_seq = seq;
    }
    heard.wrong_ones += is_new && again;
    heard.old_ones += !is_new && again;
}

static void on_event(natsConnection *connection, natsSubscription *subscription, natsMsg *message,
                     void *context)
{
    const char *again = NULL;
    (void)connection;
    (void)subscription;
    (void)context;
    json_t *body = json_loadb(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message), 0, NULL);
    bool comes_again = natsMsgHeader_Get(message, "Paybus-Again", &again) == NATS_OK;
    (void)pthread_mutex_lock(&heard.mutex);
    note(body, comes_again);
    (void)pthread_mutex_unlock(&heard.mutex);
    json_decref(body);
    natsMsg_Destroy(message);
}

static bool are_heard(void *context)
{
    const int *wanted = context;
    (void)pthread_mutex_lock(&heard.mutex);
    bool is_enough = heard.new_ones >= *wanted;
    (void)pthread_mutex_unlock(&heard.mutex);
    return is_enough;
}

/* ledger-svc starts again, with this setting. */
static void set_rate(void)
{
    int ends = program_ends(&h.ledgers[0]);
    program_set(&h.ledgers[0], "PAYBUS_RELAY_REFILL_RATE", "%s", REFILL_RATE);
    program_signal(&h.ledgers[0], SIGTERM);
    assert_true(program_wait_ends(&h.ledgers[0], ends + 1, STOP_MS));
    assert_true(program_wait_ready(&h.ledgers[0], STOP_MS));
}

static void insert_new(int count)
{
    for (int i = 0; i < count; i++) {
        insert_events("'" NEW_OBJECT "'", "1");
        pause_ms(BETWEEN_MS);
    }
}

static void wipe(void)
{
    servers_nats_kill(&h.nats);
    servers_nats_wipe(&h.nats);
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static void present_comes_first(void **state)
{
    (void)state;
    natsSubscription *subscription = NULL;
    int one = 1, all = NEW_EVENTS + 1;
    const struct uuid object = {NEW_OBJECT_BYTES};
    set_rate();
    for (int i = 0; i < OLD_PARTS; i++) {
        insert_events("gen_random_uuid()", OLD_EVENTS);
        expect_all_published();
    }
    typeid_format("acct", &object, heard.object);
    wipe();
    assert_int_equal(
        natsConnection_Subscribe(&subscription, bus_raw(events.bus), "pay.evt.>", on_event, NULL), NATS_OK);
    insert_events("'" NEW_OBJECT "'", "1");
    assert_true(eventually(are_heard, &one, PRESENT_MS));
    assert_true(stream_reader_count(&events) < count_events());
    insert_new(NEW_EVENTS / 2);
    program_signal(&h.ledgers[0], SIGKILL);
    insert_new(NEW_EVENTS / 2);
    assert_true(eventually(are_heard, &all, PUBLISHED_MS));
    expect_all_published();
    natsSubscription_Destroy(subscription);
    assert_int_equal(heard.new_ones, all);
    assert_int_equal(heard.wrong_ones, 0);
    assert_true(heard.old_ones > 0);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(present_comes_first)};
    harness_keep_all(&h, true);
    database.postgres = h.postgres;
    superuser = database_connect(&database, "postgres");
    stream_reader_open(&events, &h, "PAY_EVENTS");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stream_reader_close(&events);
    PQfinish(superuser);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 1}, run);
}
