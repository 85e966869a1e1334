/* test_cluster.c - three nats-servers and three copies of each stream, by configuration only: the one that
   leads the events is killed under load, comes back, and nothing is lost. */
#include <string.h>

#include "tests/e2e/nothing_lost.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CLIENTS    4
#define BETWEEN_MS 1000
#define LED_MS     60000

static struct harness h;
static struct scene scene;
static struct nothing_lost nothing;
static char leader[SERVERS_NATS_NAME_SIZE];

static bool is_led(void *context)
{
    return stream_reader_leader(context, leader);
}

static struct servers_nats *leading_node(void)
{
    assert_true(eventually(is_led, &nothing.events, LED_MS));
    for (int i = 0; i < SERVERS_CLUSTER_NODES; i++)
        if (strcmp(h.cluster[i].name, leader) == 0)
            return &h.cluster[i];
    fail_msg("%s leads, which is none of the three", leader);
    return NULL;
}

static void leader_killed(void **state)
{
    (void)state;
    struct servers_nats *node = leading_node();
    scene_start(&scene, &h, 4, CLIENTS);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    servers_nats_kill(node);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    servers_nats_start(node);
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "the leader of three killed");
    nothing_lost_expect(&nothing);
}

/* Two of three are enough. */
static void without_the_leader(void **state)
{
    (void)state;
    struct servers_nats *node = leading_node();
    scene_start(&scene, &h, 4, CLIENTS);
    pause_ms(BETWEEN_MS);
    servers_nats_kill(node);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "the leader of three gone");
    nothing_lost_expect(&nothing);
    servers_nats_start(node);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leader_killed),
        cmocka_unit_test(without_the_leader),
    };
    nothing_lost_open(&nothing, &h);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nothing_lost_close(&nothing);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.nats_cluster = true, .ledgers = 2, .webhooks = 1}, run);
}
