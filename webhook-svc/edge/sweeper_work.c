/* sweeper_work.c - work that waits in the database is published when it is due; and unfinished work that
   nobody has seen for long: is its message still in the stream? If not it is published again, under a message
   id of its own: should it be there after all nothing happens twice, since the row says what is to be done.
   What waits behind a backlog is left alone: nobody can have seen it yet. */
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/republish.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/edge/sweeper_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

/* Of the time between two looks through all that lies, the part of what it takes to lie. */
#define LOOKS_PER_TIME 4

/* Those whose message is not there, of what was asked about; what cannot be found out waits for another run.
 */
static size_t find_missing(struct sweeper *s, enum work_kind kind, const struct lying_part *part,
                           struct lying_work *ret_missing)
{
    struct request_end ended;
    size_t missing = 0;
    for (size_t i = 0; i < part->count; i++) {
        char subject[WORK_SUBJECT_SIZE];
        work_subject(WORK_SUBJECT_PREFIX, kind, &part->work[i].id, subject);
        if (stream_ask_last(s->requests, "PAY_WORK", subject, (void *)(uintptr_t)&part->work[i]) != STATUS_OK)
            break;
    }
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended)) {
        const struct lying_work *one = ended.context;
        int64_t seq = 0;
        enum status status = stream_message_seq(&ended, &seq);
        bool was_acknowledged = status == STATUS_OK && seq <= part->front.floor_seq;
        if (status == STATUS_NOT_FOUND || was_acknowledged)
            ret_missing[missing++] = *one;
        bus_discard(s->bus, ended.reply);
    }
    return missing;
}

static enum status put_back(struct sweeper *s, const struct lying_work *missing, size_t count)
{
    struct uuid ids[SWEEP_MAX];
    size_t taken = 0, published = 0;
    enum status status = store_take_lying_work(s->link.db, missing, count, ids, &taken);
    if (status != STATUS_OK || taken == 0)
        return status;
    const struct republish_through through = {s->link.db, s->requests, s->bus, REPUBLISH_LOST, &s->work_acks};
    status = republish(&through, ids, taken, &published);
    if (published > 0)
        log_event(LOG_WARN, "work_put_back", log_int("count", published));
    metric_add(webhook_metrics.swept, (int64_t)published);
    return status;
}

/* The stream delivers in order: what is younger than the first message that it has not delivered yet may wait
   behind that one. Clocks may differ by the time that it takes to lie. A stream that is younger than that is
   being filled again by the relay. */
static void leave_out_what_waits(const struct sweeper *s, struct lying_part *part)
{
    if (part->front.stored_us == 0)
        return;
    int64_t before_us = part->front.stored_us - s->config->sweep_seconds * 1000000;
    if (before_us <= part->front.created_us)
        part->count = 0;
    while (part->count > 0 && part->work[part->count - 1].enqueued_us >= before_us)
        part->count--;
}

/* The next part of what lies of a kind. */
static enum status sweep_part(struct sweeper *s, enum work_kind kind, bool *ret_more)
{
    struct lying_part part = {.count = 0};
    struct lying_work missing[SWEEP_MAX];
    struct lying_look *look = &s->lying[kind];
    const struct lying_query query = {kind, s->config->sweep_seconds, look->behind, SWEEP_MAX};
    size_t listed = 0;
    enum status status = store_list_lying_work(s->link.db, &query, part.work, &listed);
    part.count = listed;
    if (status != STATUS_OK || (listed > 0 && !sweeper_find_front(s, kind, &part.front)))
        return status;
    leave_out_what_waits(s, &part);
    size_t missing_count = part.count > 0 ? find_missing(s, kind, &part, missing) : 0;
    if (missing_count > 0)
        status = put_back(s, missing, missing_count);
    bool is_end = part.count < SWEEP_MAX;
    memset(&look->behind, 0, sizeof look->behind);
    if (!is_end)
        look->behind = part.work[part.count - 1];
    if (is_end && part.count > missing_count)
        look->next_ms = clock_monotonic_ms() + s->config->sweep_seconds * 1000 / LOOKS_PER_TIME;
    *ret_more = *ret_more || !is_end;
    return status;
}

enum status sweep_work(struct sweeper *s, bool *ret_more)
{
    enum status status = STATUS_OK;
    if (!bus_is_connected(s->bus))
        return STATUS_OK;
    for (int kind = 0; status == STATUS_OK && kind < WORK_KIND_COUNT; kind++)
        if (clock_monotonic_ms() >= s->lying[kind].next_ms)
            status = sweep_part(s, (enum work_kind)kind, ret_more);
    return status;
}
