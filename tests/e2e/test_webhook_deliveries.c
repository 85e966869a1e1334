/* test_webhook_deliveries.c - events on their way to webhook endpoints, from the transfer to the receiver:
   who is told and what, signed by whom, tried how often, switched off when; and that nothing is lost when
   webhook-svc is killed. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "shared/core/json_in.h"
#include "shared/core/webhook_signature.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/inbound.h"
#include "tests/e2e/scene.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define PATIENCE_MS    30000
#define FUNDS          100000
#define HANGING_MS     10000 /* less than a request may take */
#define MANY           200
#define SECRET_SIZE    64
#define REPLAYS        "paybus_work_replayed_total{kind=\"delivery\"}"
#define SILENT         "paybus_deliveries_put_off_total{reason=\"silent\"}"
#define FIRST_ATTEMPTS "paybus_delivery_first_attempt_lag_seconds_count"
#define TAKEN          "paybus_delivery_lag_seconds_count"
#define SCOPES         "transactions:write,accounts:read,webhooks:read,webhooks:write"

static struct harness h;
static struct inbound in;
static struct api api;
static struct api_key alice, bob;
static struct receiver *receiver;

static const char *new_key(void)
{
    static char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    return key;
}

static int send_as(const struct api_key *who, const char *method, const char *path, const char *body)
{
    char text[1024], full_path[256];
    cast_text(body != NULL ? body : "", text, sizeof text);
    cast_text(path, full_path, sizeof full_path);
    return api_send(&api, &(struct api_request){.method = method,
                                                .path = full_path,
                                                .api_key = who->secret,
                                                .key = strcmp(method, "GET") != 0 ? new_key() : NULL,
                                                .body = body != NULL ? text : NULL});
}

/* An endpoint at that path of the receiver. */
static void make_hook(const struct api_key *who, const char *path, const char *types,
                      struct webhook_secret *ret_secret)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{'url':'http://127.0.0.1:%d%s','event_types':[%s]}",
                   receiver_port(receiver), path, types);
    if (send_as(who, "POST", "/v1/webhook-endpoints", body) != 201)
        fail_msg("no endpoint: %s", api.body.data);
    cast_add(path + 1, api_string(&api, "id"));
    assert_int_equal(webhook_secret_parse(str_of(api_string(&api, "secret")), ret_secret), STATUS_OK);
}

static void drop_hook(const struct api_key *who, const char *path)
{
    char text[128];
    (void)snprintf(text, sizeof text, "/v1/webhook-endpoints/@%s", path + 1);
    assert_int_equal(send_as(who, "DELETE", text, NULL), 200);
}

static void transfer(void)
{
    if (send_as(&alice, "POST", "/v1/transfers",
                "{'from_account':'@alices','to_account':'@bobs','amount':10}") != 201)
        fail_msg("no transfer: %s", api.body.data);
    cast_add("txn", api_string(&api, "id"));
}

static void wait_for(const char *path, int count)
{
    if (!receiver_wait(receiver, path, count, PATIENCE_MS))
        fail_msg("%s got %d of %d", path, receiver_count(receiver, path), count);
}

static struct received get(const char *path, int n)
{
    struct received got;
    assert_true(receiver_get(receiver, path, n, &got));
    return got;
}

static bool is_signed_by(const struct received *got, const struct webhook_secret *secret)
{
    const struct webhook_headers headers = {str_of(got->id), str_of(got->timestamp), str_of(got->signature)};
    return webhook_verify(secret, 1, &headers, str_of(got->body), clock_unix_us() / 1000000) ==
           WEBHOOK_GENUINE;
}

static json_t *part_of(json_t *event, const char *name)
{
    return json_object_get(json_object_get(event, "data"), name);
}

/* Of the account's entry in the transaction that the event tells. */
static json_t *balance_of(json_t *event, const char *account)
{
    size_t i;
    json_t *entry, *transaction = json_object_get(part_of(event, "after"), "transaction");
    json_array_foreach(json_object_get(transaction, "entries"), i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "account")), cast_id(account)) == 0)
            return json_object_get(entry, "balance_after");
    }
    fail_msg("no entry of %s", account);
    return NULL;
}

static void both_owners_are_told(void **state)
{
    (void)state;
    struct webhook_secret alices, bobs;
    make_hook(&alice, "/ok_alice", "'transaction.posted'", &alices);
    make_hook(&bob, "/ok_bob", "'transaction.*'", &bobs);
    transfer();
    wait_for("/ok_alice", 1);
    wait_for("/ok_bob", 1);
    struct received to_alice = get("/ok_alice", 0), to_bob = get("/ok_bob", 0);
    assert_true(is_signed_by(&to_alice, &alices) && !is_signed_by(&to_alice, &bobs));
    assert_true(is_signed_by(&to_bob, &bobs) && !is_signed_by(&to_bob, &alices));
    assert_string_equal(to_alice.id, to_bob.id);
    CLEANUP(json_decref_ptr) json_t *hers = json_loads(to_alice.body, 0, NULL);
    CLEANUP(json_decref_ptr) json_t *his = json_loads(to_bob.body, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(hers, "id")), to_alice.id);
    assert_string_equal(json_string_value(json_object_get(hers, "type")), "transaction.posted");
    assert_string_equal(json_string_value(part_of(hers, "object")), cast_id("txn"));
    assert_true(json_is_integer(balance_of(hers, "alices")) && json_is_null(balance_of(hers, "bobs")));
    assert_true(json_is_integer(balance_of(his, "bobs")) && json_is_null(balance_of(his, "alices")));
    assert_string_equal(json_string_value(part_of(hers, "actor")), alice.id);
    assert_true(json_is_null(part_of(his, "actor")));
}

static bool has_some(void *context)
{
    return send_as(&alice, "GET", context, NULL) == 200 && json_array_size(api_at(&api, "data")) > 0;
}

static void what_was_sent_can_be_read(void **state)
{
    (void)state;
    assert_true(eventually(has_some, (void *)"/v1/webhook-deliveries?endpoint=@ok_alice&status=delivered",
                           PATIENCE_MS));
    assert_string_equal(api_string(&api, "data.0.event_type"), "transaction.posted");
    assert_int_equal(api_int(&api, "data.0.attempts"), 1);
    cast_add("delivery", api_string(&api, "data.0.id"));
    assert_int_equal(send_as(&alice, "GET", "/v1/webhook-deliveries/@delivery", NULL), 200);
    assert_string_equal(api_string(&api, "tries.0.outcome"), "delivered");
    assert_int_equal(api_int(&api, "tries.0.status_code"), 200);
    assert_string_equal(api_string(&api, "tries.0.address"), "127.0.0.1");
    assert_string_equal(api_string(&api, "tries.0.answer"), "{\"as\":\"told\"}");
    assert_string_equal(api_string(&api, "body.type"), "transaction.posted");
    assert_int_equal(send_as(&bob, "GET", "/v1/webhook-deliveries/@delivery", NULL), 404);
    assert_int_equal(send_as(&bob, "GET", "/v1/webhook-deliveries?endpoint=@ok_alice", NULL), 200);
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
    drop_hook(&alice, "/ok_alice");
    drop_hook(&bob, "/ok_bob");
}

static bool one_more_was_taken(void *context)
{
    return program_metric(&h.webhooks[0], TAKEN) == *(const int64_t *)context + 1;
}

/* How many told of their event within so many seconds of it. */
static int64_t within(const char *what, const char *seconds)
{
    char name[96];
    (void)snprintf(name, sizeof name, "paybus_delivery_%s_seconds_bucket{le=\"%s\"}", what, seconds);
    return program_metric(&h.webhooks[0], name);
}

/* The same id again, a second later; both are as late as they are said to be. */
static void what_fails_is_tried_again(void **state)
{
    (void)state;
    struct webhook_secret secret;
    int64_t tried = program_metric(&h.webhooks[0], FIRST_ATTEMPTS),
            taken = program_metric(&h.webhooks[0], TAKEN), tried_soon = within("first_attempt_lag", "0.5"),
            taken_soon = within("lag", "0.5"), taken_late = within("lag", "10");
    make_hook(&alice, "/first_fails", "'transaction.posted'", &secret);
    int64_t begun_us = clock_monotonic_us();
    transfer();
    wait_for("/first_fails", 2);
    assert_int_equal(program_metric(&h.webhooks[0], FIRST_ATTEMPTS) - tried, 1);
    assert_true(eventually(one_more_was_taken, &taken, PATIENCE_MS));
    struct received first = get("/first_fails", 0), second = get("/first_fails", 1);
    assert_string_equal(first.id, second.id);
    assert_string_equal(first.body, second.body);
    int64_t gap_us = second.at_us - first.at_us;
    print_message("  again after %lld ms\n", (long long)gap_us / 1000);
    assert_true(gap_us > 900000 && gap_us < 5000000);
    if (first.at_us - begun_us < 500000)
        assert_int_equal(within("first_attempt_lag", "0.5") - tried_soon, 1);
    assert_int_equal(within("lag", "0.5") - taken_soon, 0);
    assert_int_equal(within("lag", "10") - taken_late, 1);
    drop_hook(&alice, "/first_fails");
}

static bool owners_are_counted(void *context)
{
    (void)context;
    return program_metric(&h.webhooks[0], "paybus_delivery_owners{endpoints=\"taking\"}") == 1 &&
           program_metric(&h.webhooks[0], "paybus_delivery_owners{endpoints=\"failing\"}") == 1;
}

/* However much one owner's receiver fails, that is one owner's. */
static void who_takes_nothing_is_one_owner(void **state)
{
    (void)state;
    struct webhook_secret secret;
    make_hook(&alice, "/fails_one", "'transaction.posted'", &secret);
    make_hook(&alice, "/fails_two", "'transaction.posted'", &secret);
    make_hook(&bob, "/ok_taken", "'transaction.posted'", &secret);
    make_hook(&bob, "/fails_his", "'transaction.posted'", &secret);
    transfer();
    assert_true(eventually(owners_are_counted, NULL, PATIENCE_MS));
    drop_hook(&alice, "/fails_one");
    drop_hook(&alice, "/fails_two");
    drop_hook(&bob, "/ok_taken");
    drop_hook(&bob, "/fails_his");
}

static void with_a_new_secret_both_sign(void **state)
{
    (void)state;
    struct webhook_secret before, after;
    make_hook(&alice, "/ok_rotated", "'*'", &before);
    assert_int_equal(send_as(&alice, "POST", "/v1/webhook-endpoints/@ok_rotated/rotate-secret", NULL), 201);
    assert_int_equal(webhook_secret_parse(str_of(api_string(&api, "secret")), &after), STATUS_OK);
    transfer();
    wait_for("/ok_rotated", 2); /* its own secret_rotated, and the transaction */
    struct received got = get("/ok_rotated", receiver_count(receiver, "/ok_rotated") - 1);
    assert_true(is_signed_by(&got, &before) && is_signed_by(&got, &after));
    drop_hook(&alice, "/ok_rotated");
}

static bool wants_its_secret(void *context)
{
    if (send_as(&bob, "GET", context, NULL) != 200)
        return false;
    const char *error = json_string_value(api_at(&api, "data.0.last_error"));
    return error != NULL && strcmp(error, "no key opens the endpoint's secret") == 0;
}

/* Whoever can write rows cannot have events signed by a secret that they know. */
static void anothers_secret_signs_nothing(void **state)
{
    (void)state;
    struct webhook_secret alices, bobs;
    make_hook(&alice, "/ok_owned", "'transaction.posted'", &alices);
    make_hook(&bob, "/ok_moved", "'transaction.posted'", &bobs);
    harness_do(&h, (const int[]){E2E_SQL_MOVE_SECRET}, 1);
    transfer();
    wait_for("/ok_owned", 1);
    assert_true(
        eventually(wants_its_secret, (void *)"/v1/webhook-deliveries?endpoint=@ok_moved", PATIENCE_MS));
    assert_int_equal(receiver_count(receiver, "/ok_moved"), 0);
    drop_hook(&alice, "/ok_owned");
    drop_hook(&bob, "/ok_moved");
}

static bool is_disabled(void *context)
{
    return send_as(&alice, "GET", context, NULL) == 200 &&
           strcmp(api_string(&api, "status"), "disabled") == 0;
}

/* Nobody sends there any more; what happens meanwhile is kept. */
static void gone_is_gone(void **state)
{
    (void)state;
    struct webhook_secret secret;
    make_hook(&alice, "/gone", "'transaction.posted'", &secret);
    transfer();
    wait_for("/gone", 1);
    assert_true(eventually(is_disabled, (void *)"/v1/webhook-endpoints/@gone", PATIENCE_MS));
    assert_non_null(strstr(api_string(&api, "disabled_reason"), "410"));
    (void)api_get(&api, "/v1/audit?object=@gone");
    assert_string_equal(api_string(&api, "data.0.type"), "webhook_endpoint.disabled");
    assert_string_equal(api_string(&api, "data.0.actor"), "webhook-svc");
    transfer();
    assert_true(
        eventually(has_some, (void *)"/v1/webhook-deliveries?endpoint=@gone&status=missed", PATIENCE_MS));
    assert_int_equal(receiver_count(receiver, "/gone"), 1);
    assert_true(
        eventually(has_some, (void *)"/v1/webhook-deliveries?endpoint=@gone&status=dead", PATIENCE_MS));
    assert_int_equal(api_get(&api, "/v1/dlq?kind=delivery"),
                     200); /* what an owner's receiver says is his affair */
    assert_int_equal(json_array_size(api_at(&api, "data")), 0);
}

/* The endpoint is moved to an address that answers, and switched on: what was missed or dead comes. */
static void what_was_missed_is_recovered(void **state)
{
    (void)state;
    char body[256];
    static const char path[] = "/v1/webhook-endpoints/@gone/recover",
                      since[] = "{'since':'2020-01-01T00:00:00Z'}";
    assert_int_equal(send_as(&alice, "POST", path, since), 409);
    assert_string_equal(api_string(&api, "code"), "webhook_endpoint_disabled");
    assert_int_equal(send_as(&alice, "POST", "/v1/webhook-endpoints/@gone/test", NULL), 409);
    (void)snprintf(body, sizeof body, "{'url':'http://127.0.0.1:%d/ok_moved','status':'enabled'}",
                   receiver_port(receiver));
    assert_int_equal(send_as(&alice, "PATCH", "/v1/webhook-endpoints/@gone", body), 200);
    assert_int_equal(send_as(&bob, "POST", path, since), 404);
    (void)send_as(&alice, "POST", path, "{'since':'yesterday'}");
    assert_int_equal(api.status / 100, 4);
    assert_int_equal(send_as(&alice, "POST", path, since), 202);
    assert_int_equal(api_int(&api, "deliveries"), 2);
    wait_for("/ok_moved", 2);
    assert_int_equal(receiver_distinct(receiver, "/ok_moved"), 2);
    drop_hook(&alice, "/gone");
}

static void an_example_can_be_had(void **state)
{
    (void)state;
    struct webhook_secret secret;
    make_hook(&alice, "/ok_example", "'hold.*'", &secret);
    assert_int_equal(send_as(&bob, "POST", "/v1/webhook-endpoints/@ok_example/test", NULL), 404);
    assert_int_equal(send_as(&alice, "POST", "/v1/webhook-endpoints/@ok_example/test", NULL), 202);
    cast_add("example", api_string(&api, "delivery"));
    wait_for("/ok_example", 1);
    struct received got = get("/ok_example", 0);
    assert_true(is_signed_by(&got, &secret));
    assert_non_null(strstr(got.body, "\"webhook_endpoint.test\""));
    assert_int_equal(send_as(&bob, "POST", "/v1/webhook-deliveries/@example/retry", NULL), 404);
    assert_true(eventually(has_some, (void *)"/v1/webhook-deliveries?endpoint=@ok_example&status=delivered",
                           PATIENCE_MS));
    assert_int_equal(send_as(&alice, "POST", "/v1/webhook-deliveries/@example/retry", NULL), 200);
    assert_int_equal(api_int(&api, "deliveries"), 0); /* it has arrived */
    drop_hook(&alice, "/ok_example");
}

static bool may_ask_again(void *path)
{
    return send_as(&bob, "POST", path, NULL) == 404;
}

/* One owner who asks in a loop is told when to come again, and no other is. */
static void asking_has_a_limit(void **state)
{
    (void)state;
    enum { PER_MINUTE = 60 };
    static const char path[] = "/v1/webhook-endpoints/we_01h455vb4pex5vsknk084sn02q/test";
    int asked = 0;
    while (send_as(&bob, "POST", path, NULL) == 404)
        asked++;
    assert_int_equal(api.status, 429);
    assert_in_range(asked, 1, 2 * PER_MINUTE); /* one comes back each second */
    assert_string_equal(api_string(&api, "code"), "rate_limited");
    assert_string_equal(api_header(&api, "Retry-After"), "1");
    assert_string_equal(api_header(&api, "RateLimit-Limit"), "60");
    assert_string_equal(api_header(&api, "RateLimit-Remaining"), "0");
    assert_int_equal(
        send_as(&bob, "POST", "/v1/webhook-deliveries/dlv_01h455vb4pex5vsknk084sn02q/retry", NULL), 429);
    assert_int_equal(send_as(&alice, "POST", path, NULL), 404);
    assert_int_equal(api_post(&api, path, NULL, "{}"), 404);
    assert_true(eventually(may_ask_again, (void *)path, PATIENCE_MS));
}

/* At once, and not when its next try would be due. */
static void one_can_be_sent_again(void **state)
{
    (void)state;
    struct webhook_secret secret;
    make_hook(&alice, "/fails_again", "'transaction.posted'", &secret);
    transfer();
    wait_for("/fails_again", 3);
    assert_int_equal(send_as(&alice, "GET", "/v1/webhook-deliveries?endpoint=@fails_again", NULL), 200);
    cast_add("again", api_string(&api, "data.0.id"));
    int tries = receiver_count(receiver, "/fails_again");
    assert_true(eventually(has_some, (void *)"/v1/webhook-deliveries?endpoint=@fails_again&status=failed",
                           PATIENCE_MS));
    int64_t replays = program_metric(&h.webhooks[0], REPLAYS);
    assert_int_equal(send_as(&alice, "POST", "/v1/webhook-deliveries/@again/retry", NULL), 202);
    assert_int_equal(api_int(&api, "deliveries"), 1);
    assert_int_equal(program_metric(&h.webhooks[0], REPLAYS), replays + 1);
    wait_for("/fails_again", tries + 1);
    assert_int_equal(receiver_distinct(receiver, "/fails_again"), 1);
    drop_hook(&alice, "/fails_again");
}

static bool more_are_put_off(void *context)
{
    return program_metric(&h.webhooks[0], SILENT) > *(const int64_t *)context;
}

/* One that is silent is asked by one try at a time, of which this one does not end. Whoever switches it off
 * and on again has mended it. */
static void switched_on_it_is_tried_at_once(void **state)
{
    (void)state;
    static const char path[] = "/v1/webhook-endpoints/@hang_on";
    struct webhook_secret secret;
    make_hook(&alice, "/hang_on", "'transaction.posted'", &secret);
    harness_do(&h, (const int[]){E2E_SQL_SILENCE_ENDPOINTS}, 1);
    int64_t put_off = program_metric(&h.webhooks[0], SILENT);
    transfer();
    wait_for("/hang_on", 1);
    transfer();
    assert_true(eventually(more_are_put_off, &put_off, PATIENCE_MS));
    assert_int_equal(send_as(&alice, "PATCH", path, "{'status':'disabled'}"), 200);
    assert_int_equal(send_as(&alice, "PATCH", path, "{'status':'enabled'}"), 200);
    transfer();
    assert_true(receiver_wait(receiver, "/hang_on", 2, HANGING_MS));
    drop_hook(&alice, "/hang_on");
}

static bool nothing_is_in_the_stream(void *context)
{
    (void)context;
    return inbound_stream_messages(&in, "PAY_WORK") == 0;
}

/* What is to wait for long waits in the database, and its message is gone; when it is due it has another one.
 */
static void long_waits_fill_no_stream(void **state)
{
    (void)state;
    static const int hurry[] = {E2E_SQL_HURRY_PARKED_WORK};
    struct webhook_secret secret;
    make_hook(&alice, "/later", "'transaction.posted'", &secret);
    transfer();
    wait_for("/later", 1);
    assert_true(
        eventually(has_some, (void *)"/v1/webhook-deliveries?endpoint=@later&status=failed", PATIENCE_MS));
    assert_true(eventually(nothing_is_in_the_stream, NULL, PATIENCE_MS));
    assert_int_equal(receiver_count(receiver, "/later"), 1);
    harness_do(&h, hurry, 1);
    wait_for("/later", 2);
    assert_int_equal(receiver_distinct(receiver, "/later"), 1);
    drop_hook(&alice, "/later");
}

/* Not for a few failures, but for five days of nothing else. */
static void what_fails_for_days_is_disabled(void **state)
{
    (void)state;
    static const int age[] = {E2E_SQL_AGE_FAILURES};
    struct webhook_secret secret;
    make_hook(&alice, "/fails_for_days", "'transaction.posted'", &secret);
    transfer();
    wait_for("/fails_for_days", 2);
    assert_int_equal(send_as(&alice, "GET", "/v1/webhook-endpoints/@fails_for_days", NULL), 200);
    assert_string_equal(api_string(&api, "status"), "enabled");
    harness_do(&h, age, 1);
    assert_true(eventually(is_disabled, (void *)"/v1/webhook-endpoints/@fails_for_days", PATIENCE_MS));
    assert_non_null(strstr(api_string(&api, "disabled_reason"), "120 hours"));
    drop_hook(&alice, "/fails_for_days");
}

static void wait_until_failed(const char *path, int tries)
{
    char list[128];
    wait_for(path, tries);
    (void)snprintf(list, sizeof list, "/v1/webhook-deliveries?endpoint=@%s&status=failed", path + 1);
    assert_true(eventually(has_some, list, PATIENCE_MS));
}

/* What failed before it was switched on does not count, and a time without tries says nothing: another one's
 * end shows that the sweeper has looked. */
static void what_was_not_tried_is_not_disabled(void **state)
{
    (void)state;
    static const int quiet[] = {E2E_SQL_AGE_QUIET_ENDPOINTS};
    struct webhook_secret secret;
    make_hook(&alice, "/later_quiet", "'transaction.posted'", &secret);
    transfer();
    wait_until_failed("/later_quiet", 1);
    harness_do(&h, quiet, 1);
    make_hook(&alice, "/gone_too", "'transaction.posted'", &secret);
    transfer();
    assert_true(eventually(is_disabled, (void *)"/v1/webhook-endpoints/@gone_too", PATIENCE_MS));
    assert_int_equal(send_as(&alice, "GET", "/v1/webhook-endpoints/@later_quiet", NULL), 200);
    assert_string_equal(api_string(&api, "status"), "enabled");
    drop_hook(&alice, "/later_quiet");
    drop_hook(&alice, "/gone_too");
}

/* The answer of the address before comes when the endpoint has another one: another's end shows that the
 * sweeper has looked. */
static void the_old_address_is_not_held_against_the_new(void **state)
{
    (void)state;
    char body[256];
    struct webhook_secret secret;
    make_hook(&alice, "/tardy_gone", "'transaction.posted'", &secret);
    transfer();
    wait_for("/tardy_gone", 1);
    (void)snprintf(body, sizeof body, "{'url':'http://127.0.0.1:%d/ok_another'}", receiver_port(receiver));
    assert_int_equal(send_as(&alice, "PATCH", "/v1/webhook-endpoints/@tardy_gone", body), 200);
    assert_true(
        eventually(has_some, (void *)"/v1/webhook-deliveries?endpoint=@tardy_gone&status=dead", PATIENCE_MS));
    make_hook(&alice, "/gone_later", "'transaction.posted'", &secret);
    transfer();
    assert_true(eventually(is_disabled, (void *)"/v1/webhook-endpoints/@gone_later", PATIENCE_MS));
    assert_int_equal(send_as(&alice, "GET", "/v1/webhook-endpoints/@tardy_gone", NULL), 200);
    assert_string_equal(api_string(&api, "status"), "enabled");
    wait_for("/ok_another", 1);
    drop_hook(&alice, "/tardy_gone");
    drop_hook(&alice, "/gone_later");
}

static bool all_are_delivered(void *context)
{
    (void)context;
    return receiver_distinct(receiver, "/ok_killed") >= MANY;
}

/* Some may come twice, under the same id. */
static void killed_in_the_middle(void **state)
{
    (void)state;
    struct webhook_secret secret;
    make_hook(&alice, "/ok_killed", "'transaction.posted'", &secret);
    harness_keep_all(&h, true);
    for (int i = 0; i < MANY; i++) {
        transfer();
        if (i % 50 == 25)
            program_signal(&h.webhooks[0], SIGKILL);
    }
    if (!eventually(all_are_delivered, NULL, 2 * PATIENCE_MS))
        fail_msg("%d of %d", receiver_distinct(receiver, "/ok_killed"), MANY);
    assert_int_equal(receiver_distinct(receiver, "/ok_killed"), MANY);
    print_message("  %d requests for %d events\n", receiver_count(receiver, "/ok_killed"), MANY);
    drop_hook(&alice, "/ok_killed");
}

static void open_account(const char *name, const char *owner)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account_of(&h, owner, "EUR", id);
    harness_deposit(&h, id, "EUR", FUNDS);
    cast_add(name, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_owners_are_told),
        cmocka_unit_test(what_was_sent_can_be_read),
        cmocka_unit_test(what_fails_is_tried_again),
        cmocka_unit_test(who_takes_nothing_is_one_owner),
        cmocka_unit_test(with_a_new_secret_both_sign),
        cmocka_unit_test(anothers_secret_signs_nothing),
        cmocka_unit_test(gone_is_gone),
        cmocka_unit_test(what_was_missed_is_recovered),
        cmocka_unit_test(an_example_can_be_had),
        cmocka_unit_test(asking_has_a_limit),
        cmocka_unit_test(one_can_be_sent_again),
        cmocka_unit_test(switched_on_it_is_tried_at_once),
        cmocka_unit_test(long_waits_fill_no_stream),
        cmocka_unit_test(what_fails_for_days_is_disabled),
        cmocka_unit_test(what_was_not_tried_is_not_disabled),
        cmocka_unit_test(the_old_address_is_not_held_against_the_new),
        cmocka_unit_test(killed_in_the_middle),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1, .sweep_seconds = 1, .lease_seconds = 2});
    inbound_open(&in, &h);
    api_open(&api, &h, 0);
    receiver = receiver_start();
    api_key_make(&h, "alice", SCOPES, &alice);
    api_key_make(&h, "bob", SCOPES, &bob);
    open_account("alices", "alice");
    open_account("bobs", "bob");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    receiver_stop(receiver);
    return failed;
}
