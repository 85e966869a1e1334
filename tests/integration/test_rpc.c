/* test_rpc.c - request and reply through a real nats-server: right answers under load, restarts, and the
   truth about what is known when there is no answer. */
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/rpc_internal.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define CLOSE_MS     2000
#define SLOTS        128
#define SUBJECT      "test.echo"
#define SLOW_SUBJECT "test.slow"
#define PATIENT_MS   300

static struct servers_nats nats;
static struct bus *bus;
static struct rpc *rpc;

static void open_bus(const char *name, struct bus **ret_bus)
{
    struct bus_options options = {.servers = nats.url, .name = name};
    assert_int_equal(bus_open(&options, ret_bus), STATUS_OK);
    assert_int_equal(bus_wait_connected(*ret_bus, 5000), STATUS_OK);
}

static int start(void **state)
{
    (void)state;
    servers_nats_create(&nats, NULL);
    open_bus("test_rpc", &bus);
    return rpc_open(bus, SLOTS, &rpc) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    rpc_close(rpc);
    bus_close(bus, CLOSE_MS);
    servers_nats_destroy(&nats);
    return 0;
}

/* A responder of its own connection that answers a request with its own text, the first `ignore` of them not.
 */
struct responder {
    struct bus *bus;
    natsSubscription *subscription;
    _Atomic int seen, ignore;
};

static void echo(natsConnection *connection, natsSubscription *subscription, natsMsg *m, void *context)
{
    (void)connection;
    (void)subscription;
    struct responder *r = context;
    if (atomic_fetch_add(&r->seen, 1) >= atomic_load(&r->ignore))
        (void)!bus_publish(r->bus, natsMsg_GetReply(m), NULL, NULL, natsMsg_GetData(m),
                           natsMsg_GetDataLength(m));
    natsMsg_Destroy(m);
}

static void responder_open(struct responder *r, int ignore)
{
    atomic_store(&r->seen, 0);
    atomic_store(&r->ignore, ignore);
    open_bus("responder", &r->bus);
    assert_int_equal(natsConnection_QueueSubscribe(&r->subscription, bus_raw(r->bus), SUBJECT, "q", echo, r),
                     NATS_OK);
    bus_flush(r->bus);
}

static void responder_close(struct responder *r)
{
    (void)natsSubscription_Unsubscribe(r->subscription);
    bus_close(r->bus, CLOSE_MS);
    natsSubscription_Destroy(r->subscription);
}

static struct rpc_call call_of(const char *text, int timeout_ms)
{
    return (struct rpc_call){.subject = SUBJECT,
                             .data = text,
                             .len = (int)strlen(text),
                             .deadline_us = clock_unix_us() + (int64_t)timeout_ms * 1000};
}

/* Makes the call and compares the answer's text; returns the status. */
static enum status ask(const struct rpc_call *call, bool *ret_right)
{
    natsMsg *reply = NULL;
    enum status s = rpc_request(rpc, call, &reply);
    if (s == STATUS_OK)
        *ret_right = natsMsg_GetDataLength(reply) == call->len &&
                     memcmp(natsMsg_GetData(reply), call->data, (size_t)call->len) == 0;
    natsMsg_Destroy(reply);
    return s;
}

static void assert_answered(const struct rpc_call *call)
{
    bool right = false;
    assert_int_equal(ask(call, &right), STATUS_OK);
    assert_true(right);
    assert_int_equal(rpc_in_flight(rpc), 0);
}

/* --- plain calls --- */

static void a_call_is_answered(void **state)
{
    (void)state;
    struct responder r;
    responder_open(&r, 0);
    for (int i = 0; i < 100; i++) {
        char text[32];
        snprintf(text, sizeof(text), "call %d", i);
        struct rpc_call call = call_of(text, 2000);
        assert_answered(&call);
    }
    assert_int_equal(atomic_load(&r.seen), 100);
    responder_close(&r);
}

enum { THREADS = 64, CALLS = 200 };

static void *call_many(void *context)
{
    int id = *(int *)context, right_answers = 0;
    for (int i = 0; i < CALLS; i++) {
        char text[32];
        bool right = false;
        snprintf(text, sizeof(text), "thread %d call %d", id, i);
        struct rpc_call call = call_of(text, 30000);
        if (ask(&call, &right) == STATUS_OK && right)
            right_answers++;
    }
    *(int *)context = right_answers;
    nats_ReleaseThreadMemory();
    return NULL;
}

static void many_threads_get_their_own_answers(void **state)
{
    (void)state;
    struct responder r;
    pthread_t threads[THREADS];
    int results[THREADS];
    responder_open(&r, 0);
    for (int i = 0; i < THREADS; i++) {
        results[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, call_many, &results[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(results[i], CALLS);
    }
    assert_int_equal(rpc_in_flight(rpc), 0);
    responder_close(&r);
}

/* --- nobody answers --- */

static void nobody_listens(void **state)
{
    (void)state;
    natsMsg *reply = NULL;
    struct rpc_call call = call_of("x", 5000);
    int64_t before_ms = clock_monotonic_ms();
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNAVAILABLE);
    assert_true(clock_monotonic_ms() - before_ms < 1000);
    call.no_responder_retry_ms = 200;
    before_ms = clock_monotonic_ms();
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNAVAILABLE);
    assert_in_range(clock_monotonic_ms() - before_ms, 100, 2000);
    assert_null(reply);
}

static void *open_responder_late(void *context)
{
    pause_ms(150);
    responder_open(context, 0);
    return NULL;
}

static void a_late_responder_shows_as_latency(void **state)
{
    (void)state;
    struct responder r;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, open_responder_late, &r), 0);
    struct rpc_call call = call_of("x", 5000);
    call.no_responder_retry_ms = 4000;
    int64_t before_ms = clock_monotonic_ms();
    assert_answered(&call);
    assert_true(clock_monotonic_ms() - before_ms >= 100);
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&r.seen), 1);
    responder_close(&r);
}

static void silence_until_the_deadline_is_unknown(void **state)
{
    (void)state;
    struct responder r;
    natsMsg *reply = NULL;
    responder_open(&r, 1);
    struct rpc_call call = call_of("x", 100);
    int64_t before_ms = clock_monotonic_ms();
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNKNOWN);
    assert_in_range(clock_monotonic_ms() - before_ms, 95, 1500);
    assert_int_equal(atomic_load(&r.seen), 1);
    responder_close(&r);
}

static void a_deadline_in_the_past_sends_nothing(void **state)
{
    (void)state;
    struct responder r;
    natsMsg *reply = NULL;
    responder_open(&r, 0);
    struct rpc_call call = call_of("x", -1);
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNAVAILABLE);
    call = call_of("y", 2000);
    assert_answered(&call);
    assert_int_equal(atomic_load(&r.seen), 1);
    responder_close(&r);
}

static void silence_is_asked_again_when_allowed(void **state)
{
    (void)state;
    struct responder r;
    responder_open(&r, 2);
    struct rpc_call call = call_of("x", 5000);
    call.resend_after_ms = 50;
    assert_answered(&call);
    assert_int_equal(atomic_load(&r.seen), 3);
    responder_close(&r);
}

/* One of two listeners takes its share and never answers. */
static void one_that_stands_still_is_known_soon(void **state)
{
    (void)state;
    struct responder alive, still;
    struct rpc *shared = rpc;
    assert_int_equal(rpc_open(bus, SLOTS, &rpc),
                     STATUS_OK); /* one that does not know yet that somebody does */
    responder_open(&alive, 0);
    responder_open(&still, INT_MAX);
    int64_t before_ms = clock_monotonic_ms();
    for (int i = 0; i < 60; i++) {
        struct rpc_call call = call_of("x", 20000);
        call.resend_after_ms = 1000;
        call.resend_soon_ms = 20;
        assert_answered(&call);
    }
    assert_in_range(atomic_load(&still.seen), 10, 1000);
    /* By resend_after_ms alone it is a minute. Which of the two gets a try is drawn by lot: it is known after
       two good draws running, and ten bad ones before that are not rare. */
    assert_in_range(clock_monotonic_ms() - before_ms, 1000, 30000);
    responder_close(&still);
    responder_close(&alive);
    rpc_close(rpc);
    rpc = shared;
}

/* The later try is answered at once; but no first one is, so nobody stands still, it is just slow. */
static void where_all_are_slow_nothing_is_sent_sooner(void **state)
{
    (void)state;
    struct responder r;
    struct rpc *shared = rpc;
    assert_int_equal(rpc_open(bus, SLOTS, &rpc), STATUS_OK); /* one that remembers no quick answers */
    responder_open(&r, 0);
    for (int i = 0; i < 2; i++) {
        atomic_store(&r.seen, 0);
        atomic_store(&r.ignore, 1);
        struct rpc_call call = call_of("x", 5000);
        call.resend_after_ms = 600;
        call.resend_soon_ms = 5;
        int64_t before_ms = clock_monotonic_ms();
        assert_answered(&call);
        assert_int_equal(atomic_load(&r.seen), 2);
        assert_true(clock_monotonic_ms() - before_ms >= 600);
    }
    responder_close(&r);
    rpc_close(rpc);
    rpc = shared;
}

/* A responder that answers the first try of a request when the second one comes. */
struct hesitant {
    struct bus *bus;
    natsSubscription *subscription;
    natsMsg *first;
};

static bool same_data(natsMsg *a, natsMsg *b)
{
    return natsMsg_GetDataLength(a) == natsMsg_GetDataLength(b) &&
           memcmp(natsMsg_GetData(a), natsMsg_GetData(b), (size_t)natsMsg_GetDataLength(a)) == 0;
}

static void answer_first_try(natsConnection *connection, natsSubscription *subscription, natsMsg *m,
                             void *context)
{
    (void)connection;
    (void)subscription;
    struct hesitant *h = context;
    if (h->first && same_data(h->first, m)) {
        (void)!bus_publish(h->bus, natsMsg_GetReply(h->first), NULL, NULL, natsMsg_GetData(m),
                           natsMsg_GetDataLength(m));
        natsMsg_Destroy(m);
        return;
    }
    natsMsg_Destroy(h->first);
    h->first = m;
}

static void hesitant_open(struct hesitant *h)
{
    *h = (struct hesitant){0};
    open_bus("hesitant", &h->bus);
    assert_int_equal(
        natsConnection_Subscribe(&h->subscription, bus_raw(h->bus), SLOW_SUBJECT, answer_first_try, h),
        NATS_OK);
    bus_flush(h->bus);
}

static void hesitant_close(struct hesitant *h)
{
    bus_close(h->bus, CLOSE_MS);
    natsSubscription_Destroy(h->subscription);
    natsMsg_Destroy(h->first);
}

static void ask_patiently(const char *subject, const char *text, int64_t *ret_took_ms)
{
    struct rpc_call call = call_of(text, 20000);
    call.subject = subject;
    call.resend_after_ms = PATIENT_MS;
    call.resend_soon_ms = 20;
    int64_t before_ms = clock_monotonic_ms();
    assert_answered(&call);
    *ret_took_ms = clock_monotonic_ms() - before_ms;
}

/* One message is lost among quick answers and slow ones. The early tries this brings to the slow calls are
   answered at once too, yet those answers are to their first tries: nothing more was lost. */
static void early_tries_do_not_keep_themselves_going(void **state)
{
    (void)state;
    struct responder quick;
    struct hesitant slow;
    struct rpc *shared = rpc;
    int64_t took_ms = 0;
    assert_int_equal(rpc_open(bus, SLOTS, &rpc), STATUS_OK);
    responder_open(&quick, 0);
    hesitant_open(&slow);
    ask_patiently(SUBJECT, "quick", &took_ms);
    atomic_store(&quick.ignore, atomic_load(&quick.seen) + 1);
    ask_patiently(SUBJECT, "lost once", &took_ms);
    assert_true(took_ms >= PATIENT_MS);
    atomic_fetch_sub(&rpc->missed_us, 4000000); /* as if four of the five seconds it counts had passed */

    int64_t end_ms = clock_monotonic_ms() + 1500;
    for (int i = 0; clock_monotonic_ms() < end_ms; i++) {
        char text[32];
        snprintf(text, sizeof(text), "slow %d", i);
        ask_patiently(SUBJECT, "quick", &took_ms);
        ask_patiently(SLOW_SUBJECT, text, &took_ms);
    }
    assert_true(took_ms >= PATIENT_MS);
    hesitant_close(&slow);
    responder_close(&quick);
    rpc_close(rpc);
    rpc = shared;
}

/* Bulk takes its time, whoever is well: that some of it had to be sent again says nothing about the others.
 */
static void calls_never_sent_sooner_teach_nothing(void **state)
{
    (void)state;
    struct responder r;
    struct rpc *shared = rpc;
    int64_t took_ms;
    assert_int_equal(rpc_open(bus, SLOTS, &rpc), STATUS_OK);
    responder_open(&r, 0);
    ask_patiently(SUBJECT, "quick", &took_ms);
    atomic_store(&r.ignore, atomic_load(&r.seen) + 1);
    struct rpc_call bulk = call_of("bulk", 20000);
    bulk.resend_after_ms = 50;
    assert_answered(&bulk);
    atomic_store(&r.ignore, atomic_load(&r.seen) + 1);
    ask_patiently(SUBJECT, "lost once", &took_ms);
    assert_true(took_ms >= PATIENT_MS);
    responder_close(&r);
    rpc_close(rpc);
    rpc = shared;
}

static void a_frozen_server_does_not_hold_a_call_beyond_its_deadline(void **state)
{
    (void)state;
    natsMsg *reply = NULL;
    servers_nats_freeze(&nats);
    struct rpc_call call = call_of("x", 50);
    int64_t before_ms = clock_monotonic_ms();
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNKNOWN);
    assert_in_range(clock_monotonic_ms() - before_ms, 45, 500);
    servers_nats_thaw(&nats);
}

/* The first try was taken by a responder that died; that later ones are refused does not undo it. */
static void a_refused_repetition_stays_unknown(void **state)
{
    (void)state;
    struct bus *mute = NULL;
    natsSubscription *subscription = NULL;
    natsMsg *reply = NULL;
    open_bus("mute", &mute);
    assert_int_equal(natsConnection_SubscribeSync(&subscription, bus_raw(mute), SUBJECT), NATS_OK);
    assert_int_equal(natsSubscription_AutoUnsubscribe(subscription, 1), NATS_OK);
    bus_flush(mute);
    struct rpc_call call = call_of("x", 400);
    call.resend_after_ms = 50;
    call.no_responder_retry_ms = 100;
    int64_t before_ms = clock_monotonic_ms();
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNKNOWN);
    assert_in_range(clock_monotonic_ms() - before_ms, 395, 2000);
    natsSubscription_Destroy(subscription);
    bus_close(mute, CLOSE_MS);
}

/* The answer to an earlier call of the same slot comes during a later one. */
static void late_replies_are_dropped(void **state)
{
    (void)state;
    struct bus *slow = NULL;
    natsSubscription *subscription = NULL;
    natsMsg *first = NULL, *second = NULL, *reply = NULL;
    open_bus("slow", &slow);
    assert_int_equal(natsConnection_SubscribeSync(&subscription, bus_raw(slow), SUBJECT), NATS_OK);
    bus_flush(slow);
    struct rpc_call call = call_of("first", 50);
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNKNOWN);
    call = call_of("second", 50);
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNKNOWN);
    assert_int_equal(natsSubscription_NextMsg(&first, subscription, 2000), NATS_OK);
    assert_int_equal(natsSubscription_NextMsg(&second, subscription, 2000), NATS_OK);
    assert_string_not_equal(natsMsg_GetReply(first), natsMsg_GetReply(second));
    for (int i = 0; i < 3; i++)
        assert_int_equal(bus_publish(slow, natsMsg_GetReply(first), NULL, NULL, "late", 4), STATUS_OK);
    bus_flush(slow);
    natsMsg_Destroy(first);
    natsMsg_Destroy(second);
    natsSubscription_Destroy(subscription);
    bus_close(slow, CLOSE_MS);
    struct responder r;
    responder_open(&r, 0);
    call = call_of("third", 2000);
    assert_answered(&call);
    responder_close(&r);
}

static void no_slot_is_said_at_once(void **state)
{
    (void)state;
    struct rpc *small = NULL;
    assert_int_equal(rpc_open(bus, 1, &small), STATUS_OK);
    struct rpc_slot *held = NULL;
    natsMsg *reply = NULL;
    assert_int_equal(rpc_slot_take(small, &held), STATUS_OK);
    struct rpc_call call = call_of("x", 2000);
    assert_int_equal(rpc_request(small, &call, &reply), STATUS_FULL);
    rpc_slot_give(small, held);
    rpc_close(small);
}

static void malformed_calls_are_refused(void **state)
{
    (void)state;
    natsMsg *reply = NULL;
    struct rpc_call call = call_of("x", 2000);
    call.subject = "";
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_INVALID);
}

/* --- nats-server dies --- */

static bool is_disconnected(void *context)
{
    return !bus_is_connected(context);
}

static void without_a_server_nothing_is_handed_over(void **state)
{
    (void)state;
    natsMsg *reply = NULL;
    servers_nats_kill(&nats);
    assert_true(eventually(is_disconnected, bus, 5000));
    struct rpc_call call = call_of("x", 300);
    call.no_responder_retry_ms = 1000;
    assert_int_equal(rpc_request(rpc, &call, &reply), STATUS_UNAVAILABLE);
    servers_nats_start(&nats);
    assert_int_equal(bus_wait_connected(bus, 5000), STATUS_OK);
}

struct background_call {
    struct rpc_call call;
    enum status status;
    bool right;
    _Atomic bool done;
};

static void *call_in_background(void *context)
{
    struct background_call *b = context;
    b->status = ask(&b->call, &b->right);
    atomic_store(&b->done, true);
    nats_ReleaseThreadMemory();
    return NULL;
}

static bool has_seen_one(void *context)
{
    struct responder *r = context;
    return atomic_load(&r->seen) >= 1;
}

/* The request reached a responder, the server died before the reply: sent again after the reconnect, not
   before, for its own repetition would come much later. */
static void a_reconnect_sends_again(void **state)
{
    (void)state;
    struct responder r;
    pthread_t thread;
    responder_open(&r, 1);
    struct background_call b = {.call = call_of("x", 30000)};
    b.call.resend_after_ms = 20000;
    b.call.no_responder_retry_ms = 10000;
    int64_t before_ms = clock_monotonic_ms();
    assert_int_equal(pthread_create(&thread, NULL, call_in_background, &b), 0);
    assert_true(eventually(has_seen_one, &r, 5000));
    servers_nats_kill(&nats);
    assert_true(eventually(is_disconnected, bus, 5000));
    assert_false(atomic_load(&b.done));
    servers_nats_start(&nats);
    pthread_join(thread, NULL);
    assert_int_equal(b.status, STATUS_OK);
    assert_true(b.right);
    assert_true(clock_monotonic_ms() - before_ms < 15000);
    assert_true(atomic_load(&r.seen) >= 2);
    responder_close(&r);
}

static void a_reconnect_does_not_send_again_when_forbidden(void **state)
{
    (void)state;
    struct responder r;
    pthread_t thread;
    responder_open(&r, 1);
    struct background_call b = {.call = call_of("x", 3000)};
    assert_int_equal(pthread_create(&thread, NULL, call_in_background, &b), 0);
    assert_true(eventually(has_seen_one, &r, 5000));
    servers_nats_kill(&nats);
    servers_nats_start(&nats);
    pthread_join(thread, NULL);
    assert_int_equal(b.status, STATUS_UNKNOWN);
    assert_int_equal(atomic_load(&r.seen), 1);
    responder_close(&r);
}

/* Calls under way from many threads while the server is killed twice: with repetition allowed all are
 * answered. */
static void many_threads_survive_kills(void **state)
{
    (void)state;
    enum { CALLERS = 32 };
    struct responder r;
    pthread_t threads[CALLERS];
    static struct background_call calls[CALLERS];
    responder_open(&r, 0);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < CALLERS; i++) {
            calls[i] = (struct background_call){.call = call_of("x", 30000)};
            calls[i].call.resend_after_ms = 500;
            calls[i].call.no_responder_retry_ms = 20000;
            assert_int_equal(pthread_create(&threads[i], NULL, call_in_background, &calls[i]), 0);
        }
        servers_nats_kill(&nats);
        servers_nats_start(&nats);
        for (int i = 0; i < CALLERS; i++) {
            pthread_join(threads[i], NULL);
            assert_int_equal(calls[i].status, STATUS_OK);
            assert_true(calls[i].right);
        }
    }
    responder_close(&r);
}

int main(void)
{
    log_init("test_rpc", "1", LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_answered),
        cmocka_unit_test(many_threads_get_their_own_answers),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_late_responder_shows_as_latency),
        cmocka_unit_test(silence_until_the_deadline_is_unknown),
        cmocka_unit_test(a_deadline_in_the_past_sends_nothing),
        cmocka_unit_test(silence_is_asked_again_when_allowed),
        cmocka_unit_test(one_that_stands_still_is_known_soon),
        cmocka_unit_test(where_all_are_slow_nothing_is_sent_sooner),
        cmocka_unit_test(calls_never_sent_sooner_teach_nothing),
        cmocka_unit_test(early_tries_do_not_keep_themselves_going),
        cmocka_unit_test(a_frozen_server_does_not_hold_a_call_beyond_its_deadline),
        cmocka_unit_test(a_refused_repetition_stays_unknown),
        cmocka_unit_test(late_replies_are_dropped),
        cmocka_unit_test(no_slot_is_said_at_once),
        cmocka_unit_test(malformed_calls_are_refused),
        cmocka_unit_test(without_a_server_nothing_is_handed_over),
        cmocka_unit_test(a_reconnect_sends_again),
        cmocka_unit_test(a_reconnect_does_not_send_again_when_forbidden),
        cmocka_unit_test(many_threads_survive_kills),
    };
    return cmocka_run_group_tests_name("rpc", tests, start, stop);
}
