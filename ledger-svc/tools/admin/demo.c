/* demo.c - paybus-admin demo serve: the set-up job that puts a demonstration back to its beginning when
   ingress asks for it (docs/decisions/0019). It runs in demo mode only. */
#include <string.h>

#include "ledger-svc/tools/admin/admin.h"
#include "ledger-svc/tools/admin/seed.h"
#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define SUBJECT   "pay.ops.demo.reset"
#define QUEUE     "demo"
#define LOOK_MS   200
#define TRIES     10
#define REPLY_MAX 4096
#define BODY_MAX  2048
#define PURGE_MS  2000

static const char *const streams[] = {"PAY_EVENTS", "PAY_WORK", "PAY_DLQ"};

struct demo {
    const char *database;
    struct sender sender;
    natsSubscription *sub;
};

/* A stream that is not there is empty. */
static enum status empty_streams(struct demo *d)
{
    jsCtx *js = NULL;
    jsOptions options;
    if (jsOptions_Init(&options) != NATS_OK)
        return STATUS_FAILED;
    options.Wait = PURGE_MS;
    if (natsConnection_JetStream(&js, bus_raw(d->sender.bus), &options) != NATS_OK)
        return STATUS_UNAVAILABLE;
    enum status s = STATUS_OK;
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        jsErrCode code = 0;
        natsStatus purged = js_PurgeStream(js, streams[i], &options, &code);
        if (purged != NATS_OK && code != JSStreamNotFoundErr)
            s = STATUS_UNAVAILABLE;
    }
    jsCtx_Destroy(js);
    return s;
}

/* Services are at work: a lock may have to be waited for, or be part of a deadlock. */
static enum status empty_tables(struct db *db)
{
    enum status s = STATUS_RETRY;
    for (int i = 0; i < TRIES && s != STATUS_OK; i++) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        s = db_query(db, ADMIN_SQL_RESET_DEMO, NULL, &r);
        if (s != STATUS_OK)
            log_event(LOG_WARN, "tables_not_emptied", log_str("error", db_error(db)));
    }
    return s;
}

static enum status seed(struct demo *d, struct db *db, size_t *ret_accounts)
{
    enum status s = STATUS_RETRY;
    for (int i = 0; i < TRIES && s != STATUS_OK; i++)
        s = seed_make(db, &d->sender, ret_accounts);
    return s;
}

/* Messages first: what is worked on meanwhile finds its rows or is gone with them. And last, for those that
   were published in between. */
static enum status reset(struct demo *d, size_t *ret_accounts)
{
    CLEANUP(admin_close_database) struct db *db = NULL;
    enum status s = admin_open_database(d->database, &db);
    if (s == STATUS_OK)
        s = empty_streams(d);
    if (s == STATUS_OK)
        s = empty_tables(db);
    if (s == STATUS_OK)
        s = empty_streams(d);
    return s == STATUS_OK ? seed(d, db, ret_accounts) : s;
}

static void write_done(size_t accounts, struct buf *body)
{
    struct json_out json;
    json_out_init(&json, body);
    json_object_open(&json);
    json_key(&json, "reset");
    json_bool(&json, true);
    json_key(&json, "accounts");
    json_int(&json, (int64_t)accounts);
    json_object_close(&json);
}

static void answer(struct demo *d, natsMsg *msg, enum status s, size_t accounts)
{
    CLEANUP(buf_free) struct buf body = {0};
    CLEANUP(buf_free) struct buf reply = {0};
    buf_init(&body, BODY_MAX);
    buf_init(&reply, REPLY_MAX);
    enum outcome o = s == STATUS_OK ? OUTCOME_ok : OUTCOME_unavailable;
    if (s == STATUS_OK) {
        write_done(accounts, &body);
    } else {
        struct problem p;
        problem_init(&p, o);
        problem_detail(&p, "The reset was not finished (%s): ask again.", status_name(s));
        problem_write(&p, &body);
    }
    reply_write(outcome_http_status(o), false, (struct str){body.data, body.len}, &reply);
    const char *to = natsMsg_GetReply(msg);
    if (to == NULL || buf_status(&reply) != STATUS_OK ||
        bus_publish(d->sender.bus, to, NULL, NULL, reply.data, (int)reply.len) != STATUS_OK)
        log_event(LOG_WARN, "answer_not_sent", log_str("subject", SUBJECT));
    bus_flush(d->sender.bus);
}

static void handle(struct demo *d, natsMsg *msg)
{
    size_t accounts = 0;
    char trace[TRACE_ID_SIZE];
    int64_t start_ms = clock_monotonic_ms();
    enum status s = reset(d, &accounts);
    log_event(s == STATUS_OK ? LOG_INFO : LOG_ERROR, "demo_reset", log_str("status", status_name(s)),
              log_int("accounts", accounts), log_int("took_ms", clock_monotonic_ms() - start_ms),
              log_str("trace_id", bus_trace_id(msg, trace)));
    answer(d, msg, s, accounts);
    natsMsg_Destroy(msg);
}

static int serve(struct demo *d)
{
    natsMsg *msg = NULL;
    if (natsConnection_QueueSubscribeSync(&d->sub, bus_raw(d->sender.bus), SUBJECT, QUEUE) != NATS_OK)
        return EXIT_NOT_AVAILABLE;
    bus_flush(d->sender.bus);
    log_event(LOG_INFO, "ready", log_str("subject", SUBJECT));
    while (!service_is_stopping())
        if (natsSubscription_NextMsg(&msg, d->sub, LOOK_MS) == NATS_OK)
            handle(d, msg);
    natsSubscription_Destroy(d->sub);
    log_event(LOG_INFO, "stopped");
    return EXIT_OK;
}

int admin_demo_serve(int argc, char **argv)
{
    const char *servers = NULL, *credentials = NULL;
    struct demo d = {0};
    const struct admin_option options[] = {{"nats", &servers, true},
                                           {"credentials", &credentials, false},
                                           {"database", &d.database, false},
                                           {0}};
    if (admin_read_arguments(argc, argv, options, NULL, 0) != STATUS_OK)
        return EXIT_USAGE;
    log_init("paybus-admin", "demo", LOG_INFO);
    if (service_signals_start() != STATUS_OK)
        return EXIT_FAILED;
    int code = EXIT_NOT_AVAILABLE;
    if (sender_open(servers, credentials, &d.sender) == STATUS_OK)
        code = serve(&d);
    sender_close(&d.sender);
    return code;
}
