/* test_services.c - with the permissions of production, operators find every process by the NATS service
   protocol, and what it says it has served is what it was asked. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "shared/io/bus.h"
#include "tests/e2e/harness.h"
#include "tests/support/jetstream.h"

#define WAIT_MS   10000
#define ANSWER_MS 2000
#define DEPOSITS  5
#define INBOX     "_INBOX.test_services"

static struct harness h;
static struct bus *bus; /* as ops */
static natsSubscription *inbox;

/* Which process says how often. */
struct roll {
    const char *name;
    int instances;
};
static const struct roll running[] = {
    {"ingress", 1}, {"ledger-svc", 2}, {"webhook-svc", 1}, {"recon-svc", 1}};
#define RUNNING (sizeof running / sizeof running[0])

static json_t *next_answer(int wait_ms)
{
    natsMsg *msg = NULL;
    if (natsSubscription_NextMsg(&msg, inbox, wait_ms) != NATS_OK)
        return NULL;
    json_t *json =
        json_loadb(natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg), JSON_REJECT_DUPLICATES, NULL);
    natsMsg_Destroy(msg);
    assert_non_null(json);
    return json;
}

/* The answers of so many; further ones fail the test. */
static json_t *ask(const char *subject, size_t count)
{
    json_t *answers = json_array();
    assert_int_equal(bus_publish(bus, subject, INBOX, NULL, "", 0), STATUS_OK);
    bus_flush(bus);
    while (json_array_size(answers) < count) {
        json_t *answer = next_answer(ANSWER_MS);
        if (answer == NULL)
            break;
        (void)json_array_append_new(answers, answer);
    }
    assert_int_equal(json_array_size(answers), count);
    assert_null(next_answer(100));
    return answers;
}

static int count_named(const json_t *answers, const char *name)
{
    int count = 0;
    size_t i;
    const json_t *answer;
    json_array_foreach(answers, i, answer) count +=
        strcmp(json_string_value(json_object_get(answer, "name")), name) == 0;
    return count;
}

static void everybody_is_found(void **state)
{
    (void)state;
    static const char *const verbs[] = {"$SRV.PING", "$SRV.INFO", "$SRV.STATS"};
    for (size_t v = 0; v < sizeof verbs / sizeof verbs[0]; v++) {
        json_t *answers = ask(verbs[v], 5);
        for (size_t i = 0; i < RUNNING; i++)
            assert_int_equal(count_named(answers, running[i].name), running[i].instances);
        json_decref(answers);
    }
    for (size_t i = 0; i < RUNNING; i++) {
        char subject[64];
        (void)snprintf(subject, sizeof subject, "$SRV.INFO.%s", running[i].name);
        json_decref(ask(subject, (size_t)running[i].instances));
    }
}

/* Of one endpoint, over all instances. */
static int64_t sum_of(const json_t *answers, const char *endpoint, const char *member)
{
    int64_t sum = 0;
    size_t i, k;
    const json_t *answer, *e;
    json_array_foreach(answers, i, answer)
    {
        json_array_foreach(json_object_get(answer, "endpoints"), k, e)
        {
            if (strcmp(json_string_value(json_object_get(e, "name")), endpoint) == 0)
                sum += json_integer_value(json_object_get(e, member));
        }
    }
    return sum;
}

static void what_is_served_is_counted(void **state)
{
    (void)state;
    char account[TYPEID_TEXT_SIZE];
    json_t *before = ask("$SRV.STATS.ledger-svc", 2);
    harness_open_account(&h, "EUR", account);
    for (int i = 0; i < DEPOSITS; i++)
        harness_deposit(&h, account, "EUR", 100);
    json_t *after = ask("$SRV.STATS.ledger-svc", 2);
    int64_t commands = sum_of(after, "commands", "num_requests") - sum_of(before, "commands", "num_requests");
    assert_int_equal(commands, 1 + DEPOSITS);
    assert_int_equal(sum_of(after, "commands", "num_errors"), sum_of(before, "commands", "num_errors"));
    assert_true(sum_of(after, "commands", "processing_time") > sum_of(before, "commands", "processing_time"));
    assert_int_equal(sum_of(after, "bulk", "num_requests"), sum_of(before, "bulk", "num_requests"));
    json_decref(before);
    json_decref(after);
}

static bool has_message(const char *stream, const char *subject)
{
    jsCtx *js = NULL;
    natsMsg *msg = NULL;
    assert_int_equal(jetstream_open(&js, bus_raw(bus)), NATS_OK);
    bool found = js_GetLastMsg(&msg, js, stream, subject, NULL, NULL) == NATS_OK;
    natsMsg_Destroy(msg);
    jsCtx_Destroy(js);
    return found;
}

/* Who may only ask must not make a service publish where he himself may not. */
static void answers_go_to_no_stream(void **state)
{
    (void)state;
    assert_int_equal(bus_publish(bus, "$SRV.PING.ledger-svc", "pay.evt.garbage", NULL, "", 0), STATUS_OK);
    assert_int_equal(bus_publish(bus, "$SRV.PING.webhook-svc", "pay.dlq.ping.x", NULL, "", 0), STATUS_OK);
    assert_int_equal(bus_publish(bus, "pay.ops.dlq.list", "pay.dlq.list.x", NULL, "", 0), STATUS_OK);
    json_decref(ask("$SRV.PING", 5)); /* so those before are answered, too */
    json_decref(ask("pay.ops.dlq.list", 1));
    assert_false(has_message("PAY_EVENTS", "pay.evt.garbage"));
    assert_false(has_message("PAY_DLQ", "pay.dlq.ping.x"));
    assert_false(has_message("PAY_DLQ", "pay.dlq.list.x"));
}

static void who_stops_is_gone(void **state)
{
    (void)state;
    assert_int_equal(program_stop(&h.ledgers[1], SIGTERM, WAIT_MS), 0);
    json_decref(ask("$SRV.PING.ledger-svc", 1));
}

static int set_up(void **state)
{
    (void)state;
    static char credentials[SERVERS_PATH_SIZE + 32];
    harness_start(&h, &(struct harness_options){.ledgers = 2, .webhooks = 1, .recons = 1});
    (void)snprintf(credentials, sizeof credentials, "%s/ops.nats", h.directory);
    const struct bus_options options = {
        .servers = h.nats.url, .credentials_file = credentials, .name = "test_services"};
    assert_int_equal(bus_open(&options, &bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(bus, WAIT_MS), STATUS_OK);
    assert_int_equal(natsConnection_SubscribeSync(&inbox, bus_raw(bus), INBOX), NATS_OK);
    return 0;
}

static void expect_no_cores(struct program *programs, int count)
{
    for (int i = 0; i < count; i++)
        assert_false(program_dumps_core(&programs[i]));
}

/* All of them have passwords in their memory, two of them keys. */
static void no_core_is_dumped(void **state)
{
    (void)state;
    expect_no_cores(h.ingresses, h.ingress_count);
    expect_no_cores(h.ledgers, h.ledger_count);
    expect_no_cores(h.webhooks, h.webhook_count);
    expect_no_cores(h.recons, h.recon_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_found), cmocka_unit_test(what_is_served_is_counted),
        cmocka_unit_test(answers_go_to_no_stream), cmocka_unit_test(no_core_is_dumped),
        cmocka_unit_test(who_stops_is_gone)};
    int failed = cmocka_run_group_tests(tests, set_up, NULL);
    natsSubscription_Destroy(inbox);
    bus_close(bus, ANSWER_MS);
    harness_stop(&h, failed != 0);
    return failed;
}
