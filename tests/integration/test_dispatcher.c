/* test_dispatcher.c - deliveries to real receivers that hang, redirect, never end, are not whom they say or
   may not be sent to: each ends as documented, and one that is slow keeps no other waiting. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <netdb.h>

#include "shared/core/clock.h"
#include "shared/io/monitor.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"
#include "tests/support/receiver.h"
#include "tests/support/servers.h"
#include "tests/support/tls_nagger.h"
#include "webhook-svc/edge/dispatcher.h"

#define TIMEOUT_MS  1500
#define PATIENCE_MS 20000
#define ENDLESS_MAX (512 * 1024) /* buffers on both sides */
#define CAPACITY    96           /* of which one endpoint may have a third */
#define OF_MALLORY  100          /* whose endpoints have numbers from here on */
#define OF_TRUDY    200          /* whose too */
#define SECRET_1    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SECRET_2    "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define BODY        "{\"test\": 2432232314}"

struct test_sending {
    struct sending sending;
    char url[256], id[64];
    int64_t begun_us, ended_us; /* 0: it has not */
};

/* civetweb 1.15 does not get on with OpenSSL 3, so these are processes. */
struct tls_receiver {
    int port;
    pid_t pid;
};
static struct receiver *http;
static struct tls_receiver good, expired, other, selfsigned, dear;
static char directory[SERVERS_PATH_SIZE], ca_file[SERVERS_PATH_SIZE + 16];
static struct dispatcher *dispatcher;
static struct monitor ended;

static void on_ended(void *context, struct sending *s)
{
    struct test_sending *t = s->context;
    (void)context;
    monitor_lock(&ended);
    t->ended_us = clock_monotonic_us();
    monitor_broadcast(&ended);
    monitor_unlock(&ended);
}

static void open_dispatcher(bool development, struct delivery_pace pace)
{
    const struct dispatcher_options options = {
        .transfer = {.development = development, .ca_file = ca_file, .timeout_ms = TIMEOUT_MS},
        .pace = pace,
        .capacity = CAPACITY,
        .ended = on_ended};
    assert_int_equal(dispatcher_open(&options, &dispatcher), STATUS_OK);
}

static int set_up(void **state)
{
    (void)state;
    open_dispatcher(true, (struct delivery_pace){.at_once = 4});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dispatcher_close(dispatcher);
    dispatcher = NULL;
    return 0;
}

static int64_t unanswered; /* by the endpoints of what is sent next, as it is stored */
static int url_version = 1;

/* To the endpoint of that number, signed with one secret or both. */
static void send_signed(struct test_sending *t, int endpoint, const char *url, bool both)
{
    static int count;
    *t = (struct test_sending){.begun_us = clock_monotonic_us()};
    (void)snprintf(t->url, sizeof t->url, "%s", url);
    (void)snprintf(t->id, sizeof t->id, "evt_%d", ++count);
    t->sending = (struct sending){.endpoint = {{[15] = (uint8_t)endpoint, [12] = (uint8_t)endpoint}},
                                  .owner = endpoint < OF_MALLORY ? "alice"
                                           : endpoint < OF_TRUDY ? "mallory"
                                                                 : "trudy",
                                  .unanswered = unanswered,
                                  .url = t->url,
                                  .url_version = url_version,
                                  .id = t->id,
                                  .traceparent = "",
                                  .body = STR_LIT(BODY),
                                  .context = t};
    assert_int_equal(webhook_secret_parse(STR_LIT(SECRET_1), &t->sending.secrets[0]), STATUS_OK);
    assert_int_equal(webhook_secret_parse(STR_LIT(SECRET_2), &t->sending.secrets[1]), STATUS_OK);
    t->sending.secret_count = both ? 2 : 1;
    dispatcher_send(dispatcher, &t->sending);
}

static void send_to(struct test_sending *t, int endpoint, const char *url)
{
    send_signed(t, endpoint, url, false);
}

static void send_path_with(struct test_sending *t, const char *path, bool both)
{
    char url[256];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", receiver_port(http), path);
    send_signed(t, 1, url, both);
}

static void send_path(struct test_sending *t, int endpoint, const char *path)
{
    char url[256];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", receiver_port(http), path);
    send_to(t, endpoint, url);
}

static void wait_for(struct test_sending *t)
{
    int64_t until_us = clock_monotonic_us() + PATIENCE_MS * INT64_C(1000);
    monitor_lock(&ended);
    while (t->ended_us == 0)
        if (!monitor_wait(&ended, until_us))
            fail_msg("%s does not end", t->url);
    monitor_unlock(&ended);
}

static void expect(struct test_sending *t, enum delivery_outcome wanted, int http_status)
{
    wait_for(t);
    const struct transfer_result *r = &t->sending.result;
    print_message("  %s: %s %d %s, %lld ms\n", t->url, delivery_outcome_name(r->outcome), r->http_status,
                  r->error, (long long)(t->ended_us - t->begun_us) / 1000);
    assert_true(t->sending.was_tried);
    assert_string_equal(delivery_outcome_name(r->outcome), delivery_outcome_name(wanted));
    assert_int_equal(r->http_status, http_status);
}

static void answers(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum delivery_outcome wanted;
        int http_status;
    } cases[] = {
        {"/ok", DELIVERY_delivered, 200},      {"/500", DELIVERY_refused, 500},
        {"/302", DELIVERY_redirected, 302},    {"/307", DELIVERY_redirected, 307},
        {"/chunks", DELIVERY_delivered, 200},  {"/301", DELIVERY_redirected, 301},
        {"/gone", DELIVERY_gone, 410},         {"/429", DELIVERY_throttled, 429},
        {"/hang", DELIVERY_timeout, 0},        {"/slow", DELIVERY_timeout, 0},
        {"/endless", DELIVERY_delivered, 200}, {"/trailers", DELIVERY_delivered, 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_sending t;
        send_path(&t, (int)i, cases[i].path);
        expect(&t, cases[i].wanted, cases[i].http_status);
        assert_true(t.ended_us - t.begun_us < (TIMEOUT_MS + 1000) * INT64_C(1000));
        assert_true(t.sending.result.answer_len <= TRANSFER_ANSWER_KEPT);
        if (cases[i].wanted == DELIVERY_throttled)
            assert_int_equal(t.sending.result.retry_after_ms, 2000);
        if (cases[i].wanted == DELIVERY_refused)
            assert_string_equal(t.sending.result.answer, "{\"as\":\"told\"}");
    }
    assert_int_equal(receiver_count(http, "/ok-moved"), 0); /* where 301 points */
}

/* The port from which the n-th came to that path. */
static int port_of(const char *path, int n)
{
    struct received got;
    assert_true(receiver_wait(http, path, n + 1, PATIENCE_MS));
    assert_true(receiver_get(http, path, n, &got));
    return got.from_port;
}

/* What is longer is a good answer, too; the rest of it is not read, and its connection is not used again. */
static void an_answer_is_read_up_to_64_kib(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool is_read;
    } cases[] = {{"/sized_65536", true}, {"/sized_65537", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int n = 0; n < 2; n++) {
            struct test_sending t;
            send_path(&t, 1, cases[i].path);
            expect(&t, DELIVERY_delivered, 200);
        }
        assert_int_equal(port_of(cases[i].path, 0) == port_of(cases[i].path, 1), cases[i].is_read);
    }
}

/* What nobody will read is not even taken from the network. */
static void little_of_an_endless_answer_comes(void **state)
{
    (void)state;
    struct test_sending t;
    int64_t before = receiver_endless(http);
    send_path(&t, 1, "/endless");
    expect(&t, DELIVERY_delivered, 200);
    pause_ms(100); /* for what is written still */
    int64_t written = receiver_endless(http) - before;
    print_message("  %lld bytes were written\n", (long long)written);
    assert_true(written < ENDLESS_MAX);
}

static void what_is_sent(void **state)
{
    (void)state;
    struct test_sending t;
    struct received got;
    struct webhook_secret secrets[2];
    send_path(&t, 1, "/ok-sent");
    wait_for(&t);
    assert_true(receiver_get(http, "/ok-sent", 0, &got));
    assert_string_equal(got.id, t.id);
    assert_string_equal(got.body, BODY);
    assert_string_equal(got.type, "application/json");
    assert_int_equal(webhook_secret_parse(STR_LIT(SECRET_1), &secrets[0]), STATUS_OK);
    assert_int_equal(webhook_secret_parse(STR_LIT(SECRET_2), &secrets[1]), STATUS_OK);
    const struct webhook_headers headers = {str_of(got.id), str_of(got.timestamp), str_of(got.signature)};
    int64_t now_s = clock_unix_us() / 1000000;
    assert_int_equal(webhook_verify(&secrets[0], 1, &headers, str_of(got.body), now_s), WEBHOOK_GENUINE);
    assert_int_equal(webhook_verify(&secrets[1], 1, &headers, str_of(got.body), now_s), WEBHOOK_FORGED);
}

/* What the npm package standardwebhooks says of it. */
static bool is_accepted(const struct received *got, const char *secret)
{
    char path[SERVERS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/received.json", directory);
    json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:s}", "secret", secret, "id", got->id, "timestamp",
                             got->timestamp, "signature", got->signature, "body", got->body);
    assert_int_equal(json_dump_file(root, path, 0), 0);
    json_decref(root);
    const char *const argv[] = {"node", PAYBUS_VERIFIER, path, NULL};
    return process_run(&(struct process_spec){.argv = argv}, PATIENCE_MS) == STATUS_OK;
}

static void an_independent_verifier_accepts_it(void **state)
{
    (void)state;
    struct test_sending t;
    struct received got;
    send_path(&t, 1, "/ok-verified");
    wait_for(&t);
    assert_true(receiver_get(http, "/ok-verified", 0, &got));
    assert_true(is_accepted(&got, SECRET_1));
    assert_false(is_accepted(&got, SECRET_2));
    got.body[1] = '\'';
    assert_false(is_accepted(&got, SECRET_1));
}

/* While a secret is changed both sign, and a receiver that knows either is content. */
static void it_accepts_two_signatures(void **state)
{
    (void)state;
    struct test_sending t;
    struct received got;
    send_path_with(&t, "/ok-both", true);
    wait_for(&t);
    assert_true(receiver_get(http, "/ok-both", 0, &got));
    assert_true(is_accepted(&got, SECRET_1));
    assert_true(is_accepted(&got, SECRET_2));
}

static void send_to_port(struct test_sending *t, int endpoint, int port)
{
    char url[256];
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", port);
    send_to(t, endpoint, url);
}

static void send_https(struct test_sending *t, const struct tls_receiver *r)
{
    send_to_port(t, 9, r->port);
}

static struct tls_nagger *start_nagger(enum tls_nagging nagging)
{
    char certificate[SERVERS_PATH_SIZE + 16];
    (void)snprintf(certificate, sizeof certificate, "%s/good", directory);
    return tls_nagger_start(nagging, certificate);
}

static void certificates(void **state)
{
    (void)state;
    struct test_sending t;
    send_https(&t, &good);
    expect(&t, DELIVERY_delivered, 200);
    const struct tls_receiver *const bad[] = {&expired, &other, &selfsigned};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        send_https(&t, bad[i]);
        expect(&t, DELIVERY_untrusted, 0);
    }
}

/* A receiver may choose how keys are exchanged. One that would have the only thread that sends reckon with
 * numbers of ten thousand bits, for a second each time, is not spoken to. */
static void costly_handshakes(void **state)
{
    (void)state;
    struct test_sending t;
    send_https(&t, &dear);
    expect(&t, DELIVERY_untrusted, 0);
    send_https(&t, &good);
    expect(&t, DELIVERY_delivered, 200);
}

/* Each handshake more would be the work of the only thread that sends. */
static void asks_for_a_second_handshake(void **state)
{
    (void)state;
    struct test_sending t;
    struct tls_nagger *n = start_nagger(NAG_ONCE);
    send_to_port(&t, 9, tls_nagger_port(n));
    expect(&t, DELIVERY_unreachable, 0);
    tls_nagger_stop(n);
}

static void asks_for_handshakes_endlessly(void **state)
{
    (void)state;
    static const enum tls_nagging naggings[] = {NAG_ENDLESSLY, NAG_AT_ONCE};
    for (size_t i = 0; i < sizeof naggings / sizeof naggings[0]; i++) {
        struct test_sending t, of_another;
        struct tls_nagger *n = start_nagger(naggings[i]);
        send_to_port(&t, OF_MALLORY, tls_nagger_port(n));
        wait_for(&t);
        assert_false(delivery_is_answered(t.sending.result.outcome) &&
                     t.sending.result.outcome != DELIVERY_untrusted);
        assert_true(t.ended_us - t.begun_us < TIMEOUT_MS * INT64_C(500)); /* it was not waited for */
        send_https(&of_another, &good);
        expect(&of_another, DELIVERY_delivered, 200);
        tls_nagger_stop(n);
    }
}

static void what_may_not_be_sent_to(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://10.0.0.1:3000/", "http://169.254.169.254/",
                                       "http://0.0.0.0:3000/",  "http://127.0.0.1:22/",
                                       "http://127.1:3000/",    "ftp://127.0.0.1:3000/"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct test_sending t;
        send_to(&t, 1, urls[i]);
        expect(&t, DELIVERY_blocked, 0);
    }
}

/* Names are looked up, and their addresses are pinned. */
static void names(void **state)
{
    (void)state;
    struct test_sending t;
    char url[128];
    (void)snprintf(url, sizeof url, "http://localhost:%d/ok", receiver_port(http));
    send_to(&t, 1, url);
    expect(&t, DELIVERY_delivered, 200);
    assert_string_equal(t.sending.result.address, "127.0.0.1");
}

/* Names that nobody else knows: who looks them up himself, as curl would, does not find them. */
int __real_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret);
int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret);
int __wrap_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret)
{
    const char *dot = strrchr(name, '.');
    bool is_ours = dot != NULL && strcmp(dot, ".example") == 0;
    return __real_getaddrinfo(is_ours ? "127.0.0.1" : name, port, hints, ret);
}

/* A connection goes to the address that was checked, whatever the name may have become since; Host and what
 * the certificate has to say are the name's. */
static void connections_are_pinned(void **state)
{
    (void)state;
    struct test_sending t;
    struct received got;
    char url[128];
    (void)snprintf(url, sizeof url, "http://pinned.example:%d/ok-pinned", receiver_port(http));
    send_to(&t, 1, url);
    expect(&t, DELIVERY_delivered, 200);
    assert_string_equal(t.sending.result.address, "127.0.0.1");
    assert_true(receiver_get(http, "/ok-pinned", 0, &got));
    (void)snprintf(url, sizeof url, "pinned.example:%d", receiver_port(http));
    assert_string_equal(got.host, url);
    (void)snprintf(url, sizeof url, "https://other.example:%d/ok", other.port);
    send_to(&t, 1, url);
    expect(&t, DELIVERY_delivered, 200);
    (void)snprintf(url, sizeof url, "https://another.example:%d/ok", other.port);
    send_to(&t, 1, url);
    expect(&t, DELIVERY_untrusted, 0);
}

static void nobody_listens(void **state)
{
    (void)state;
    struct test_sending t;
    char url[128];
    struct receiver *gone = receiver_start();
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/ok", receiver_port(gone));
    receiver_stop(gone);
    send_to(&t, 1, url);
    expect(&t, DELIVERY_unreachable, 0);
}

/* In production loopback is as forbidden as any other inner address, whatever the URL was when it was
 * registered. */
static void in_production(void **state)
{
    (void)state;
    struct test_sending t;
    tear_down(NULL);
    open_dispatcher(false, (struct delivery_pace){.at_once = 4});
    send_path(&t, 1, "/ok-production");
    expect(&t, DELIVERY_blocked, 0);
    send_https(&t, &good);
    expect(&t, DELIVERY_blocked, 0);
    send_to(&t, 1, "https://127.0.0.1/");
    expect(&t, DELIVERY_blocked, 0);
    assert_int_equal(receiver_count(http, "/ok-production"), 0);
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t p99_us(int endpoint, int count)
{
    int64_t *took = calloc((size_t)count, sizeof *took);
    assert_non_null(took);
    for (int i = 0; i < count; i++) {
        struct test_sending t;
        send_path(&t, endpoint, "/ok-timed");
        expect(&t, DELIVERY_delivered, 200);
        took[i] = t.ended_us - t.begun_us;
    }
    qsort(took, (size_t)count, sizeof *took, by_number);
    int64_t p99 = took[count * 99 / 100];
    free(took);
    return p99;
}

/* A hundred for one that hangs: some are under way, some wait, the rest is given back; the others do not
 * notice. */
static void one_hangs_and_no_other_notices(void **state)
{
    (void)state;
    enum { HANGING = 100, TIMED = 200 };
    static struct test_sending hanging[HANGING];
    int64_t alone_us = p99_us(2, TIMED);
    for (int i = 0; i < HANGING; i++)
        send_path(&hanging[i], 1, "/hang");
    int64_t beside_us = p99_us(2, TIMED);
    print_message("  p99 alone %lld us, beside one that hangs %lld us\n", (long long)alone_us,
                  (long long)beside_us);
    assert_true(beside_us < 250000);
    int tried = 0, given_back = 0;
    for (int i = 0; i < HANGING; i++) {
        wait_for(&hanging[i]);
        tried += hanging[i].sending.was_tried;
        given_back += !hanging[i].sending.was_tried;
    }
    assert_true(tried >= 4 && given_back >= HANGING - CAPACITY);
}

/* However many endpoints are theirs. */
static void one_owner_hangs_and_no_other_notices(void **state)
{
    (void)state;
    enum { HANGING = OF_TRUDY - OF_MALLORY, TIMED = 100 };
    static struct test_sending hanging[HANGING];
    for (int i = 0; i < HANGING; i++)
        send_path(&hanging[i], OF_MALLORY + i, "/hang");
    int64_t beside_us = p99_us(2, TIMED);
    print_message("  p99 beside an owner whose endpoints hang %lld us\n", (long long)beside_us);
    assert_true(beside_us < 250000);
    for (int i = 0; i < HANGING; i++)
        wait_for(&hanging[i]);
}

/* Two owners whose endpoints hang, all at once and then one by one: their places do not take another's. */
static void many_hang_and_no_other_notices(void **state)
{
    (void)state;
    enum { HANGING = 50, EACH = 4, TIMED = 100 };
    static struct test_sending hanging[2 * HANGING * EACH];
    for (int i = 0; i < 2 * HANGING * EACH; i++)
        send_path(&hanging[i], OF_MALLORY + (i % 2) * (OF_TRUDY - OF_MALLORY) + i / 2 % HANGING, "/hang");
    int64_t beside_us = p99_us(2, TIMED);
    print_message("  p99 beside two owners whose endpoints hang %lld us\n", (long long)beside_us);
    assert_true(beside_us < 250000);
    for (int i = 0; i < 2 * HANGING * EACH; i++)
        wait_for(&hanging[i]);
}

static void expect_delay(struct test_sending *t, enum delivery_delay wanted)
{
    wait_for(t);
    assert_false(t->sending.was_tried);
    assert_string_equal(delivery_delay_name(t->sending.delay), delivery_delay_name(wanted));
    assert_true(t->sending.put_off_ms >= 2000);
}

/* After five tries without an answer one at a time is made, each time after a longer pause, until one is
 * answered. */
static void who_is_silent_gets_one_at_a_time(void **state)
{
    (void)state;
    enum { FIRST = 5, PROBES = 4 };
    static struct test_sending first[FIRST], probes[PROBES];
    for (int i = 0; i < FIRST; i++)
        send_path(&first[i], 1, "/hang");
    for (int i = 0; i < FIRST; i++)
        expect(&first[i], DELIVERY_timeout, 0);
    send_path(&probes[0], 1, "/ok");
    expect_delay(&probes[0], DELAY_silent);
    send_path(&probes[0], 1, "/hang-probe");
    while (!receiver_wait(http, "/hang-probe", 1, 20)) { /* the pause is a second */
        expect_delay(&probes[0], DELAY_silent);
        send_path(&probes[0], 1, "/hang-probe");
    }
    for (int i = 1; i < PROBES; i++)
        send_path(&probes[i], 1, "/hang");
    for (int i = 1; i < PROBES; i++)
        expect_delay(&probes[i], DELAY_silent);
    expect(&probes[0], DELIVERY_timeout, 0);
    send_path(&probes[0], 1, "/500");
    for (wait_for(&probes[0]); !probes[0].sending.was_tried; wait_for(&probes[0])) {
        pause_ms(20);
        send_path(&probes[0], 1, "/500");
    }
    for (int i = 0; i < PROBES; i++)
        send_path(&probes[i], 1, "/ok");
    for (int i = 0; i < PROBES; i++)
        expect(&probes[i], DELIVERY_delivered, 200);
}

/* What is stored of its silence counts from the first try on. */
static void who_was_silent_before(void **state)
{
    (void)state;
    enum { COUNT = 4 };
    static struct test_sending all[COUNT];
    unanswered = 9;
    for (int i = 0; i < COUNT; i++)
        send_path(&all[i], 1, "/hang");
    unanswered = 0;
    for (int i = 1; i < COUNT; i++)
        expect_delay(&all[i], DELAY_silent);
    expect(&all[0], DELIVERY_timeout, 0);
}

/* An owner who mends a url is not made to wait for what the old one did not do. */
static void a_new_url_is_tried_at_once(void **state)
{
    (void)state;
    struct test_sending t, old, again;
    unanswered = 5;
    send_path(&old, 9, "/hang");
    unanswered = 0;
    url_version++;
    send_path(&t, 9, "/ok-mended");
    expect(&t, DELIVERY_delivered, 200);
    assert_true(t.ended_us - t.begun_us < TIMEOUT_MS * INT64_C(500));
    expect(&old, DELIVERY_timeout, 0); /* it says nothing about the new one */
    send_path(&again, 9, "/ok-mended");
    expect(&again, DELIVERY_delivered, 200);
    url_version = 1;
}

/* Silent endpoints of two owners, a hundred each, leave a place for a third's. */
static void many_are_silent_and_no_other_notices(void **state)
{
    (void)state;
    static struct test_sending of_mallory[CAPACITY / 2], of_trudy[CAPACITY / 2];
    struct test_sending t;
    unanswered = 5;
    for (int i = 0; i < CAPACITY / 2; i++)
        send_path(&of_mallory[i], OF_MALLORY + i, "/hang");
    for (int i = 0; i < CAPACITY / 2; i++)
        send_path(&of_trudy[i], OF_TRUDY + i, "/hang");
    send_path(&t, 9, "/ok-was-away");
    unanswered = 0;
    expect(&t, DELIVERY_delivered, 200);
    for (int i = 0; i < CAPACITY / 2; i++) {
        wait_for(&of_mallory[i]);
        wait_for(&of_trudy[i]);
    }
}

/* What waits in front of a slow endpoint is given back before it is older than five seconds. */
static void nothing_stale_is_sent(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    static struct test_sending all[COUNT];
    int stale = 0;
    tear_down(NULL);
    open_dispatcher(true, (struct delivery_pace){.at_once = 1});
    for (int i = 0; i < COUNT; i++)
        send_path(&all[i], 1, i % 4 == 0 ? "/slow" : "/hang");
    for (int i = 0; i < COUNT; i++) {
        wait_for(&all[i]);
        assert_true(all[i].ended_us - all[i].begun_us < (6000 + TIMEOUT_MS) * INT64_C(1000));
        stale += !all[i].sending.was_tried && all[i].sending.delay == DELAY_stale;
    }
    assert_true(stale > 0);
}

/* Not more at once than it may have; all come in the end. */
static void as_many_at_once_as_it_may_have(void **state)
{
    (void)state;
    enum { COUNT = 30, HANGING = 10, AT_ONCE = 4 };
    static struct test_sending all[COUNT], hanging[HANGING];
    struct test_sending of_another;
    for (int i = 0; i < COUNT; i++)
        send_path(&all[i], 1, "/ok-many");
    for (int i = 0; i < COUNT; i++)
        expect(&all[i], DELIVERY_delivered, 200);
    assert_int_equal(receiver_distinct(http, "/ok-many"), COUNT);
    for (int i = 0; i < HANGING; i++)
        send_path(&hanging[i], 1, "/hang-many");
    assert_true(receiver_wait(http, "/hang-many", AT_ONCE, PATIENCE_MS));
    send_path(&of_another, 2, "/ok-meanwhile");
    expect(&of_another, DELIVERY_delivered, 200);
    assert_int_equal(receiver_count(http, "/hang-many"), AT_ONCE);
    for (int i = 0; i < HANGING; i++)
        wait_for(&hanging[i]);
}

static void as_fast_as_it_may_be(void **state)
{
    (void)state;
    enum { COUNT = 30 };
    static struct test_sending all[COUNT];
    tear_down(NULL);
    open_dispatcher(true, (struct delivery_pace){.at_once = 4, .per_second = 50});
    int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < COUNT; i++)
        send_path(&all[i], 1, "/ok-paced");
    for (int i = 0; i < COUNT; i++)
        wait_for(&all[i]);
    int64_t took_us = clock_monotonic_us() - start_us;
    assert_true(took_us > 400000 && took_us < 3000000); /* 30 at 50 a second, of which five in advance */
}

static void run(const char *command)
{
    const char *const argv[] = {"/bin/sh", "-ec", command, NULL};
    const struct process_spec spec = {.argv = argv, .directory = directory};
    if (process_run(&spec, PATIENCE_MS) != STATUS_OK)
        servers_fail("no certificates: %s", command);
}

/* ca.pem, and good, expired and other (another host's name), each with its key, signed by it; selfsigned is
 * signed by itself. */
static void make_certificates(void)
{
    run("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=test-ca\n"
        "openssl req -newkey rsa:2048 -nodes -keyout key -out csr -subj /CN=receiver\n"
        "sign() {\n"
        "  echo \"subjectAltName=$3\" >ext\n"
        "  openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days $2 -extfile ext -out "
        "cert\n"
        "  cat key cert >\"$1\"\n"
        "}\n"
        "sign good 30 IP:127.0.0.1\n"
        "sign expired -1 IP:127.0.0.1\n"
        "sign other 30 DNS:other.example\n"
        "openssl x509 -req -in csr -signkey key -days 30 -extfile ext -out cert\n"
        "cat key cert >selfsigned\n");
}

/* With an argument the exchange of keys is Diffie and Hellman's own, with the largest numbers there may be.
 */
static void start_tls(struct tls_receiver *r, const char *certificate, const char *is_dear)
{
    char path[SERVERS_PATH_SIZE + 32], port[16];
    const char *const argv[] = {"python3", PAYBUS_TLS_RECEIVER, port, path, is_dear, NULL};
    r->port = port_free();
    (void)snprintf(path, sizeof path, "%s/%s", directory, certificate);
    (void)snprintf(port, sizeof port, "%d", r->port);
    if (process_start(&(struct process_spec){.argv = argv}, &r->pid) != STATUS_OK)
        servers_fail("no receiver over TLS");
    for (int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS; !port_answers(r->port); pause_ms(10))
        if (clock_monotonic_ms() > until_ms)
            servers_fail("the receiver over TLS does not answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_is_read_up_to_64_kib, set_up, tear_down),
        cmocka_unit_test_setup_teardown(little_of_an_endless_answer_comes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_independent_verifier_accepts_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_accepts_two_signatures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(costly_handshakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asks_for_a_second_handshake, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asks_for_handshakes_endlessly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_may_not_be_sent_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(connections_are_pinned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_listens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_production, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_hangs_and_no_other_notices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_owner_hangs_and_no_other_notices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_hang_and_no_other_notices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_silent_gets_one_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_silent_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_url_is_tried_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_are_silent_and_no_other_notices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_stale_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_at_once_as_it_may_have, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_fast_as_it_may_be, set_up, tear_down),
    };
    monitor_init(&ended);
    servers_make_directory(directory);
    make_certificates();
    (void)snprintf(ca_file, sizeof ca_file, "%s/ca.pem", directory);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    http = receiver_start();
    start_tls(&good, "good", NULL);
    start_tls(&expired, "expired", NULL);
    start_tls(&other, "other", NULL);
    start_tls(&selfsigned, "selfsigned", NULL);
    start_tls(&dear, "good", "dear");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    const struct tls_receiver *const all[] = {&good, &expired, &other, &selfsigned, &dear};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (process_stop(all[i]->pid, SIGKILL, PATIENCE_MS, NULL) != STATUS_OK)
            servers_fail("a receiver over TLS does not end");
    receiver_stop(http);
    servers_remove_directory(directory);
    curl_global_cleanup();
    return failed;
}
