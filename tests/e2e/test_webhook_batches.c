/* test_webhook_batches.c - many events of many accounts each come at once: whoever owns one of them is told
   of every one. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/buf.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"
#include "tests/support/receiver.h"

#define PATIENCE_MS 60000
#define FUNDS       100000
#define JOURNALS    100
#define LEGS        100 /* of which one is of bob, of another account each time */
#define BODY_SIZE   32768
#define SCOPES      "webhooks:read,webhooks:write"

static struct harness h;
static struct api api;
static struct api_key bob;
static struct receiver *receiver;
static char alices[LEGS - 1][TYPEID_TEXT_SIZE], bobs[JOURNALS][TYPEID_TEXT_SIZE];

static void make_hook(void)
{
    char body[256], key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    (void)snprintf(body, sizeof body,
                   "{\"url\":\"http://127.0.0.1:%d/ok\",\"event_types\":[\"transaction.posted\"]}",
                   receiver_port(receiver));
    const struct api_request request = {
        .path = "/v1/webhook-endpoints", .api_key = bob.secret, .key = key, .body = body};
    assert_int_equal(api_send(&api, &request), 201);
}

static void add_leg(struct buf *body, const char *account, const char *direction, int amount)
{
    buf_addf(body, "{\"account\":\"%s\",\"direction\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}", account,
             direction, amount);
}

/* From the first of alice's to all the others of hers and one of bob's. */
static void post(int number)
{
    struct buf body CLEANUP(buf_free);
    char key[HARNESS_KEY_SIZE];
    buf_init(&body, BODY_SIZE);
    buf_addf(&body, "{\"entries\":[");
    add_leg(&body, alices[0], "debit", LEGS - 1);
    for (int i = 1; i < LEGS - 1; i++) {
        buf_addf(&body, ",");
        add_leg(&body, alices[i], "credit", 1);
    }
    buf_addf(&body, ",");
    add_leg(&body, bobs[number], "credit", 1);
    buf_addf(&body, "]}");
    harness_new_key(key);
    const struct api_request request = {.path = "/v1/transactions", .key = key, .body = body.data};
    if (api_send(&api, &request) != 201)
        fail_msg("no transaction: %s", api.body.data);
}

static void all_owners_are_told(void **state)
{
    (void)state;
    make_hook();
    program_signal(&h.webhooks[0], SIGSTOP);
    for (int i = 0; i < JOURNALS; i++)
        post(i);
    program_signal(&h.webhooks[0], SIGCONT);
    if (!receiver_wait(receiver, "/ok", JOURNALS, PATIENCE_MS))
        fail_msg("bob got %d of %d", receiver_count(receiver, "/ok"), JOURNALS);
    assert_int_equal(receiver_distinct(receiver, "/ok"), JOURNALS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_owners_are_told),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1});
    api_open(&api, &h, 0);
    receiver = receiver_start();
    api_key_make(&h, "bob", SCOPES, &bob);
    for (int i = 0; i < LEGS - 1; i++)
        harness_open_account_of(&h, "alice", "EUR", alices[i]);
    for (int i = 0; i < JOURNALS; i++)
        harness_open_account_of(&h, "bob", "EUR", bobs[i]);
    harness_deposit(&h, alices[0], "EUR", FUNDS);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    harness_stop(&h, failed != 0);
    receiver_stop(receiver);
    return failed;
}
