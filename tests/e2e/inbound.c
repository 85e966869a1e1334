/* inbound.c - see inbound.h. */
#include "tests/e2e/inbound.h"
#include "tests/support/jetstream.h"

#include <stdio.h>
#include <string.h>

#include "e2e_statements.h"
#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "tests/support/process.h"

#define PARAMS_MAX        (1 << 16)
#define STREAMS_READY_MS  20000
#define RECONNECT_WAIT_MS 100
#define LOOK_MS           50
#define ASK_TIMEOUT_MS    8000

natsConnection *inbound_connect(const struct inbound *in, const char *user)
{
    natsOptions *options = NULL;
    natsConnection *connection = NULL;
    char url[96], prefix[32] = "_INBOX";
    if (strcmp(user, "ops") != 0)
        (void)snprintf(prefix, sizeof prefix, "_INBOX_%s", user);
    (void)snprintf(url, sizeof url, "nats://%s:%s-password@127.0.0.1:%d", user, user, in->h->nats.port);
    if (natsOptions_Create(&options) != NATS_OK || natsOptions_SetURL(options, url) != NATS_OK ||
        natsOptions_SetMaxReconnect(options, -1) != NATS_OK ||
        natsOptions_SetReconnectWait(options, RECONNECT_WAIT_MS) != NATS_OK ||
        natsOptions_SetCustomInboxPrefix(options, prefix) != NATS_OK ||
        natsConnection_Connect(&connection, options) != NATS_OK)
        servers_fail("%s cannot connect to nats-server", user);
    natsOptions_Destroy(options);
    return connection;
}

bool inbound_has_streams(void *context)
{
    struct inbound *in = context;
    return inbound_stream_messages(in, "PAY_WORK") >= 0 && inbound_stream_messages(in, "PAY_DLQ") >= 0;
}

void inbound_open(struct inbound *in, struct harness *h)
{
    *in = (struct inbound){.h = h, .db = harness_database(h)};
    in->ops = inbound_connect(in, "ops");
    in->ledger = inbound_connect(in, "ledger");
    if (jetstream_open(&in->js, in->ledger) != NATS_OK)
        servers_fail("no JetStream");
    if (!eventually(inbound_has_streams, in, STREAMS_READY_MS))
        servers_fail("nobody made the streams");
}

void inbound_close(struct inbound *in)
{
    jsCtx_Destroy(in->js);
    natsConnection_Destroy(in->ops);
    natsConnection_Destroy(in->ledger);
    db_close(in->db);
}

static PGresult *query(struct inbound *in, int statement, const struct db_params *p)
{
    PGresult *r = NULL;
    if (db_query(in->db, statement, p, &r) == STATUS_OK)
        return r;
    db_close(in->db); /* PostgreSQL may have been away */
    in->db = harness_database(in->h);
    if (db_query(in->db, statement, p, &r) != STATUS_OK)
        servers_fail("%s failed: %s", e2e_statements[statement].name, db_error(in->db));
    return r;
}

size_t inbound_add(struct inbound *in, const char *prefix, int count, const char *type, const char *payload)
{
    CLEANUP(db_params_free) struct db_params p;
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    size_t first = in->count;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(prefix));
    db_param_int4(&p, count);
    db_param_text(&p, str_of(type));
    db_param_text(&p, str_of(payload));
    r = query(in, E2E_SQL_INSERT_INBOUND, &p);
    if (in->count + (size_t)PQntuples(r) > INBOUND_MAX)
        servers_fail("more than %d events", INBOUND_MAX);
    for (int i = 0; i < PQntuples(r); i++)
        in->work[in->count++] = db_get_uuid(r, i, 0);
    return first;
}

void inbound_fail(struct inbound *in, const char *prefix, int count, int times)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_text(&p, str_of(prefix));
    db_param_int4(&p, count);
    db_param_int4(&p, times);
    PGresult *r = query(in, E2E_SQL_INJECT_FAILURES, &p);
    PQclear(r);
}

static void publish(struct inbound *in, size_t index, bool with_id)
{
    char id[TYPEID_TEXT_SIZE], subject[96], message_id[64];
    natsMsg *message = NULL;
    typeid_format("wrk", &in->work[index], id);
    (void)snprintf(subject, sizeof subject, "pay.work.webhook.%s", id);
    (void)snprintf(message_id, sizeof message_id, "%s:1", id);
    natsStatus s = natsMsg_Create(&message, subject, NULL, "{}", 2);
    if (s == NATS_OK && with_id)
        s = natsMsgHeader_Set(message, "Nats-Msg-Id", message_id);
    if (s == NATS_OK)
        s = natsConnection_PublishMsg(in->ops, message);
    natsMsg_Destroy(message);
    if (s != NATS_OK)
        servers_fail("cannot publish: %s", natsStatus_GetText(s));
}

void inbound_publish(struct inbound *in, size_t first, size_t count, int copies)
{
    for (int copy = 0; copy < copies; copy++)
        for (size_t i = first; i < first + count; i++)
            publish(in, i, copy == 0);
    if (natsConnection_Flush(in->ops) != NATS_OK)
        servers_fail("nats-server takes no messages");
}

void inbound_publish_by_hand(struct inbound *in, size_t index)
{
    publish(in, index, false);
    if (natsConnection_Flush(in->ops) != NATS_OK)
        servers_fail("nats-server takes no messages");
}

int inbound_ask(struct inbound *in, const char *service, const char *request,
                char ret_body[INBOUND_ANSWER_SIZE])
{
    natsMsg *reply = NULL;
    int status = 0;
    bool replayed = false;
    struct str body = {0};
    ret_body[0] = '\0';
    if (natsConnection_RequestString(&reply, in->ops, service, request, ASK_TIMEOUT_MS) != NATS_OK)
        return 0;
    struct str text = {natsMsg_GetData(reply), (size_t)natsMsg_GetDataLength(reply)};
    if (reply_read(text, &status, &replayed, &body) != STATUS_OK)
        servers_fail("%s answers what is no reply", service);
    (void)snprintf(ret_body, INBOUND_ANSWER_SIZE, "%.*s", (int)body.len, body.data);
    natsMsg_Destroy(reply);
    return status;
}

void inbound_id(const struct inbound *in, size_t index, char ret_id[TYPEID_TEXT_SIZE])
{
    typeid_format("wrk", &in->work[index], ret_id);
}

static void change_stream(struct inbound *in, const char *stream, int64_t messages, int32_t bytes)
{
    jsStreamInfo *info = NULL, *changed = NULL;
    natsStatus s = js_GetStreamInfo(&info, in->js, stream, NULL, NULL);
    if (s == NATS_OK) {
        info->Config->MaxMsgs = messages;
        info->Config->MaxMsgSize = bytes;
        s = js_UpdateStream(&changed, in->js, info->Config, NULL, NULL);
    }
    jsStreamInfo_Destroy(info);
    jsStreamInfo_Destroy(changed);
    if (s != NATS_OK)
        servers_fail("%s cannot be changed: %s", stream, natsStatus_GetText(s));
}

void inbound_limit_work(struct inbound *in, int64_t messages)
{
    change_stream(in, "PAY_WORK", messages, -1);
}

void inbound_refuse(struct inbound *in, const char *stream, bool refuses)
{
    change_stream(in, stream, -1, refuses ? 1 : -1);
}

void inbound_dead_letter(struct inbound *in, size_t index, char ret_id[TYPEID_TEXT_SIZE], int64_t *ret_seq)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &in->work[index]);
    CLEANUP(db_result_ptr) PGresult *r = query(in, E2E_SQL_FIND_OPEN_DEAD_LETTER, &p);
    if (PQntuples(r) != 1)
        servers_fail("there are %d open dead letters", PQntuples(r));
    struct uuid id = db_get_uuid(r, 0, 0);
    typeid_format("dl", &id, ret_id);
    *ret_seq = db_is_null(r, 0, 1) ? 0 : db_get_int(r, 0, 1);
}

struct inbound_counts inbound_count(struct inbound *in)
{
    struct inbound_counts counts;
    CLEANUP(db_result_ptr) PGresult *r = query(in, E2E_SQL_COUNT_INBOUND, NULL);
    for (int i = 0; i <= INBOUND_DEAD; i++)
        counts.states[i] = db_get_int(r, 0, i);
    return counts;
}

static bool is_finished(const struct inbound_counts *c)
{
    return c->states[INBOUND_RECEIVED] + c->states[INBOUND_PROCESSING] + c->states[INBOUND_FAILED] == 0;
}

bool inbound_wait(struct inbound *in, int timeout_ms)
{
    int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    struct inbound_counts c = inbound_count(in);
    while (!is_finished(&c) && clock_monotonic_ms() < deadline_ms) {
        pause_ms(LOOK_MS);
        c = inbound_count(in);
    }
    if (!is_finished(&c))
        (void)fprintf(stderr, "received %lld, processing %lld, processed %lld, failed %lld, dead %lld\n",
                      (long long)c.states[0], (long long)c.states[1], (long long)c.states[2],
                      (long long)c.states[3], (long long)c.states[4]);
    return is_finished(&c);
}

struct inbound_work inbound_find(struct inbound *in, size_t index)
{
    CLEANUP(db_params_free) struct db_params p;
    struct inbound_work w = {.generation = 0};
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &in->work[index]);
    CLEANUP(db_result_ptr) PGresult *r = query(in, E2E_SQL_FIND_WORK, &p);
    struct str state = db_get_str(r, 0, 0), error = db_get_str(r, 0, 3);
    (void)snprintf(w.state, sizeof w.state, "%.*s", (int)state.len, state.data);
    (void)snprintf(w.error, sizeof w.error, "%.*s", (int)error.len, error.data);
    w.generation = db_get_int(r, 0, 1);
    w.attempts = db_get_int(r, 0, 2);
    w.updated_us = db_get_time(r, 0, 4);
    return w;
}

int64_t inbound_latency_us(struct inbound *in, size_t index)
{
    CLEANUP(db_params_free) struct db_params p;
    db_params_init(&p, PARAMS_MAX);
    db_param_uuid(&p, &in->work[index]);
    CLEANUP(db_result_ptr) PGresult *r = query(in, E2E_SQL_FIND_LATENCY, &p);
    return db_get_int(r, 0, 0);
}

struct inbound_dead inbound_dead(struct inbound *in)
{
    CLEANUP(db_result_ptr) PGresult *r = query(in, E2E_SQL_CHECK_DEAD_LETTERS, NULL);
    return (struct inbound_dead){.all = db_get_int(r, 0, 0),
                                 .open = db_get_int(r, 0, 1),
                                 .published = db_get_int(r, 0, 2),
                                 .of_dead_work = db_get_int(r, 0, 3),
                                 .missing = db_get_int(r, 0, 4)};
}

int64_t inbound_effects(struct inbound *in)
{
    CLEANUP(db_result_ptr) PGresult *r = query(in, E2E_SQL_COUNT_WEBHOOK_EFFECTS, NULL);
    int64_t sources = db_get_int(r, 0, 0), facts = db_get_int(r, 0, 1), distinct = db_get_int(r, 0, 2);
    if (sources != facts || sources != distinct)
        servers_fail("%lld sources, %lld effects, of %lld events", (long long)sources, (long long)facts,
                     (long long)distinct);
    return sources;
}

int64_t inbound_stream_messages(struct inbound *in, const char *stream)
{
    jsStreamInfo *info = NULL;
    if (js_GetStreamInfo(&info, in->js, stream, NULL, NULL) != NATS_OK)
        return -1;
    int64_t messages = (int64_t)info->State.Msgs;
    jsStreamInfo_Destroy(info);
    return messages;
}
