/* test_power_cut.c - nats-server writes to the disk when the kernel likes to, so a power cut takes seconds to
   minutes from it, or all. Its store is replaced by one that was copied while it ran, or by what ext4 leaves
   of files that were made just before: the streams are filled again, nothing is lost, and the next start
   loses nothing again. */
#include "tests/e2e/nothing_lost.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"

#define CLIENTS    4
#define BETWEEN_MS 700

static struct harness h;
static struct scene scene;
static struct nothing_lost nothing;

static void store_goes_back(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    servers_nats_keep_store(&h.nats);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    servers_nats_kill(&h.nats);
    servers_nats_put_store_back(&h.nats);
    servers_nats_clear_torn(&h.nats);
    servers_nats_start(&h.nats);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "the store as it was");
    nothing_lost_expect(&nothing);
}

static void files_are_empty(void **state)
{
    (void)state;
    scene_start(&scene, &h, 4, CLIENTS);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    servers_nats_kill(&h.nats);
    servers_nats_empty_files(&h.nats, "PAY", "PAY_EVENTS");
    servers_nats_empty_files(&h.nats, "PAY", "PAY_WORK");
    servers_nats_empty_files(&h.nats, "PAY", "PAY_DLQ");
    servers_nats_clear_torn(&h.nats);
    servers_nats_start(&h.nats);
    nothing_lost_add_work(&nothing);
    pause_ms(BETWEEN_MS);
    scene_finish(&scene, &h, "empty files");
    nothing_lost_expect(&nothing);
}

/* What was made anew is whole, and stays. */
static void next_start_keeps_it(void **state)
{
    (void)state;
    int64_t events_created = stream_reader_created(&nothing.events),
            work_created = stream_reader_created(&nothing.work);
    int64_t messages = stream_reader_count(&nothing.events);
    assert_true(events_created != 0 && work_created != 0 && messages > 0);
    servers_nats_stop(&h.nats);
    servers_nats_clear_torn(&h.nats);
    servers_nats_start(&h.nats);
    assert_true(harness_wait_ready(&h, HARNESS_READY_MS));
    nothing_lost_add_work(&nothing);
    nothing_lost_expect(&nothing);
    assert_true(stream_reader_created(&nothing.events) == events_created);
    assert_true(stream_reader_created(&nothing.work) == work_created);
    assert_true(stream_reader_count(&nothing.events) >= messages);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_goes_back),
        cmocka_unit_test(files_are_empty),
        cmocka_unit_test(next_start_keeps_it),
    };
    nothing_lost_open(&nothing, &h);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nothing_lost_close(&nothing);
    return failed;
}

int main(void)
{
    return scene_main(&h, &(struct harness_options){.ledgers = 2, .webhooks = 1, .sweep_seconds = 2}, run);
}
