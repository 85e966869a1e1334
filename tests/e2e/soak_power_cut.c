/* soak_power_cut.c - power cuts of nats-server on a disk of its own, for PAYBUS_SOAK_SECONDS: what had
   reached the disk at a moment of the load is what the next start finds. The streams are made again from
   PostgreSQL, nothing is lost, each effect is there once, and a receiver never sees an event under another
   id; nobody does anything for it. It takes root. */
#include <signal.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "tests/e2e/api.h"
#include "tests/e2e/inbound.h"
#include "tests/e2e/nothing_lost.h"
#include "tests/e2e/scene.h"
#include "tests/support/disk_image.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define SECONDS_DEFAULT 120
#define CLIENTS         4
#define FUNDS           100   /* events of a round, before the cut and behind it */
#define DEPOSITS        10    /* likewise, of who has a receiver */
#define UNTIL_CUT_MS    15000 /* at most; the kernel writes after 5 to 30 s */
#define WAIT_MS         60000
#define AMOUNT          3

static struct harness h;
static struct scene scene;
static struct nothing_lost nothing;
static struct inbound in;
static struct api api;
static struct disk_image disk;
static struct receiver *receiver;
static char funded[TYPEID_TEXT_SIZE], alices[TYPEID_TEXT_SIZE];
static int64_t funds;
static int deposits;

static int64_t number_of(const char *variable, int64_t fallback)
{
    int64_t value = fallback;
    const char *text = getenv(variable);
    if (text != NULL && parse_int64(str_of(text), 0, UINT32_MAX, &value) != STATUS_OK)
        servers_fail("%s: %s is no such number", variable, text);
    return value;
}

static void add_events(int round, const char *when)
{
    char payload[160], prefix[48];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}", funded,
                   AMOUNT);
    (void)snprintf(prefix, sizeof prefix, "%s-%d-", when, round);
    (void)inbound_add(&in, prefix, FUNDS, "demo.fund", payload);
    funds += FUNDS;
    for (int i = 0; i < DEPOSITS; i++)
        harness_deposit(&h, alices, "EUR", 1);
    deposits += DEPOSITS;
}

static bool all_are_told(void *context)
{
    (void)context;
    return receiver_distinct(receiver, "/ok") >= deposits;
}

static void expect_everything(void)
{
    nothing_lost_expect(&nothing);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_effects(&in), funds);
    assert_int_equal(harness_available(&h, funded), funds * AMOUNT);
    if (!eventually(all_are_told, NULL, WAIT_MS))
        fail_msg("%d of %d were told", receiver_distinct(receiver, "/ok"), deposits);
    assert_int_equal(receiver_distinct(receiver, "/ok"), deposits);
}

/* How often a relay found that a stream had lost messages. */
static int64_t losses(void)
{
    int64_t sum = 0;
    for (int i = 0; i < h.ledger_count; i++)
        sum += program_metric(&h.ledgers[i], "paybus_ledger_relay_rewinds_total{feed=\"events\"}") +
               program_metric(&h.ledgers[i], "paybus_ledger_relay_rewinds_total{feed=\"work\"}");
    return sum;
}

static void one_round(int round, unsigned *seed)
{
    int64_t losses_before = losses();
    int until_cut_ms = (int)((unsigned)rand_r(seed) % UNTIL_CUT_MS);
    scene_start(&scene, &h, 4, CLIENTS);
    add_events(round, "before");
    pause_ms(until_cut_ms);
    add_events(round, "meanwhile");
    disk_image_keep(&disk);
    servers_nats_kill(&h.nats);
    disk_image_cut(&disk);
    servers_nats_clear_torn(&h.nats);
    servers_nats_start(&h.nats);
    add_events(round, "behind");
    scene_finish(&scene, &h, "the power was cut");
    expect_everything();
    print_message("  cut after %d ms: streams lost %lld times; %lld effects, %d requests for %d events\n",
                  until_cut_ms, (long long)(losses() - losses_before), (long long)funds,
                  receiver_count(receiver, "/ok"), deposits);
    assert_true(losses() > losses_before); /* or nothing was cut */
}

static void again_and_again(void **state)
{
    (void)state;
    unsigned seed = (unsigned)number_of("PAYBUS_SOAK_SEED", clock_unix_us() % 1000000);
    int64_t end_ms = clock_monotonic_ms() + number_of("PAYBUS_SOAK_SECONDS", SECONDS_DEFAULT) * 1000;
    (void)fprintf(stderr, "PAYBUS_SOAK_SEED=%u\n", seed);
    for (int round = 0; clock_monotonic_ms() < end_ms; round++)
        one_round(round, &seed);
}

/* Its store moves to the disk before anything is in it that matters. */
static void move_to_disk(void)
{
    char store[SERVERS_PATH_SIZE + 16];
    (void)snprintf(store, sizeof store, "%s/jetstream", h.nats.directory);
    servers_nats_stop(&h.nats);
    servers_nats_wipe(&h.nats);
    disk_image_mount(&disk, store);
    servers_nats_start(&h.nats);
}

static void make_endpoint(void)
{
    char body[160], key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    (void)snprintf(
        body, sizeof body,
        "{\"owner\":\"alice\",\"url\":\"http://127.0.0.1:%d/ok\",\"event_types\":[\"transaction.posted\"]}",
        receiver_port(receiver));
    assert_int_equal(
        api_send(&api, &(struct api_request){.path = "/v1/webhook-endpoints", .key = key, .body = body}),
        201);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(again_and_again)};
    move_to_disk();
    nothing_lost_open(&nothing, &h);
    inbound_open(&in, &h);
    api_open(&api, &h, 0);
    receiver = receiver_start();
    harness_open_account(&h, "EUR", funded);
    harness_open_account_of(&h, "alice", "EUR", alices);
    make_endpoint();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    receiver_stop(receiver);
    api_close(&api);
    inbound_close(&in);
    nothing_lost_close(&nothing);
    servers_nats_kill(&h.nats);
    disk_image_unmount(&disk);
    return failed;
}

int main(void)
{
    disk_image_begin();
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .webhooks = 1, .sweep_seconds = 2}, run);
}
