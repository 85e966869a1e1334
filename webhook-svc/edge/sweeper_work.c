/* sweeper_work.c - work that waits in the database is published when it is due; and unfinished work that
   nobody has seen for long: is its message still in the stream? If not it is published again, under the
   message id of its generation: should it be there after all nothing happens twice, since the row says what
   is to be done. */
#include "shared/io/log.h"
#include "webhook-svc/edge/republish.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/edge/sweeper_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

/* Those whose message is not there, of what was asked about; what cannot be found out waits for another run.
 */
static size_t find_missing(struct sweeper *s, const struct lying_work *work, size_t count,
                           struct uuid *ret_ids)
{
    struct consumer_state states[WORK_KIND_COUNT];
    struct request_end ended;
    size_t missing = 0;
    sweeper_ask_consumers(s, states);
    for (size_t i = 0; i < count; i++) {
        char subject[WORK_SUBJECT_SIZE];
        work_subject(WORK_SUBJECT_PREFIX, work[i].kind, &work[i].id, subject);
        if (stream_ask_last(s->requests, "PAY_WORK", subject, (void *)(uintptr_t)&work[i]) != STATUS_OK)
            break;
    }
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended)) {
        const struct lying_work *one = ended.context;
        int64_t seq = 0;
        enum status status = stream_message_seq(&ended, &seq);
        bool was_acknowledged = status == STATUS_OK && seq <= states[one->kind].floor_seq;
        if (status == STATUS_NOT_FOUND || was_acknowledged)
            ret_ids[missing++] = one->id;
        bus_discard(s->bus, ended.reply);
    }
    return missing;
}

enum status sweep_work(struct sweeper *s, bool *ret_more)
{
    struct lying_work work[SWEEP_MAX];
    struct uuid missing[SWEEP_MAX];
    size_t count = 0, published = 0;
    if (!bus_is_connected(s->bus))
        return STATUS_OK;
    enum status status = store_take_lying_work(s->link.db, s->config->sweep_seconds, SWEEP_MAX, work, &count);
    if (status != STATUS_OK || count == 0)
        return status;
    const struct republish_through through = {s->link.db, s->requests, s->bus, REPUBLISH_LOST};
    size_t missing_count = find_missing(s, work, count, missing);
    if (missing_count > 0)
        status = republish(&through, missing, missing_count, &published);
    if (published > 0)
        log_event(LOG_WARN, "work_put_back", log_int("count", published));
    metric_add(webhook_metrics.swept, (int64_t)published);
    *ret_more = count == SWEEP_MAX;
    return status;
}

enum status sweep_due(struct sweeper *s, bool *ret_more)
{
    struct lying_work work[SWEEP_MAX];
    struct uuid ids[SWEEP_MAX];
    size_t count = 0, published = 0;
    if (!bus_is_connected(s->bus))
        return STATUS_OK;
    enum status status = store_take_due_work(s->link.db, SWEEP_MAX, work, &count);
    if (status != STATUS_OK || count == 0)
        return status;
    for (size_t i = 0; i < count; i++)
        ids[i] = work[i].id;
    const struct republish_through through = {s->link.db, s->requests, s->bus, REPUBLISH_LOST};
    status = republish(&through, ids, count, &published);
    *ret_more = count == SWEEP_MAX;
    return status;
}
