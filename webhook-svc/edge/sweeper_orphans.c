/* sweeper_orphans.c - a nats-server that was killed may have messages in PAY_WORK that it
   delivers no more: they were acknowledged, the consumer's state was written and the stream's was not. They
   take room for ever. What was delivered and whose work is finished is removed. */
#include "shared/core/json_in.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/edge/sweeper_internal.h"

#define STREAM "PAY_WORK"

/* One message of the stream. */
struct found {
    int64_t seq;
    struct uuid work;
};

static bool may_have_orphans(struct sweeper *s, const struct consumer_state states[WORK_KIND_COUNT])
{
    CLEANUP(json_decref_ptr) json_t *info = NULL;
    int64_t waiting = 0;
    if (!sweeper_ask_stream(s, STREAM, &info))
        return false;
    for (int kind = 0; kind < WORK_KIND_COUNT; kind++)
        waiting += states[kind].waiting;
    return json_integer_value(json_object_get(json_object_get(info, "state"), "messages")) > waiting;
}

/* The first message from a sequence on; false: there is none, or not now. */
static bool find_next(struct sweeper *s, int64_t from_seq, struct found *ret_found, enum work_kind *ret_kind)
{
    struct request_end ended = {.status = STATUS_UNAVAILABLE};
    const char *subject = "";
    if (stream_ask_next(s->requests, STREAM, from_seq, WORK_SUBJECT_PREFIX ">", NULL) != STATUS_OK)
        return false;
    bus_flush(s->bus);
    (void)requests_wait(s->requests, &ended);
    bool is_there = stream_message_seq(&ended, &ret_found->seq) == STATUS_OK;
    *ret_kind = WORK_KIND_COUNT;
    if (is_there && (natsMsgHeader_Get(ended.reply, "Nats-Subject", &subject) != NATS_OK ||
                     work_subject_parse(str_of(subject), ret_kind, &ret_found->work) != STATUS_OK))
        *ret_kind = WORK_KIND_COUNT;
    bus_discard(s->bus, ended.reply);
    return is_there;
}

/* Up to a run's worth of messages that were delivered, behind the last run's. */
static size_t list_delivered(struct sweeper *s, const struct consumer_state states[WORK_KIND_COUNT],
                             struct found *ret_found)
{
    size_t count = 0;
    for (int looked = 0; looked < SWEEP_MAX; looked++) {
        struct found *one = &ret_found[count];
        enum work_kind kind;
        if (!find_next(s, s->orphan_seq + 1, one, &kind)) {
            s->orphan_seq = 0;
            break;
        }
        s->orphan_seq = one->seq;
        if (kind < WORK_KIND_COUNT && one->seq <= states[kind].delivered_seq)
            count++;
    }
    return count;
}

static bool contains(const struct work_ids *list, const struct uuid *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (uuid_compare(&list->ids[i], id) == 0)
            return true;
    return false;
}

static size_t remove_finished(struct sweeper *s, const struct found *found, size_t count,
                              const struct work_ids *finished)
{
    struct request_end ended;
    size_t removed = 0;
    for (size_t i = 0; i < count; i++)
        if (contains(finished, &found[i].work))
            removed += stream_delete(s->requests, STREAM, found[i].seq, NULL) == STATUS_OK;
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended))
        bus_discard(s->bus, ended.reply);
    return removed;
}

enum status sweep_orphans(struct sweeper *s, bool *ret_more)
{
    struct consumer_state states[WORK_KIND_COUNT];
    struct found found[SWEEP_MAX];
    struct uuid ids[SWEEP_MAX], finished_ids[SWEEP_MAX];
    struct work_ids delivered = {.ids = ids}, finished = {.ids = finished_ids};
    sweeper_ask_consumers(s, states);
    if (!may_have_orphans(s, states))
        return STATUS_OK;
    delivered.count = list_delivered(s, states, found);
    for (size_t i = 0; i < delivered.count; i++)
        ids[i] = found[i].work;
    enum status status = store_list_finished(s->link.db, &delivered, s->config->lease_seconds, &finished);
    if (status != STATUS_OK)
        return status;
    size_t removed = remove_finished(s, found, delivered.count, &finished);
    if (removed > 0)
        log_event(LOG_INFO, "orphans_removed", log_int("count", removed));
    *ret_more = s->orphan_seq > 0;
    return STATUS_OK;
}
