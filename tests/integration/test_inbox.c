/* test_inbox.c - what ledger-svc takes from the bus: requests only, whole ones only, within a batch's limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger-svc/edge/inbox.h"
#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "tests/support/servers.h"

#define SUBJECT   "pay.cmd.transfer.create"
#define BULK      "pay.cmd.bulk.transfer.batch"
#define WAIT_MS   2000
#define QUEUE_MAX 256

struct world {
    struct servers_nats nats;
    struct bus *bus;
    natsSubscription *replies;
    struct inbox inbox, bulk;
};
static struct world world;
static struct micro_counts counts;

static int set_up(void **state)
{
    (void)state;
    log_init("test", "1", LOG_ERROR);
    ledger_metrics_init();
    servers_nats_create(&world.nats, NULL);
    struct bus_options options = {.servers = world.nats.url, .name = "test", .inbox_prefix = "_INBOX_test"};
    assert_int_equal(bus_open(&options, &world.bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(world.bus, WAIT_MS), STATUS_OK);
    assert_int_equal(natsConnection_SubscribeSync(&world.replies, bus_raw(world.bus), "_INBOX_test.reply"),
                     NATS_OK);
    struct inbox_options single = {
        .batch_commands = INBOX_COMMANDS_MAX, .queue_max = QUEUE_MAX, .counts = &counts};
    struct inbox_options bulk = {
        .bulk = true, .batch_commands = INBOX_COMMANDS_MAX, .queue_max = QUEUE_MAX, .counts = &counts};
    assert_int_equal(inbox_open(&world.inbox, world.bus, &single), STATUS_OK);
    assert_int_equal(inbox_open(&world.bulk, world.bus, &bulk), STATUS_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    inbox_close(&world.inbox);
    inbox_close(&world.bulk);
    natsSubscription_Destroy(world.replies);
    bus_close(world.bus, WAIT_MS);
    servers_nats_destroy(&world.nats);
    return 0;
}

/* A command as ingress writes it, with a key of the given number. */
static void write_command(uint32_t number, struct str data, struct buf *out)
{
    char key[32];
    (void)snprintf(key, sizeof key, "k%u", number);
    struct command_envelope e = {.id = uuid7_make(clock_unix_us(), number, number),
                                 .owner = STR_LIT("alice"),
                                 .actor = STR_LIT("key_test"),
                                 .key = str_of(key)};
    buf_reset(out);
    command_write(&e, data, out);
    assert_int_equal(buf_status(out), STATUS_OK);
}

static void add_transfer(struct buf *out)
{
    char from[TYPEID_TEXT_SIZE], to[TYPEID_TEXT_SIZE];
    struct uuid a = uuid7_make(1, 1, 1), b = uuid7_make(1, 2, 2);
    typeid_format("acct", &a, from);
    typeid_format("acct", &b, to);
    buf_addf(out, "{\"amount\":1,\"from_account\":\"%s\",\"to_account\":\"%s\"}", from, to);
}

static void write_transfer(uint32_t number, struct buf *out)
{
    struct buf data CLEANUP(buf_free);
    buf_init(&data, 4096);
    add_transfer(&data);
    write_command(number, (struct str){data.data, data.len}, out);
}

static void write_batch(uint32_t number, int items, struct buf *out)
{
    struct buf data CLEANUP(buf_free);
    buf_init(&data, 1 << 20);
    buf_add_str(&data, "{\"mode\":\"each\",\"transfers\":[");
    for (int i = 0; i < items; i++) {
        buf_add_str(&data, i > 0 ? "," : "");
        add_transfer(&data);
    }
    buf_add_str(&data, "]}");
    write_command(number, (struct str){data.data, data.len}, out);
}

static void publish(const char *subject, const char *reply, const void *data, size_t len)
{
    assert_int_equal(bus_publish(world.bus, subject, reply, NULL, data, (int)len), STATUS_OK);
}

static void publish_transfers(uint32_t count)
{
    struct buf text;
    buf_init(&text, 4096);
    for (uint32_t i = 0; i < count; i++) {
        write_transfer(i, &text);
        publish(SUBJECT, "_INBOX_test.reply", text.data, text.len);
    }
    buf_free(&text);
    bus_flush(world.bus);
}

/* The status of the next answer. */
static int next_status(void)
{
    natsMsg *msg = NULL;
    int status = 0;
    bool replayed;
    struct str body;
    assert_int_equal(natsSubscription_NextMsg(&msg, world.replies, WAIT_MS), NATS_OK);
    struct str text = {natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg)};
    assert_int_equal(reply_read(text, &status, &replayed, &body), STATUS_OK);
    natsMsg_Destroy(msg);
    return status;
}

static void test_malformed_are_answered(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *body;
        int wanted;
    } cases[] = {
        {SUBJECT, "", 400},
        {SUBJECT, "{", 400},
        {SUBJECT, "[]", 400},
        {SUBJECT, "{\"id\":\"cmd_0\"}", 400},
        {"pay.cmd.transfer.forge", "{}", 404},
        {"pay.cmd.money.x", "{}", 404},
        {"pay.cmd.transfer.batch", "{}", 404}, /* belongs on the bulk subject */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        publish(cases[i].subject, "_INBOX_test.reply", cases[i].body, strlen(cases[i].body));
        bus_flush(world.bus);
        assert_int_equal(inbox_receive(&world.inbox, WAIT_MS), 0);
        assert_int_equal(next_status(), cases[i].wanted);
    }
}

static void test_a_heartbeat_is_answered_and_no_command(void **state)
{
    (void)state;
    int64_t before = metric_value(ledger_metrics.malformed);
    publish(COMMAND_HEARTBEAT_SUBJECT, "_INBOX_test.reply", "", 0);
    bus_flush(world.bus);
    assert_int_equal(inbox_receive(&world.inbox, WAIT_MS), 0);
    assert_int_equal(next_status(), 200);
    assert_int_equal(metric_value(ledger_metrics.malformed), before);
}

/* A consumer's delivery, or a plain message: never executed, never answered. */
static void test_only_requests_from_inboxes(void **state)
{
    (void)state;
    static const char *const replies[] = {NULL, "anything.else", "pay.cmd.account.close", "_INBOX.x"};
    struct buf text;
    buf_init(&text, 4096);
    write_transfer(1, &text);
    int64_t before = metric_value(ledger_metrics.malformed);
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        publish(SUBJECT, replies[i], text.data, text.len);
        bus_flush(world.bus);
        assert_int_equal(inbox_receive(&world.inbox, WAIT_MS), 0);
    }
    assert_int_equal(metric_value(ledger_metrics.malformed) - before, sizeof replies / sizeof replies[0]);
    buf_free(&text);
}

static void test_a_batch_is_what_waits(void **state)
{
    (void)state;
    publish_transfers(3);
    size_t got = 0;
    while (got < 3) { /* the server may deliver them in pieces */
        size_t count = inbox_receive(&world.inbox, WAIT_MS);
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            char wanted[8];
            (void)snprintf(wanted, sizeof wanted, "k%zu", got + i);
            assert_true(str_eq_c(world.inbox.items[i].command.envelope.key, wanted));
            assert_int_equal(world.inbox.items[i].entries, 2);
        }
        got += count;
        inbox_release(&world.inbox);
    }
}

/* Waits until the client library has queued them all. */
static void wait_queued(natsSubscription *sub, uint64_t wanted)
{
    uint64_t waiting = 0;
    int64_t deadline = clock_monotonic_ms() + WAIT_MS;
    while (waiting < wanted && clock_monotonic_ms() < deadline)
        assert_int_equal(natsSubscription_QueuedMsgs(sub, &waiting), NATS_OK);
    assert_true(waiting >= wanted);
}

static void test_bulk_commands_have_an_inbox_of_their_own(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1 << 20);
    write_batch(1, 1, &text);
    publish(BULK, "_INBOX_test.reply", text.data, text.len);
    publish_transfers(1);
    assert_int_equal(inbox_receive(&world.bulk, WAIT_MS), 1);
    assert_int_equal(world.bulk.items[0].entries, 2);
    inbox_release(&world.bulk);
    assert_int_equal(inbox_receive(&world.bulk, 0), 0);
    assert_int_equal(inbox_receive(&world.inbox, WAIT_MS), 1);
    inbox_release(&world.inbox);
    assert_int_equal(inbox_receive(&world.inbox, 0), 0);

    write_transfer(3, &text);
    publish("pay.cmd.bulk.transfer.create", "_INBOX_test.reply", text.data, text.len);
    bus_flush(world.bus);
    assert_int_equal(inbox_receive(&world.bulk, WAIT_MS), 0);
    assert_int_equal(next_status(), 404);
    buf_free(&text);
}

/* Four of the largest are in hand together; a fifth joins when one of them is finished. */
static void test_bulk_commands_join_those_in_hand(void **state)
{
    (void)state;
    struct buf text;
    const size_t together = INBOX_BULK_ENTRIES_MAX / (2 * COMMAND_BATCH_MAX);
    buf_init(&text, 1 << 20);
    for (uint32_t i = 0; i <= together; i++) {
        write_batch(i, COMMAND_BATCH_MAX, &text);
        publish(BULK, "_INBOX_test.reply", text.data, text.len);
    }
    bus_flush(world.bus);
    wait_queued(world.bulk.sub, together + 1);
    assert_int_equal(inbox_receive(&world.bulk, WAIT_MS), together);
    assert_int_equal(inbox_receive(&world.bulk, 0), together);
    inbox_finish(&world.bulk, &world.bulk.items[1]);
    assert_int_equal(inbox_receive(&world.bulk, 0), together + 1);
    assert_int_equal(world.bulk.entries, INBOX_BULK_ENTRIES_MAX);
    assert_null(world.bulk.items[1].msg);
    inbox_release(&world.bulk);
    assert_int_equal(world.bulk.entries + world.bulk.bytes, 0);
    assert_int_equal(inbox_receive(&world.bulk, 0), 0);
    buf_free(&text);
}

static void test_overload_is_told_to_come_again(void **state)
{
    (void)state;
    publish_transfers(QUEUE_MAX + 50);
    wait_queued(world.inbox.sub, QUEUE_MAX + 50);
    size_t executed = 0, count;
    while ((count = inbox_receive(&world.inbox, 0)) > 0) {
        executed += count;
        inbox_release(&world.inbox);
    }
    assert_true(executed < QUEUE_MAX + 50);
    for (size_t i = executed; i < QUEUE_MAX + 50; i++)
        assert_int_equal(next_status(), 503);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed_are_answered),
        cmocka_unit_test(test_a_heartbeat_is_answered_and_no_command),
        cmocka_unit_test(test_only_requests_from_inboxes),
        cmocka_unit_test(test_a_batch_is_what_waits),
        cmocka_unit_test(test_bulk_commands_have_an_inbox_of_their_own),
        cmocka_unit_test(test_bulk_commands_join_those_in_hand),
        cmocka_unit_test(test_overload_is_told_to_come_again),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
