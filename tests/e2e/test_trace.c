/* test_trace.c - the trace of a transfer is in its event, in its webhook and in the logs of every service
   that had to do with it, once they are told to say more; what the W3C's own tests send in a header is taken
   or ignored; and what is in logs by mistake would be seen. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/core/trace.h"
#include "tests/e2e/api.h"
#include "tests/e2e/log_scan.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define TRANSFERS   20
#define WAIT_MS     20000
#define HEADERS_MAX 3

static struct harness h;
static struct api api;
static struct receiver *receiver;
static char alice[TYPEID_TEXT_SIZE], shop[TYPEID_TEXT_SIZE];

static void name_trace(int n, char ret_id[33])
{
    (void)snprintf(ret_id, 33, "4bf92f3577b34da6a3ce929d0e0e%04x", n);
}

static void transfer(int n)
{
    char id[33], header[96], body[160], key[HARNESS_KEY_SIZE];
    name_trace(n, id);
    harness_new_key(key);
    (void)snprintf(header, sizeof header, "traceparent: 00-%s-00f067aa0ba902b7-01", id);
    (void)snprintf(body, sizeof body, "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":1}", alice,
                   shop);
    assert_int_equal(api_send(&api, &(struct api_request){.method = "POST",
                                                          .path = "/v1/transfers",
                                                          .key = key,
                                                          .body = body,
                                                          .headers = {header}}),
                     201);
}

/* At the level that services run with: somebody has to look, and needs a trace to begin with. */
static void what_is_not_available_is_told(void **state)
{
    (void)state;
    assert_int_equal(program_stop(&h.ledgers[0], SIGTERM, WAIT_MS), 0);
    assert_int_equal(api_post(&api, "/v1/transfers", "trace-away",
                              "{'from_account':'%s','to_account':'%s','amount':1}", alice, shop),
                     503);
    assert_true(program_logged(
        &h.ingresses[0],
        "\"level\":\"warn\",\"service\":\"ingress\",\"instance\":\"ingress-1\",\"event\":\"request\""));
    program_start(&h.ledgers[0]);
    assert_true(harness_wait_ready(&h, WAIT_MS));
}

static bool all_are_logged(void *program)
{
    for (int n = 0; n < TRANSFERS; n++) {
        char id[33], text[64];
        name_trace(n, id);
        (void)snprintf(text, sizeof text, "\"trace_id\":\"%s\"", id);
        if (!program_logged(program, text))
            return false;
    }
    return true;
}

/* The receiver may go on with it. */
static bool is_received(int n)
{
    struct received got;
    char start[40] = "00-";
    name_trace(n, start + strlen(start));
    for (int i = 0; receiver_get(receiver, "/ok", i, &got); i++)
        if (strncmp(got.traceparent, start, strlen(start)) == 0 &&
            strlen(got.traceparent) == TRACEPARENT_SIZE - 1)
            return true;
    return false;
}

static void one_trace_everywhere(void **state)
{
    (void)state;
    struct program *const programs[] = {&h.ingresses[0], &h.ledgers[0], &h.webhooks[0], &h.recons[0]};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        program_signal(programs[i], SIGUSR1);
    for (int n = 0; n < TRANSFERS; n++)
        transfer(n);
    assert_true(receiver_wait(receiver, "/ok", TRANSFERS, WAIT_MS));
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (!eventually(all_are_logged, programs[i], WAIT_MS))
            fail_msg("a trace is not in the log of %s", programs[i]->name);
    for (int n = 0; n < TRANSFERS; n++)
        if (!is_received(n))
            fail_msg("the webhook of transfer %d has not its trace", n);
}

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN  "00f067aa0ba902b7"
#define GOOD  "00-" TRACE "-" SPAN "-01"
#define OTHER "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
/* What https://github.com/w3c/trace-context tests at any service, in rows; without tabs around the value, for
   which civetweb answers 400. */
static const struct {
    const char *name;
    const char *headers[HEADERS_MAX];
    bool is_taken;
} contexts[] = {
    {"no header", {NULL}, false},
    {"traceparent without tracestate", {"traceparent: " GOOD}, true},
    {"two of one name", {"traceparent: " GOOD, "traceparent: " OTHER}, false},
    {"two in the other order", {"traceparent: " OTHER, "traceparent: " GOOD}, false},
    {"another name", {"trace-parent: " GOOD}, false},
    {"another name still", {"trace.parent: " GOOD}, false},
    {"name with capitals", {"TraceParent: " GOOD}, true},
    {"name with odd capitals", {"TrAcEpArEnT: " GOOD}, true},
    {"name in capitals", {"TRACEPARENT: " GOOD}, true},
    {"version 00 with a dot behind", {"traceparent: " GOOD "."}, false},
    {"version 00 with more", {"traceparent: " GOOD "-what-the-future-will-be-like"}, false},
    {"version cc", {"traceparent: cc-" TRACE "-" SPAN "-01"}, true},
    {"version cc with more", {"traceparent: cc-" TRACE "-" SPAN "-01-what-the-future-will-be-like"}, true},
    {"version cc with a dot", {"traceparent: cc-" TRACE "-" SPAN "-01.what-the-future"}, false},
    {"version ff", {"traceparent: ff-" TRACE "-" SPAN "-01"}, false},
    {"version .0", {"traceparent: .0-" TRACE "-" SPAN "-01"}, false},
    {"version 0.", {"traceparent: 0.-" TRACE "-" SPAN "-01"}, false},
    {"version 000", {"traceparent: 000-" TRACE "-" SPAN "-01"}, false},
    {"version 0000", {"traceparent: 0000-" TRACE "-" SPAN "-01"}, false},
    {"version 0", {"traceparent: 0-" TRACE "-" SPAN "-01"}, false},
    {"trace id of zeros", {"traceparent: 00-00000000000000000000000000000000-" SPAN "-01"}, false},
    {"trace id with a dot first", {"traceparent: 00-.bf92f3577b34da6a3ce929d0e0e4736-" SPAN "-01"}, false},
    {"trace id with a dot last", {"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e473.-" SPAN "-01"}, false},
    {"trace id too long", {"traceparent: 00-" TRACE "9-" SPAN "-01"}, false},
    {"trace id too short", {"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e473-" SPAN "-01"}, false},
    {"parent id of zeros", {"traceparent: 00-" TRACE "-0000000000000000-01"}, false},
    {"parent id with a dot first", {"traceparent: 00-" TRACE "-.0f067aa0ba902b7-01"}, false},
    {"parent id with a dot last", {"traceparent: 00-" TRACE "-00f067aa0ba902b.-01"}, false},
    {"parent id too long", {"traceparent: 00-" TRACE "-" SPAN "3-01"}, false},
    {"parent id too short", {"traceparent: 00-" TRACE "-00f067aa0ba902b-01"}, false},
    {"flags .0", {"traceparent: 00-" TRACE "-" SPAN "-.0"}, false},
    {"flags 0.", {"traceparent: 00-" TRACE "-" SPAN "-0."}, false},
    {"flags 001", {"traceparent: 00-" TRACE "-" SPAN "-001"}, false},
    {"flags 1", {"traceparent: 00-" TRACE "-" SPAN "-1"}, false},
    {"a space before", {"traceparent:  " GOOD}, true},
    {"a space behind", {"traceparent: " GOOD " "}, true},
    {"spaces on both sides", {"traceparent:   " GOOD "  "}, true},
    {"tracestate alone", {"tracestate: foo=1"}, false},
    {"tracestate beside it", {"traceparent: " GOOD, "tracestate: foo=1,bar=2"}, true},
    {"two tracestates", {"traceparent: " GOOD, "tracestate: foo=1", "tracestate: bar=2"}, true},
    {"a tracestate that is none", {"traceparent: " GOOD, "tracestate: foo@=1,bar=2,@@"}, true},
    {"an empty tracestate", {"traceparent: " GOOD, "tracestate;"}, true},
};

/* The trace goes on with a span of our own; or a new one begins. */
static void headers_are_taken_or_ignored(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(contexts); i++) {
        struct trace went_on;
        char body[160], key[HARNESS_KEY_SIZE];
        struct api_request request = {.path = "/v1/transfers", .key = key, .body = body};
        harness_new_key(key);
        (void)snprintf(body, sizeof body, "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":1}",
                       alice, shop);
        memcpy(request.headers, contexts[i].headers, sizeof contexts[i].headers);
        if (api_send(&api, &request) != 201)
            fail_msg("%s: %d %s", contexts[i].name, api.status, api.body.data);
        assert_int_equal(api_get(&api, "/v1/events?object=%s", api_string(&api, "id")), 200);
        const char *text = api_string(&api, "data.0.traceparent");
        assert_int_equal(trace_parse(str_of(text), &went_on), STATUS_OK);
        if ((strstr(text, TRACE) != NULL) != contexts[i].is_taken || strstr(text, SPAN) != NULL)
            fail_msg("%s: %s", contexts[i].name, text);
    }
}

/* A trace in the log of a program. */
struct trace_in {
    struct program *program;
    int n;
};

static bool is_logged(void *context)
{
    const struct trace_in *t = context;
    char id[33], text[64];
    name_trace(t->n, id);
    (void)snprintf(text, sizeof text, "\"trace_id\":\"%s\"", id);
    return program_logged(t->program, text);
}

/* What operators ask other services for over HTTP. */
static void operators_are_traced(void **state)
{
    (void)state;
    const struct {
        const char *path, *type, *body;
        struct program *program;
        int status;
    } asked[] = {
        {"/v1/reconcile/run", NULL, "{}", &h.recons[0], 200},
        {"/v1/reconcile/anomalies/an_01h455vb4pex5vsknk084sn02q/acknowledge", NULL, "{\"note\":\"seen\"}",
         &h.recons[0], 404},
        {"/v1/reconcile/statements", "Content-Type: text/csv", "nothing", &h.recons[0], 422},
        {"/v1/dlq/dl_01h455vb4pex5vsknk084sn02q/discard", NULL, "{\"note\":\"seen\"}", &h.webhooks[0], 404},
    };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        char id[33], header[96];
        struct trace_in at_ingress = {&h.ingresses[0], 0x1000 + (int)i},
                        there = {asked[i].program, 0x1000 + (int)i};
        name_trace(there.n, id);
        (void)snprintf(header, sizeof header, "traceparent: 00-%s-00f067aa0ba902b7-01", id);
        struct api_request request = {.method = "POST",
                                      .path = asked[i].path,
                                      .body = asked[i].body,
                                      .headers = {header, asked[i].type}};
        if (api_send(&api, &request) != asked[i].status)
            fail_msg("%s: %d %s", asked[i].path, api.status, api.body.data);
        if (!eventually(is_logged, &there, WAIT_MS) || !eventually(is_logged, &at_ingress, WAIT_MS))
            fail_msg("the trace of %s is lost", asked[i].path);
    }
}

static void logs_are_scanned(void **state)
{
    (void)state;
#define BEGIN "{\"ts\":\"t\",\"level\":\"info\",\"service\":\"s\",\"instance\":\"i\",\"event\":\"e\""
    static const struct {
        const char *line;
        bool is_bad;
    } cases[] = {
        {BEGIN "}\n", false},
        {BEGIN ",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"seq\":1234567890123}", false},
        {"==1==ERROR: of a sanitizer", false},
        {"{\"event\":\"e\"}", true},
        {BEGIN ",\"error\":\"ann.lee@example.org is no payee\"}", true},
        {BEGIN ",\"error\":\"paybus_ledger@127.0.0.1 has no password\"}", false},
        {BEGIN, true},
        {BEGIN ",\"key\":\"sk_uI9iQDFgQBuhmR0zQ3RMZ01y2\"}", true},
        {BEGIN ",\"error\":\"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\"}", true},
        {BEGIN ",\"token\":\"Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\"}", true},
        {BEGIN ",\"error\":\"{\\\"amount\\\":5}\"}", true},
        {BEGIN ",\"error\":\"card 4111111111111111 refused\"}", true},
        {BEGIN ",\"error\":\"number 4111111111111112 refused\"}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[256];
        (void)snprintf(line, sizeof line, "%s", cases[i].line);
        if ((log_scan_line(line) != NULL) != cases[i].is_bad)
            fail_msg("%s", cases[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_available_is_told), cmocka_unit_test(one_trace_everywhere),
        cmocka_unit_test(headers_are_taken_or_ignored), cmocka_unit_test(operators_are_traced),
        cmocka_unit_test(logs_are_scanned)};
    harness_start(&h, &(struct harness_options){.webhooks = 1, .recons = 1, .log_level = "info"});
    api_open(&api, &h, 0);
    receiver = receiver_start();
    harness_open_account(&h, "EUR", alice);
    harness_open_account(&h, "EUR", shop);
    harness_deposit(&h, alice, "EUR", 1000);
    if (api_post(&api, "/v1/webhook-endpoints", "trace-hook",
                 "{'url':'http://127.0.0.1:%d/ok','event_types':['transaction.posted']}",
                 receiver_port(receiver)) != 201)
        servers_fail("no endpoint: %s", api.body.data);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    receiver_stop(receiver);
    api_close(&api);
    harness_stop(&h, failed != 0);
    return failed;
}
