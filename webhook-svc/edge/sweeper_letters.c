/* sweeper_letters.c - PAY_DLQ mirrors the open dead letters: what is missing is published, what is resolved
   is removed, after the stream was lost all of it is looked at. */
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/json_in.h"
#include "shared/core/timefmt.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/burial.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/edge/sweeper_internal.h"

#define STREAM         "PAY_DLQ"
#define PARAMS_MAX     (1 << 16)
#define CHECK_EVERY_MS 60000
#define COPIES_MAX     4 /* of a dead letter in the stream: one, unless acknowledgements were lost */

static void subject_of(const struct letter_place *place, char ret_subject[WORK_SUBJECT_SIZE])
{
    const struct dead_letter letter = {.id = place->id, .work_id = place->work_id, .kind = place->kind};
    burial_subject(&letter, ret_subject);
}

enum status sweep_unpublished(struct sweeper *s, bool *ret_more)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    CLEANUP(db_params_free) struct db_params p;
    struct publication_row published[SWEEP_MAX], sent[SWEEP_MAX];
    struct request_end ended;
    size_t sent_count = 0, count = 0;
    db_params_init(&p, PARAMS_MAX);
    enum status status = store_list_unpublished(s->link.db, SWEEP_MAX, &rows);
    if (status != STATUS_OK)
        return status;
    for (int row = 0; row < PQntuples(rows); row++) {
        char subject[SWEEP_TEXT_SIZE], error[SWEEP_TEXT_SIZE];
        const struct dead_letter letter = store_read_unpublished(rows, row, subject, error);
        sent[sent_count] = (struct publication_row){.id = letter.id, .publication = letter.publication};
        if (burial_send(s->requests, &letter, &sent[sent_count]) == STATUS_OK)
            sent_count++; /* one that is too large for the bus keeps nobody */
    }
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended)) {
        struct publication_row *one = ended.context;
        struct stream_ack ack;
        if (ended.status == STATUS_OK && stream_ack_read(&s->letter_acks, ended.reply, &ack) == STATUS_OK) {
            one->stream_seq = ack.seq;
            published[count++] = *one;
        }
        bus_discard(s->bus, ended.reply);
    }
    *ret_more = count == SWEEP_MAX;
    return count > 0 ? store_mark_dead_letters_published(s->link.db, &p, published, count) : STATUS_OK;
}

/* Which message of its subject a letter's is looked for in: a resolved one's is older than that of a dead
   letter that the same work has left since. */
enum which { THE_OLDEST, THE_NEWEST };

/* Where a letter's message is. */
struct probe {
    struct uuid letter;
    int64_t seq; /* 0: it is not there; -1: who knows */
};

static enum status ask(struct sweeper *s, const struct letter_place *place, enum which which,
                       struct probe *probe)
{
    char subject[WORK_SUBJECT_SIZE];
    subject_of(place, subject);
    return which == THE_OLDEST ? stream_ask_next(s->requests, STREAM, 1, subject, probe)
                               : stream_ask_last(s->requests, STREAM, subject, probe);
}

static void read_probe(const struct request_end *ended)
{
    struct probe *probe = ended->context;
    const char *text = NULL;
    struct uuid id;
    enum status status = stream_message_seq(ended, &probe->seq);
    bool is_other =
        status == STATUS_OK &&
        (natsMsgHeader_Get(ended->reply, "Paybus-Dead-Letter", &text) != NATS_OK ||
         typeid_parse("dl", str_of(text), &id) != STATUS_OK || uuid_compare(&id, &probe->letter) != 0);
    if (status == STATUS_NOT_FOUND || is_other)
        probe->seq = 0;
}

static void find_places(struct sweeper *s, const struct letter_place *places, size_t count, enum which which,
                        struct probe *ret_probes)
{
    struct request_end ended;
    for (size_t i = 0; i < count; i++)
        ret_probes[i] = (struct probe){.letter = places[i].id, .seq = -1};
    for (size_t i = 0; i < count; i++)
        if (ask(s, &places[i], which, &ret_probes[i]) != STATUS_OK)
            break;
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended)) {
        read_probe(&ended);
        bus_discard(s->bus, ended.reply);
    }
}

static void delete_all(struct sweeper *s, const struct probe *probes, size_t count)
{
    struct request_end ended;
    for (size_t i = 0; i < count; i++)
        if (probes[i].seq > 0 && stream_delete(s->requests, STREAM, probes[i].seq, NULL) != STATUS_OK)
            break;
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended))
        bus_discard(s->bus, ended.reply);
}

static size_t select_absent(const struct probe *probes, size_t count, struct uuid *ret_ids)
{
    size_t absent = 0;
    for (size_t i = 0; i < count; i++)
        if (probes[i].seq == 0)
            ret_ids[absent++] = probes[i].letter;
    return absent;
}

/* By subject and not by the sequence in the row: sequences are handed out again after a power cut. */
enum status sweep_leftovers(struct sweeper *s, bool *ret_more)
{
    struct letter_place places[SWEEP_MAX];
    struct probe probes[SWEEP_MAX];
    struct uuid gone[SWEEP_MAX];
    size_t count = 0, gone_count = 0;
    enum status status = store_list_leftovers(s->link.db, SWEEP_MAX, places, &count);
    if (status != STATUS_OK || count == 0)
        return status;
    for (int i = 0; i < COPIES_MAX && gone_count < count; i++) {
        find_places(s, places, count, THE_OLDEST, probes);
        delete_all(s, probes, count);
        gone_count = select_absent(probes, count, gone);
    }
    *ret_more = gone_count == SWEEP_MAX;
    return gone_count > 0 ? store_forget_leftovers(s->link.db, gone, gone_count) : STATUS_OK;
}

/* created tells a stream from a later one of its name. */
static bool read_info(struct sweeper *s, int64_t *ret_created_us, int64_t *ret_messages)
{
    CLEANUP(json_decref_ptr) json_t *info = NULL;
    if (!sweeper_ask_stream(s, STREAM, &info))
        return false;
    const char *created = json_string_value(json_object_get(info, "created"));
    *ret_messages = json_integer_value(json_object_get(json_object_get(info, "state"), "messages"));
    return created != NULL && time_parse(str_of(created), ret_created_us) == STATUS_OK;
}

/* Another stream than before, or fewer messages than it has acknowledged. A stream that is full or whose
   messages get too old always has too few: it is not looked through all the time. */
static void look_whether_lost(struct sweeper *s)
{
    int64_t created_us = 0, messages = 0;
    if (s->is_checking || !read_info(s, &created_us, &messages))
        return;
    bool is_another = s->dlq_created_us != 0 && s->dlq_created_us != created_us;
    s->dlq_created_us = created_us;
    int64_t now_ms = clock_monotonic_ms();
    if (!is_another && (messages >= s->letters.published || now_ms < s->next_check_ms))
        return;
    s->next_check_ms = now_ms + CHECK_EVERY_MS;
    log_event(LOG_WARN, "dead_letters_missing", log_int("messages", messages),
              log_int("published", s->letters.published));
    s->is_checking = true;
    s->checked_to = (struct uuid){{0}};
}

enum status sweep_lost_letters(struct sweeper *s, bool *ret_more)
{
    struct letter_place places[SWEEP_MAX];
    struct probe probes[SWEEP_MAX];
    struct uuid absent[SWEEP_MAX];
    size_t count = 0;
    look_whether_lost(s);
    if (!s->is_checking)
        return STATUS_OK;
    enum status status = store_list_published(s->link.db, &s->checked_to, SWEEP_MAX, places, &count);
    if (status != STATUS_OK)
        return status;
    find_places(s, places, count, THE_NEWEST, probes);
    size_t absent_count = select_absent(probes, count, absent);
    if (count > 0)
        s->checked_to = places[count - 1].id;
    s->is_checking = count == SWEEP_MAX;
    *ret_more = s->is_checking;
    return absent_count > 0 ? store_publish_again(s->link.db, absent, absent_count) : STATUS_OK;
}
