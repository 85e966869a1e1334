/* test_dead_letters.c - dead letters leave as operators want it: by `nats req` with an id, a sequence, an
   event, a filter, by a message published by hand, or discarded; each has one effect at most, and PAY_DLQ
   shows those that are open, whatever is lost on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "e2e_statements.h"
#include "tests/e2e/inbound.h"
#include "tests/support/jetstream.h"
#include "tests/support/process.h"

#define WAIT_MS 60000
#define SOON_MS 8000 /* before a message that was sent back would come again */
#define AMOUNT  11
#define LARGE   (600 << 10)
#define REPLAY  "pay.ops.dlq.replay"

static struct harness h;
static struct inbound in;
static char account[TYPEID_TEXT_SIZE], answer[INBOUND_ANSWER_SIZE];

static bool mirror_is_right(void *context)
{
    (void)context;
    struct inbound_dead dead = inbound_dead(&in);
    return dead.published == dead.open && inbound_stream_messages(&in, "PAY_DLQ") == dead.open;
}

/* Funds that fail once. */
static size_t make_failing(const char *prefix, int count)
{
    char payload[160];
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}",
                   account, AMOUNT);
    size_t first = inbound_add(&in, prefix, count, "demo.fund", payload);
    inbound_fail(&in, prefix, count, 1);
    return first;
}

static void set_attempts(size_t first, size_t count)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, 1 << 16);
    db_array_open(&p, DB_UUID);
    for (size_t i = first; i < first + count; i++)
        db_array_uuid(&p, &in.work[i]);
    db_array_close(&p);
    assert_int_equal(db_query(in.db, E2E_SQL_TIRE_WORK, &p, &r), STATUS_OK);
}

/* Its last attempt fails by an injected failure. The relay publishes it as soon as it is committed. */
static size_t dead_ones(const char *prefix, int count)
{
    assert_int_equal(db_exec(in.db, "begin"), STATUS_OK);
    size_t first = make_failing(prefix, count);
    set_attempts(first, (size_t)count);
    assert_int_equal(db_exec(in.db, "commit"), STATUS_OK);
    inbound_publish(&in, first, (size_t)count, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    for (int i = 0; i < count; i++) {
        struct inbound_work w = inbound_find(&in, first + (size_t)i);
        assert_string_equal(w.state, "dead");
        assert_string_equal(w.error, "injected failure");
        assert_int_equal(w.attempts, 6);
    }
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    return first;
}

/* What PAY_DLQ has last. */
static natsMsg *last_dead_letter(void)
{
    jsCtx *js = NULL;
    jsStreamInfo *info = NULL;
    natsMsg *message = NULL;
    assert_int_equal(jetstream_open(&js, in.ops), NATS_OK);
    assert_int_equal(js_GetStreamInfo(&info, js, "PAY_DLQ", NULL, NULL), NATS_OK);
    assert_int_equal(js_GetMsg(&message, js, "PAY_DLQ", info->State.LastSeq, NULL, NULL), NATS_OK);
    jsStreamInfo_Destroy(info);
    jsCtx_Destroy(js);
    return message;
}

static void expect_header(natsMsg *message, const char *name, const char *wanted)
{
    const char *text = NULL;
    assert_int_equal(natsMsgHeader_Get(message, name, &text), NATS_OK);
    assert_string_equal(text, wanted);
}

/* The message of the work as it was, and what became of it; no header of the one that was given up, whose id
   would have a replay taken for a duplicate. */
static void told_by_their_messages(void **state)
{
    (void)state;
    enum { HEADERS = 6 };
    char id[TYPEID_TEXT_SIZE], work[TYPEID_TEXT_SIZE], text[128];
    const char **names = NULL;
    int64_t seq = 0;
    int count = 0;
    size_t index = inbound_add(&in, "told-", 1, "demo.fund", "{}"); /* ledger-svc relays it */
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    inbound_dead_letter(&in, index, id, &seq);
    inbound_id(&in, index, work);
    natsMsg *message = last_dead_letter();
    assert_int_equal(natsMsgHeader_Keys(message, &names, &count), NATS_OK);
    assert_int_equal(count, HEADERS);
    free((void *)names);
    (void)snprintf(text, sizeof text, "%s:1", id);
    expect_header(message, "Nats-Msg-Id", text);
    expect_header(message, "Paybus-Dead-Letter", id);
    (void)snprintf(text, sizeof text, "pay.work.webhook.%s", work);
    expect_header(message, "Paybus-Orig-Subject", text);
    expect_header(message, "Paybus-Attempts", "1");
    expect_header(message, "Paybus-Error", "missing_field: payload/account is required");
    json_t *body = json_loadb(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(body, "id")), work);
    assert_string_equal(json_string_value(json_object_get(body, "type")), "paybus.work.webhook");
    expect_header(message, "Paybus-Orig-Time", json_string_value(json_object_get(body, "time")));
    json_decref(body);
    natsMsg_Destroy(message);
    (void)snprintf(text, sizeof text, "{\"id\":\"%s\"}", id);
    assert_int_equal(inbound_ask(&in, "pay.ops.dlq.discard", text, answer), 200);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
}

static bool is_replayed(void *context)
{
    const size_t *index = context;
    struct inbound_work w = inbound_find(&in, *index);
    return w.generation == 2 && strcmp(w.state, "processed") == 0;
}

/* All that was replayed so far is counted, whichever way it was. */
static void check_replays_are_counted(int count)
{
    static int64_t replays;
    replays += count;
    assert_int_equal(program_metric(&h.webhooks[0], "paybus_work_replayed_total{kind=\"webhook\"}"), replays);
}

static void check_replayed(size_t first, int count, int64_t effects_before)
{
    for (size_t i = first; i < first + (size_t)count; i++) {
        assert_true(eventually(is_replayed, &i, WAIT_MS));
        assert_int_equal(inbound_find(&in, i).attempts, 1);
    }
    assert_int_equal(inbound_effects(&in), effects_before + count);
    assert_int_equal(inbound_dead(&in).missing, 0);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    check_replays_are_counted(count);
}

static void replayed_by_id(void **state)
{
    (void)state;
    char id[TYPEID_TEXT_SIZE], request[128];
    int64_t seq = 0, effects = inbound_effects(&in);
    size_t first = dead_ones("id-", 1);
    inbound_dead_letter(&in, first, id, &seq);
    (void)snprintf(request, sizeof request, "{\"id\":\"%s\",\"actor\":\"ann\"}", id);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 202);
    assert_string_equal(answer, "{\"replayed\":1,\"dead_letters\":1,\"matched\":1,\"dry_run\":false}");
    check_replayed(first, 1, effects);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 200);
    assert_string_equal(answer, "{\"replayed\":0,\"dead_letters\":0,\"matched\":0,\"dry_run\":false}");
    assert_int_equal(inbound_effects(&in), effects + 1);
}

static void replayed_by_sequence(void **state)
{
    (void)state;
    char id[TYPEID_TEXT_SIZE], request[64];
    int64_t seq = 0, effects = inbound_effects(&in);
    size_t first = dead_ones("seq-", 1);
    inbound_dead_letter(&in, first, id, &seq);
    assert_true(seq > 0);
    (void)snprintf(request, sizeof request, "{\"seq\":%lld}", (long long)seq);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 202);
    check_replayed(first, 1, effects);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 404);
}

static void replayed_by_filter(void **state)
{
    (void)state;
    int64_t effects = inbound_effects(&in);
    size_t first = dead_ones("many-", 20);
    static const char filter[] = "\"filter\":{\"kind\":\"webhook\",\"event_type\":\"demo.fund\","
                                 "\"error_contains\":\"injected\",\"from\":\"2020-01-01T00:00:00Z\"}";
    char request[256];
    (void)snprintf(request, sizeof request, "{%s,\"dry_run\":true}", filter);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 200);
    assert_string_equal(answer, "{\"replayed\":0,\"dead_letters\":0,\"matched\":20,\"dry_run\":true}");
    assert_int_equal(inbound_dead(&in).open, 20);
    (void)snprintf(request, sizeof request, "{%s,\"limit\":5}", filter);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 202);
    assert_string_equal(answer, "{\"replayed\":5,\"dead_letters\":5,\"matched\":20,\"dry_run\":false}");
    (void)snprintf(request, sizeof request, "{%s}", filter);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 202);
    check_replayed(first, 20, effects);
}

static void replayed_by_hand(void **state)
{
    (void)state;
    int64_t effects = inbound_effects(&in);
    size_t first = dead_ones("hand-", 1);
    inbound_publish_by_hand(&in, first);
    inbound_publish_by_hand(&in, first);
    check_replayed(first, 1, effects);
}

static void run_on(size_t index, int statement)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    db_params_init(&p, 256);
    db_param_uuid(&p, &in.work[index]);
    assert_int_equal(db_query(in.db, statement, &p, &r), STATUS_OK);
}

static void ask_for_replay(size_t index)
{
    char id[TYPEID_TEXT_SIZE], request[96];
    int64_t seq = 0;
    inbound_dead_letter(&in, index, id, &seq);
    (void)snprintf(request, sizeof request, "{\"id\":\"%s\"}", id);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 202);
}

static void publish_by_hand(size_t index)
{
    inbound_publish_by_hand(&in, index);
}

static bool facts_are_written(void *context)
{
    const int64_t *wanted = context;
    return harness_number(&h, E2E_SQL_COUNT_DEAD_LETTER_FACTS) == *wanted;
}

/* No key is known any more: their partitions are dropped, and others made for what comes. */
static void forget_all_keys(void)
{
    struct inbound_dead dead = inbound_dead(&in);
    int64_t facts = 2 * dead.all - dead.open;
    assert_true(eventually(facts_are_written, &facts, WAIT_MS)); /* nothing more comes meanwhile */
    assert_true(harness_number(&h, E2E_SQL_COUNT_KEYS) > 0);
    assert_int_equal(
        db_exec(
            in.db,
            "do $$ declare p regclass; begin "
            "for p in select inhrelid from pg_inherits where inhparent = 'paybus.idempotency_keys'::regclass "
            "loop execute 'drop table ' || p; end loop; perform paybus.ensure_partitions(14); end $$"),
        STATUS_OK);
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_KEYS), 0);
}

/* The effect was there, its worker died before it could say so, and the keys are long forgotten. */
static void a_month_later_nothing_happens_twice(void **state)
{
    (void)state;
    static void (*const ways[])(size_t index) = {ask_for_replay, publish_by_hand};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char payload[160], prefix[16];
        (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}",
                       account, AMOUNT);
        (void)snprintf(prefix, sizeof prefix, "old-%zu-", i);
        size_t index = inbound_add(&in, prefix, 1, "demo.fund", payload);
        inbound_publish(&in, index, 1, 1);
        assert_true(inbound_wait(&in, WAIT_MS));
        int64_t effects = inbound_effects(&in), available = harness_available(&h, account);
        run_on(index, E2E_SQL_BURY_PROCESSED);
        forget_all_keys();
        ways[i](index);
        assert_true(eventually(is_replayed, &index, WAIT_MS));
        assert_int_equal(inbound_effects(&in), effects);
        assert_int_equal(harness_available(&h, account), available);
        assert_int_equal(inbound_dead(&in).open, 0);
        assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    }
}

/* What a full PAY_DLQ does not take stays in the database until there is room. */
static void pay_dlq_is_full(void **state)
{
    (void)state;
    assert_int_equal(inbound_dead(&in).open, 0);
    inbound_refuse(&in, "PAY_DLQ", true);
    size_t first = inbound_add(&in, "full-", 5, "demo.fund", "{\"nothing\":1}");
    inbound_publish(&in, first, 5, 1);
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_dead(&in).of_dead_work, 5);
    assert_int_equal(inbound_dead(&in).published, 0);
    inbound_refuse(&in, "PAY_DLQ", false);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    assert_int_equal(inbound_dead(&in).published, 5);
    for (size_t i = first; i < first + 5; i++) {
        char id[TYPEID_TEXT_SIZE], request[96];
        int64_t seq = 0;
        inbound_dead_letter(&in, i, id, &seq);
        (void)snprintf(request, sizeof request, "{\"id\":\"%s\"}", id);
        assert_int_equal(inbound_ask(&in, "pay.ops.dlq.discard", request, answer), 200);
    }
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
}

/* Each dead letter of the tests before was made and resolved, each by whom it was. */
static void facts_tell_of_them(void **state)
{
    (void)state;
    int64_t wanted = 2 * inbound_dead(&in).all;
    assert_true(wanted > 0);
    assert_true(eventually(facts_are_written, &wanted, WAIT_MS));
    assert_int_equal(harness_number(&h, E2E_SQL_COUNT_REPLAYS_BY_ANN), 1);
}

static void listed(void **state)
{
    (void)state;
    char id[TYPEID_TEXT_SIZE], work[TYPEID_TEXT_SIZE], wanted[256], request[96];
    int64_t seq = 0;
    size_t first = dead_ones("list-", 3);
    inbound_dead_letter(&in, first, id, &seq);
    inbound_id(&in, first, work);
    assert_int_equal(inbound_ask(&in, "pay.ops.dlq.list", "{\"limit\":2}", answer), 200);
    assert_non_null(strstr(answer, "\"after\":\"dl_"));
    (void)snprintf(request, sizeof request, "{\"after\":\"%.29s\"}", strstr(answer, "\"after\":\"") + 9);
    assert_int_equal(inbound_ask(&in, "pay.ops.dlq.list", request, answer), 200);
    assert_non_null(strstr(answer, "\"after\":null"));
    assert_int_equal(inbound_ask(&in, "pay.ops.dlq.list", "", answer), 200);
    (void)snprintf(wanted, sizeof wanted,
                   "{\"id\":\"%s\",\"work\":\"%s\",\"kind\":\"webhook\",\"object\":\"whe_", id, work);
    assert_non_null(strstr(answer, wanted));
    assert_int_equal(inbound_ask(&in, REPLAY, "{\"filter\":{\"kind\":\"webhook\"}}", answer), 202);
    assert_true(inbound_wait(&in, WAIT_MS));
}

static bool nameless_is_dead(void *context)
{
    return inbound_dead(&in).open == *(int64_t *)context;
}

static void nameless_ones_can_be_discarded(void **state)
{
    (void)state;
    int64_t wanted = inbound_dead(&in).open + 1;
    assert_int_equal(natsConnection_PublishString(in.ops, "pay.work.webhook.nonsense", "what is this"),
                     NATS_OK);
    assert_true(eventually(nameless_is_dead, &wanted, WAIT_MS));
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    assert_int_equal(inbound_ask(&in, "pay.ops.dlq.list", "{}", answer), 200);
    const char *id = strstr(answer, "dl_");
    char request[64];
    assert_non_null(id);
    (void)snprintf(request, sizeof request, "{\"id\":\"%.29s\"}", id);
    assert_int_equal(inbound_ask(&in, REPLAY, request, answer), 422);
    assert_int_equal(inbound_ask(&in, "pay.ops.dlq.discard", request, answer), 200);
    assert_string_equal(answer, "{\"discarded\":1}");
    wanted--;
    assert_true(nameless_is_dead(&wanted));
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
}

static void discard_all(void)
{
    int64_t wanted = 0;
    for (int64_t open = inbound_dead(&in).open; open > 0; open--) {
        char request[64];
        assert_int_equal(inbound_ask(&in, "pay.ops.dlq.list", "{\"limit\":1}", answer), 200);
        (void)snprintf(request, sizeof request, "{\"id\":\"%.29s\"}", strstr(answer, "dl_"));
        assert_int_equal(inbound_ask(&in, "pay.ops.dlq.discard", request, answer), 200);
    }
    assert_true(nameless_is_dead(&wanted));
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
}

/* Of the only open one. */
static void lose(uint64_t seq)
{
    natsConnection *webhook = inbound_connect(&in, "webhook");
    jsCtx *js = NULL;
    assert_int_equal(jetstream_open(&js, webhook), NATS_OK);
    assert_int_equal(js_DeleteMsg(js, "PAY_DLQ", seq, NULL, NULL), NATS_OK);
    jsCtx_Destroy(js);
    natsConnection_Destroy(webhook);
    assert_int_equal(db_exec(in.db, "update paybus.dead_letters set stream_seq = null, "
                                    "publication = publication + 1 where resolved_at is null"),
                     STATUS_OK);
}

/* By whom it is published at first, and by the sweeper when the stream has lost it. */
static void large_ones_are_cut_and_say_so(void **state)
{
    (void)state;
    static char large[LARGE];
    int64_t wanted = inbound_dead(&in).open + 1;
    memset(large, 'x', sizeof large);
    assert_int_equal(natsConnection_Publish(in.ops, "pay.work.webhook.large", large, sizeof large), NATS_OK);
    assert_true(eventually(nameless_is_dead, &wanted, WAIT_MS));
    for (int i = 0; i < 2; i++) {
        const char *text = NULL;
        assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
        natsMsg *message = last_dead_letter();
        assert_int_equal(natsMsg_GetDataLength(message), 512 << 10);
        assert_int_equal(natsMsgHeader_Get(message, "Paybus-Payload-Cut-From", &text), NATS_OK);
        assert_int_equal(strtol(text, NULL, 10), LARGE);
        lose(natsMsg_GetSequence(message));
        natsMsg_Destroy(message);
    }
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    discard_all();
}

static bool work_is_gone(void *context)
{
    (void)context;
    return inbound_stream_messages(&in, "PAY_WORK") == 0;
}

/* Its row is there: its message need not come again and again until PAY_DLQ has room. */
static void nameless_ones_do_not_wait_for_room(void **state)
{
    (void)state;
    int64_t wanted = inbound_dead(&in).open + 3;
    assert_true(eventually(work_is_gone, NULL, WAIT_MS));
    inbound_refuse(&in, "PAY_DLQ", true);
    for (int i = 0; i < 3; i++)
        assert_int_equal(natsConnection_PublishString(in.ops, "pay.work.webhook.nobody", "?"), NATS_OK);
    assert_true(eventually(nameless_is_dead, &wanted, WAIT_MS));
    assert_true(eventually(work_is_gone, NULL, SOON_MS));
    inbound_refuse(&in, "PAY_DLQ", false);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    discard_all();
}

/* It was resolved while one published it who was killed then. */
static void strays_are_removed(void **state)
{
    (void)state;
    char id[TYPEID_TEXT_SIZE], work[TYPEID_TEXT_SIZE], subject[96], request[96];
    int64_t seq = 0;
    size_t index = dead_ones("stray-", 1);
    inbound_dead_letter(&in, index, id, &seq);
    inbound_id(&in, index, work);
    (void)snprintf(request, sizeof request, "{\"id\":\"%s\"}", id);
    assert_int_equal(inbound_ask(&in, "pay.ops.dlq.discard", request, answer), 200);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    natsConnection *webhook = inbound_connect(&in, "webhook");
    natsMsg *message = NULL;
    (void)snprintf(subject, sizeof subject, "pay.dlq.webhook.%s", work);
    assert_int_equal(natsMsg_Create(&message, subject, NULL, "{}", 2), NATS_OK);
    assert_int_equal(natsMsgHeader_Set(message, "Paybus-Dead-Letter", id), NATS_OK);
    assert_int_equal(natsConnection_PublishMsg(webhook, message), NATS_OK);
    assert_int_equal(natsConnection_Flush(webhook), NATS_OK);
    natsMsg_Destroy(message);
    natsConnection_Destroy(webhook);
    assert_int_equal(inbound_stream_messages(&in, "PAY_DLQ"), inbound_dead(&in).open + 1);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
}

static void malformed_requests_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *service, *request;
        int status;
    } cases[] = {
        {REPLAY, "", 422},
        {REPLAY, "{", 400},
        {REPLAY, "{\"id\":\"dl_01h455vb4pex5vsknk084sn02q\",\"seq\":1}", 422},
        {REPLAY, "{\"id\":\"dl_01h455vb4pex5vsknk084sn02q\"}", 404},
        {REPLAY, "{\"event\":\"whe_01h455vb4pex5vsknk084sn02q\"}", 404},
        {REPLAY, "{\"seq\":999999999}", 404},
        {REPLAY, "{\"seq\":0}", 422},
        {REPLAY, "{\"filter\":{\"from\":\"yesterday\"}}", 422},
        {REPLAY, "{\"filter\":{\"kind\":\"other\"}}", 422},
        {REPLAY, "{\"filter\":{},\"limit\":1001}", 422},
        {REPLAY, "{\"filter\":{}}", 422},
        {REPLAY, "{\"more\":1}", 400},
        {"pay.ops.dlq.list", "{\"after\":\"x\"}", 404},
        {"pay.ops.dlq.discard", "{}", 422},
        {"pay.ops.demo.inject_failure", "{\"event_id\":\"x\",\"times\":-2}", 422},
        {"pay.ops.demo.inject_failure", "{\"event_id\":\"x\",\"times\":0}", 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = inbound_ask(&in, cases[i].service, cases[i].request, answer);
        if (status != cases[i].status)
            fail_msg("%s %s: %d %s", cases[i].service, cases[i].request, status, answer);
    }
}

/* The streams are gone with the server's disk: what is unfinished is worked off, what is dead is shown. */
static void lost_streams_come_back(void **state)
{
    (void)state;
    char payload[160];
    int64_t effects = inbound_effects(&in);
    (void)dead_ones("shown-", 5);
    servers_nats_kill(&h.nats);
    servers_nats_wipe(&h.nats);
    (void)snprintf(payload, sizeof payload, "{\"account\":\"%s\",\"amount\":%d,\"currency\":\"EUR\"}",
                   account, AMOUNT);
    (void)inbound_add(&in, "lost-", 300, "demo.fund", payload);
    servers_nats_start(&h.nats);
    assert_true(eventually(inbound_has_streams, &in, WAIT_MS));
    assert_true(inbound_wait(&in, WAIT_MS));
    assert_int_equal(inbound_effects(&in), effects + 300);
    assert_true(eventually(mirror_is_right, NULL, WAIT_MS));
    assert_int_equal(inbound_stream_messages(&in, "PAY_DLQ"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replayed_by_id),
        cmocka_unit_test(replayed_by_sequence),
        cmocka_unit_test(replayed_by_filter),
        cmocka_unit_test(replayed_by_hand),
        cmocka_unit_test(a_month_later_nothing_happens_twice),
        cmocka_unit_test(pay_dlq_is_full),
        cmocka_unit_test(facts_tell_of_them),
        cmocka_unit_test(listed),
        cmocka_unit_test(told_by_their_messages),
        cmocka_unit_test(nameless_ones_can_be_discarded),
        cmocka_unit_test(large_ones_are_cut_and_say_so),
        cmocka_unit_test(nameless_ones_do_not_wait_for_room),
        cmocka_unit_test(strays_are_removed),
        cmocka_unit_test(malformed_requests_are_refused),
        cmocka_unit_test(lost_streams_come_back),
    };
    harness_start(&h, &(struct harness_options){.webhooks = 1, .lease_seconds = 2, .sweep_seconds = 2});
    inbound_open(&in, &h);
    harness_open_account(&h, "EUR", account);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    inbound_close(&in);
    harness_stop(&h, failed != 0);
    return failed;
}
