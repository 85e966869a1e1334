/* rpc.c - one request: sends, sleeps on its slot, sends again when it may, and says what became of it. */
#include "shared/io/rpc.h"

#include "shared/core/clock.h"
#include "shared/core/trace.h"
#include "shared/io/rpc_internal.h"

#define NEVER INT64_MAX

#define LOOK_AGAIN_US INT64_C(250000)

#define FLUSH_IN_FLIGHT_MAX 32
#define FLUSH_MS_MAX        100 /* it has been written before; what is waited for is the server's PONG */

/* "Nobody listens" is mostly a restart: quick tries first, then calm ones. */
static const int pauses_ms[] = {5, 10, 20, 50};
#define PAUSES (sizeof(pauses_ms) / sizeof(pauses_ms[0]))

struct request {
    struct rpc *rpc;
    struct rpc_slot *slot;
    const struct rpc_call *call;
    int64_t deadline_us, retry_until_us, sent_us, next_send_us; /* monotonic */
    int64_t waited_us; /* for an earlier try when the last one was sent; 0: nobody can have got one */
    int handed;        /* tries that the bus took */
    int refused;       /* tries that were answered "no responders" */
    size_t failures;   /* in a row, of either kind: which pause comes next */
};

static void request_init(struct request *q, const struct rpc_call *call)
{
    int64_t now_us = clock_monotonic_us();
    q->call = call;
    q->deadline_us = now_us + (call->deadline_us - clock_unix_us());
    q->retry_until_us = now_us + (int64_t)call->no_responder_retry_ms * 1000;
    if (q->retry_until_us > q->deadline_us)
        q->retry_until_us = q->deadline_us;
    q->next_send_us = now_us;
}

static bool outcome_is_open(const struct request *q)
{
    return q->handed > q->refused;
}

static int64_t next_send_after(const struct request *q, int64_t us)
{
    return q->call->resend_after_ms ? us + rpc_patience_us(q->rpc, q->call) : NEVER;
}

/* This try came to nothing. False: it was the last one, and nothing happened anywhere. */
static bool try_later(struct request *q, int64_t now_us)
{
    int pause_ms = pauses_ms[q->failures < PAUSES ? q->failures : PAUSES - 1];
    q->failures++;
    q->next_send_us = now_us + (int64_t)pause_ms * 1000;
    if (q->next_send_us < q->retry_until_us)
        return true;
    /* An earlier try may still be answered, so there is no way back to "unavailable" before the deadline. */
    q->next_send_us = next_send_after(q, now_us);
    return outcome_is_open(q);
}

/* Otherwise nats.c writes within a millisecond, which a few callers would feel and many callers use to share
   a write. Measured: with 4 and 16 in flight the first caller flushing for all gives 2 times and 1.3 times
   the requests, beyond 32 it only costs. */
static void flush_for_all(const struct request *q, int64_t now_us)
{
    if (rpc_in_flight(q->rpc) > FLUSH_IN_FLIGHT_MAX || atomic_exchange(&q->rpc->flushing, true))
        return;
    int64_t left_ms = (q->deadline_us - now_us) / 1000 + 1;
    (void)natsConnection_FlushTimeout(bus_raw(q->rpc->bus), left_ms < FLUSH_MS_MAX ? left_ms : FLUSH_MS_MAX);
    atomic_store(&q->rpc->flushing, false);
}

/* STATUS_UNAVAILABLE only when there is no use in trying again. */
static enum status send_once(struct request *q, int64_t now_us)
{
    const struct rpc_call *c = q->call;
    char reply_subject[RPC_REPLY_SIZE];
    rpc_slot_reply_subject(q->rpc, q->slot, q->handed + 1, reply_subject);
    const char *const headers[] = {TRACEPARENT_HEADER, c->traceparent, NULL};
    enum status s =
        bus_publish(q->rpc->bus, c->subject, reply_subject, c->traceparent ? headers : NULL, c->data, c->len);
    if (s == STATUS_UNAVAILABLE)
        return try_later(q, now_us) ? STATUS_OK : s;
    if (s != STATUS_OK && s != STATUS_UNKNOWN)
        return outcome_is_open(q) ? STATUS_UNKNOWN : s;
    q->waited_us = outcome_is_open(q) ? now_us - q->sent_us : 0;
    q->handed++;
    q->sent_us = now_us;
    q->next_send_us = next_send_after(q, now_us);
    flush_for_all(q, now_us);
    return STATUS_OK;
}

/* What woke us: refusals and reconnects change when the next try is due. False: give up. */
static bool react(struct request *q, const struct rpc_news *news)
{
    int64_t now_us = clock_monotonic_us();
    bool go_on = true;
    while (q->refused < news->refused) {
        q->refused++;
        go_on = try_later(q, now_us);
    }
    if (news->reconnected && (q->call->resend_after_ms || !outcome_is_open(q)))
        q->next_send_us = now_us;
    return go_on;
}

static enum status give_up(const struct request *q)
{
    return outcome_is_open(q) ? STATUS_UNKNOWN : STATUS_UNAVAILABLE;
}

/* By now others may have found out that what was sent here is not answered. */
static void look_again(struct request *q, int64_t now_us)
{
    int64_t next_send_us = next_send_after(q, q->sent_us);
    if (outcome_is_open(q) && next_send_us < q->next_send_us)
        q->next_send_us = next_send_us > now_us ? next_send_us : now_us;
}

static int64_t wake_up_at(const struct request *q, int64_t now_us)
{
    int64_t us = q->next_send_us < q->deadline_us ? q->next_send_us : q->deadline_us;
    return us < now_us + LOOK_AGAIN_US ? us : now_us + LOOK_AGAIN_US;
}

/* The answer to an earlier try shows that it was slow and not lost: nothing to send others sooner for. */
static void learn(const struct request *q, int replied_try, int64_t now_us)
{
    if (replied_try == q->handed)
        rpc_patience_learn(q->rpc, q->call, q->waited_us, now_us - q->sent_us);
}

static enum status run(struct request *q, natsMsg **ret_reply)
{
    for (;;) {
        int64_t now_us = clock_monotonic_us();
        if (now_us >= q->deadline_us)
            return give_up(q);
        if (now_us >= q->next_send_us) {
            enum status s = send_once(q, now_us);
            if (s != STATUS_OK)
                return s;
        }
        struct rpc_news news = {0};
        rpc_slot_wait(q->slot, wake_up_at(q, now_us), &news);
        now_us = clock_monotonic_us();
        if (news.reply) {
            learn(q, news.replied_try, now_us);
            *ret_reply = news.reply;
            return STATUS_OK;
        }
        if (!react(q, &news))
            return give_up(q);
        look_again(q, now_us);
    }
}

enum status rpc_request(struct rpc *rpc, const struct rpc_call *call, natsMsg **ret_reply)
{
    struct request q = {.rpc = rpc};
    request_init(&q, call);
    enum status s = rpc_slot_take(rpc, &q.slot);
    if (s != STATUS_OK)
        return s;
    s = run(&q, ret_reply);
    rpc_slot_give(rpc, q.slot);
    if (call->ret_copies)
        *call->ret_copies = q.handed - q.refused;
    return s;
}
