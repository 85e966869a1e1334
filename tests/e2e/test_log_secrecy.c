/* test_log_secrecy.c - a person is named in every text that a client may send, and in what is refused, cannot
   be read or cannot be stored; all services tell all that they can. No log of the stack knows her, nor any of
   its secrets: harness_stop looks through them after this test as after every other, and is looked at here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/api.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/log_scan.h"
#include "tests/e2e/webhook.h"
#include "tests/support/database.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define HER         LOG_SCAN_PERSON
#define HER_IN_URL  "Penelope%20Quillfeather"
#define TEXTS       "'description':'" HER "','reference':'" HER "','metadata':{'" HER "':'" HER "'}"
#define WAIT_MS     30000

static struct harness h;
static struct api api;
static struct receiver *receiver;

/* status: wanted; 0: whatever it is. */
struct asked {
    const char *path, *body, *header;
    int status;
};
static void ask(const struct asked *a)
{
    char path[512], body[1024], key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    cast_text(a->path, path, sizeof path);
    if (a->body != NULL)
        cast_text(a->body, body, sizeof body);
    (void)api_send(&api, &(struct api_request){.path = path,
                                               .key = a->body != NULL ? key : NULL,
                                               .body = a->body != NULL ? body : NULL,
                                               .headers = {a->header}});
    if (a->status != 0 && api.status != a->status)
        fail_msg("%s: %d %s", path, api.status, api.body.data);
}

static void what_is_taken(void **state)
{
    (void)state;
    static const struct asked rows[] = {
        {"/v1/transfers", "{'from_account':'@alice','to_account':'@bob','amount':1," TEXTS "}", NULL, 201},
        {"/v1/deposits", "{'account':'@alice','amount':1,'currency':'EUR'," TEXTS "}", NULL, 201},
        {"/v1/withdrawals", "{'account':'@alice','amount':1,'currency':'EUR'," TEXTS "}", NULL, 201},
        {"/v1/holds", "{'account':'@alice','amount':1,'destination':'@bob'," TEXTS "}", NULL, 201},
        {"/v1/transfers/batch",
         "{'mode':'each','transfers':[{'from_account':'@alice','to_account':'@bob','amount':1," TEXTS "}]}",
         NULL, 200},
        {"/v1/transactions",
         "{'entries':[{'account':'@alice','direction':'debit','amount':1,'currency':'EUR'},"
         "{'account':'@bob','direction':'credit','amount':1,'currency':'EUR'}]," TEXTS "}",
         NULL, 201},
        {"/v1/accounts/@idle/freeze", "{'reason':'" HER "'}", NULL, 0},
        {"/v1/transactions?reference=" HER_IN_URL, NULL, NULL, 200},
        {"/v1/transactions?metadata." HER_IN_URL "=" HER_IN_URL, NULL, NULL, 0},
        {"/v1/audit?actor=" HER_IN_URL, NULL, NULL, 0},
        {"/v1/currencies", NULL, "User-Agent: " HER, 200},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        ask(&rows[i]);
}

static void what_is_refused(void **state)
{
    (void)state;
    static const struct asked rows[] = {
        {"/v1/transfers", "{'from_account':'" HER "','to_account':'@bob','amount':1}", NULL, 422},
        {"/v1/transfers", "{'from_account':'@alice','to_account':'@bob','amount':99999999," TEXTS "}", NULL,
         402},
        {"/v1/transfers", "{'from_account':'@alice','to_account':'@bob','amount':1,'" HER "':1}", NULL, 0},
        {"/v1/transfers", "{'from_account':'" HER "',,", NULL, 400},
        {"/v1/transfers", "{'description':'" HER "','description':'" HER "'}", NULL, 400},
        {"/v1/accounts", "{'type':'" HER "','currency':'" HER "'}", NULL, 0},
        {"/v1/accounts/" HER_IN_URL, NULL, NULL, 404},
        {"/v1/accounts?cursor=" HER_IN_URL, NULL, NULL, 0},
        {"/v1/transactions?since=" HER_IN_URL, NULL, NULL, 0},
        {"/v1/" HER_IN_URL "?" HER_IN_URL "=1", NULL, NULL, 404},
        {"/v1/accounts", NULL, "Authorization: Bearer sk_" HER, 401},
        {"/v1/accounts", NULL, "Authorization: Basic " HER, 401},
        {"/v1/currencies", NULL, "X-Request-Id: " HER, 200},
        {"/v1/currencies", NULL, "traceparent: " HER, 200},
        {"/v1/demo/stats", NULL, "X-Demo-Secret: " HER, 0},
        {"/v1/webhooks/gateway", "{'" HER "':1}", "webhook-id: " HER, 0},
        {"/v1/dlq/dl_01h455vb4pex5vsknk084sn02q/discard", "{'note':'" HER "'}", NULL, 404},
        {"/v1/dlq/replay", "{'event_type':'" HER "','error_contains':'" HER "'}", NULL, 0},
        {"/v1/reconcile/anomalies/an_01h455vb4pex5vsknk084sn02q/resolve", "{'resolution':'" HER "'}", NULL,
         0},
        {"/v1/reconcile/statements?account=@cash", HER ",,,\n", "Content-Type: text/csv", 0},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        ask(&rows[i]);
}

static bool is_dead(void *unused)
{
    (void)unused;
    return program_logged(&h.webhooks[0], "\"event\":\"work_dead\"");
}

/* What a gateway sends, and what receivers are sent. */
static void what_is_worked_off(void **state)
{
    (void)state;
    const struct webhook_delivery events[] = {
        {.id = "evt-1",
         .body = "{'event_id':'evt-1','event_type':'demo.fund','payload':{'account':'" HER "','amount':1}}"},
        {.id = "evt-2",
         .body = "{'event_id':'evt-2','event_type':'" HER "','payload':{'" HER "':['" HER "']}}"},
        {.id = "evt-3", .body = "{'event_id':'evt-3','event_type':'demo.fund','payload':'" HER "'}"},
        {.id = "evt-4", .body = "{'" HER "'", .sent_body = "{'" HER "'"},
        {.id = "evt-5", .body = "{'" HER "':1}", .sent_signature = HER},
    };
    for (size_t i = 0; i < ROWS(events); i++)
        (void)webhook_deliver(&api, &events[i]);
    static const char *const paths[] = {"ok", "500", "gone", "301", "429"};
    for (size_t i = 0; i < ROWS(paths); i++)
        if (api_post(&api, "/v1/webhook-endpoints", paths[i],
                     "{'url':'http://127.0.0.1:%d/%s/%s?name=%s','event_types':['transaction.posted'],"
                     "'description':'" HER "'}",
                     receiver_port(receiver), paths[i], HER_IN_URL, HER_IN_URL) != 201)
            fail_msg("%s", api.body.data);
    what_is_taken(NULL);
    assert_true(receiver_wait(receiver, "/ok/" HER, 1, WAIT_MS));
    assert_true(eventually(is_dead, NULL, WAIT_MS));
}

/* A wall that nobody thought of: PostgreSQL names the row that it refuses. */
static void what_cannot_be_stored(void **state)
{
    (void)state;
    static struct client_answer answer;
    struct database database = {.postgres = h.postgres};
    struct client client;
    char body[512];
    PGconn *conn = database_connect(&database, "postgres");
    database_exec(conn, "alter table paybus.transactions add constraint not_her check (description <> '" HER
                        "') not valid");
    cast_text("{'from_account':'@alice','to_account':'@bob','amount':1," TEXTS "}", body, sizeof body);
    harness_client(&h, 0, &client);
    client_send(&client, "/v1/transfers", "not stored", body, &answer);
    client_close(&client);
    assert_int_equal(answer.status, 500);
    assert_true(program_logged(&h.ledgers[0], "\"event\":\"command_failed\""));
    database_exec(conn, "alter table paybus.transactions drop constraint not_her");
    PQfinish(conn);
}

/* harness_stop would see it. */
static void a_word_is_found(void **state)
{
    (void)state;
    static const char *const her[] = {"nobody", HER, NULL}, *const others[] = {"nobody", NULL};
    char path[] = "/tmp/paybus-scan-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(dprintf(fd, "a line\nDETAIL:  Failing row contains (1, " HER ").\n{\"event\":\"e\"}\n") > 0);
    (void)close(fd);
    assert_int_equal(log_scan_words(path, her), 1);
    assert_int_equal(log_scan_words(path, others), 0);
    (void)unlink(path);
}

static void open_accounts(void)
{
    static const char *const names[] = {"alice", "bob", "idle"};
    for (size_t i = 0; i < ROWS(names); i++) {
        if (api_post(&api, "/v1/accounts", names[i],
                     "{'type':'user','currency':'EUR','name':'" HER "','metadata':{'name':'" HER
                     "'}}") != 201)
            servers_fail("no account: %s", api.body.data);
        cast_add(names[i], api_string(&api, "id"));
    }
    harness_deposit(&h, cast_id("alice"), "EUR", 1000);
    (void)api_get(&api, "/v1/accounts?type=system&currency=EUR");
    cast_add("cash", api_string(&api, "data.0.id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_taken), cmocka_unit_test(what_is_refused),
                                       cmocka_unit_test(what_is_worked_off),
                                       cmocka_unit_test(what_cannot_be_stored),
                                       cmocka_unit_test(a_word_is_found)};
    harness_start(
        &h, &(struct harness_options){.webhooks = 1, .recons = 1, .recon_seconds = 2, .log_level = "debug"});
    api_open(&api, &h, 0);
    receiver = receiver_start();
    open_accounts();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    receiver_stop(receiver);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
