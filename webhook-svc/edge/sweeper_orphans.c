/* sweeper_orphans.c - messages that nobody takes away any more, and that take room for as long as their
   stream keeps them. In PAY_WORK: a nats-server that was killed may have some that it delivers no more, since
   they were acknowledged, the consumer's state was written and the stream's was not. What was delivered and
   whose work is finished is removed. In PAY_DLQ: a dead letter may have been resolved while it was published
   by one who was killed. */
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/json_in.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/edge/sweeper_internal.h"

#define STREAM      "PAY_WORK"
#define DEAD_STREAM "PAY_DLQ"

/* One message of a stream, and the work or the dead letter that it is about. */
struct found {
    int64_t seq;
    struct uuid id;
};

static bool count_messages(struct sweeper *s, const char *stream, int64_t *ret_messages)
{
    CLEANUP(json_decref_ptr) json_t *info = NULL;
    if (!sweeper_ask_stream(s, stream, &info))
        return false;
    *ret_messages = json_integer_value(json_object_get(json_object_get(info, "state"), "messages"));
    return true;
}

static bool may_have_orphans(struct sweeper *s, const struct consumer_state states[WORK_KIND_COUNT])
{
    int64_t messages = 0, waiting = 0;
    if (!count_messages(s, STREAM, &messages))
        return false;
    for (int kind = 0; kind < WORK_KIND_COUNT; kind++)
        waiting += states[kind].waiting;
    return messages > waiting;
}

/* The first message from a sequence on, the caller's; false: there is none, or not now. */
static bool find_next(struct sweeper *s, const char *stream, int64_t from_seq, natsMsg **ret_message,
                      int64_t *ret_seq)
{
    struct request_end ended = {.status = STATUS_UNAVAILABLE};
    const char *subjects =
        strcmp(stream, STREAM) == 0 ? WORK_SUBJECT_PREFIX ">" : DEAD_LETTER_SUBJECT_PREFIX ">";
    if (stream_ask_next(s->requests, stream, from_seq, subjects, NULL) != STATUS_OK)
        return false;
    bus_flush(s->bus);
    (void)requests_wait(s->requests, &ended);
    if (stream_message_seq(&ended, ret_seq) != STATUS_OK) {
        bus_discard(s->bus, ended.reply);
        return false;
    }
    *ret_message = ended.reply;
    return true;
}

/* Which work a message of PAY_WORK is about; false: none. */
static bool read_work(natsMsg *message, enum work_kind *ret_kind, struct uuid *ret_id)
{
    const char *subject = NULL;
    return natsMsgHeader_Get(message, "Nats-Subject", &subject) == NATS_OK &&
           work_subject_parse(str_of(subject), ret_kind, ret_id) == STATUS_OK;
}

static bool read_letter(natsMsg *message, struct uuid *ret_id)
{
    const char *text = NULL;
    return natsMsgHeader_Get(message, "Paybus-Dead-Letter", &text) == NATS_OK &&
           typeid_parse("dl", str_of(text), ret_id) == STATUS_OK;
}

/* Up to a run's worth of messages that were delivered, behind the last run's. */
static size_t list_delivered(struct sweeper *s, const struct consumer_state states[WORK_KIND_COUNT],
                             struct found *ret_found)
{
    size_t count = 0;
    for (int looked = 0; looked < SWEEP_MAX; looked++) {
        struct found *one = &ret_found[count];
        natsMsg *message = NULL;
        enum work_kind kind;
        if (!find_next(s, STREAM, s->orphan_seq + 1, &message, &one->seq)) {
            s->orphan_seq = 0;
            break;
        }
        s->orphan_seq = one->seq;
        if (read_work(message, &kind, &one->id) && one->seq <= states[kind].delivered_seq)
            count++;
        bus_discard(s->bus, message);
    }
    return count;
}

static bool contains(const struct sweep_ids *list, const struct uuid *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (uuid_compare(&list->ids[i], id) == 0)
            return true;
    return false;
}

/* Removes those whose work or dead letter is in the list. */
static size_t remove_all(struct sweeper *s, const char *stream, const struct found *found, size_t count,
                         const struct sweep_ids *ids)
{
    struct request_end ended;
    size_t removed = 0;
    for (size_t i = 0; i < count; i++)
        if (contains(ids, &found[i].id))
            removed += stream_delete(s->requests, stream, found[i].seq, NULL) == STATUS_OK;
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
    struct sweep_ids delivered = {.ids = ids}, finished = {.ids = finished_ids};
    sweeper_ask_consumers(s, states);
    if (!may_have_orphans(s, states))
        return STATUS_OK;
    delivered.count = list_delivered(s, states, found);
    for (size_t i = 0; i < delivered.count; i++)
        ids[i] = found[i].id;
    enum status status = store_list_finished(s->link.db, &delivered, s->config->lease_seconds, &finished);
    if (status != STATUS_OK)
        return status;
    size_t removed = remove_all(s, STREAM, found, delivered.count, &finished);
    if (removed > 0)
        log_event(LOG_INFO, "orphans_removed", log_int("count", removed));
    *ret_more = s->orphan_seq > 0;
    return STATUS_OK;
}

/* Who has none has the right number of messages; while some are on their way there may be one more. */
static void look_for_strays(struct sweeper *s)
{
    int64_t messages = 0, now_ms = clock_monotonic_ms();
    if (s->is_straying || now_ms < s->next_stray_ms || !count_messages(s, DEAD_STREAM, &messages) ||
        messages <= s->letters.published)
        return;
    s->is_straying = true;
    s->stray_seq = 0;
    s->next_stray_ms = now_ms + s->config->sweep_seconds * 1000;
}

/* The next run's worth of messages of PAY_DLQ. */
static size_t list_letters(struct sweeper *s, struct found *ret_found)
{
    size_t count = 0;
    for (int looked = 0; s->is_straying && looked < SWEEP_MAX; looked++) {
        struct found *one = &ret_found[count];
        natsMsg *message = NULL;
        s->is_straying = find_next(s, DEAD_STREAM, s->stray_seq + 1, &message, &one->seq);
        if (!s->is_straying)
            break;
        s->stray_seq = one->seq;
        count += read_letter(message, &one->id);
        bus_discard(s->bus, message);
    }
    return count;
}

enum status sweep_strays(struct sweeper *s, bool *ret_more)
{
    struct found found[SWEEP_MAX];
    struct uuid ids[SWEEP_MAX], resolved_ids[SWEEP_MAX];
    struct sweep_ids letters = {.ids = ids}, resolved = {.ids = resolved_ids};
    look_for_strays(s);
    letters.count = list_letters(s, found);
    if (letters.count == 0)
        return STATUS_OK;
    for (size_t i = 0; i < letters.count; i++)
        ids[i] = found[i].id;
    enum status status = store_list_resolved(s->link.db, &letters, &resolved);
    if (status != STATUS_OK)
        return status;
    size_t removed = remove_all(s, DEAD_STREAM, found, letters.count, &resolved);
    if (removed > 0)
        log_event(LOG_INFO, "strays_removed", log_int("count", removed));
    *ret_more = s->is_straying;
    return STATUS_OK;
}
