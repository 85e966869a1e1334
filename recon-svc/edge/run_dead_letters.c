/* run_dead_letters.c - the messages of PAY_DLQ against the rows of dead letters, a page of the stream at a
   time: its messages against their rows, then the rows that should be in that part of it against its
   messages. What the stream's own limits took is not missed. While it cannot be read the run says so. */
#include <string.h>

#include "recon-svc/edge/letter_stream.h"
#include "recon-svc/edge/run.h"
#include "recon-svc/edge/run_parts.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"

#define PATIENCE_US INT64_C(10000000) /* a nats-server that is restarted is back by then */
#define LOOK_US     INT64_C(250000)

struct pass {
    struct run *run;
    struct letter_stream *stream;
    struct letter_stream_state state;
    int64_t deadline_us; /* what is younger may be on its way */
    struct letter_range range;
    struct id_list named; /* by the messages of the page */
    bool is_unread;       /* why a part ended: the stream, not the database */
};

static bool was_dropped(const struct pass *p, const struct letter_row *row)
{
    const struct letter_stream_state *state = &p->state;
    bool is_old = state->max_age_us > 0 && row->created_us < p->run->now_us - state->max_age_us;
    return row->seq < state->first_seq && (is_old || state->is_full);
}

/* Its place in the row may be that of another message: after a power cut sequences are handed out again. */
static enum status check_letter(struct pass *p, const struct letter_row *row)
{
    bool is_there = false;
    if (id_list_has(&p->named, &row->id) || was_dropped(p, row))
        return STATUS_OK;
    enum status s = p->state.last_seq > 0 ? letter_stream_has(p->stream, row, &is_there) : STATUS_OK;
    p->is_unread = s != STATUS_OK;
    if (s == STATUS_OK && !is_there) {
        const struct anomaly a = {
            .check = CHECK_dlq_row_without_message, .type = OBJECT_dead_letter, .id = row->id};
        anomalies_add(&p->run->found, &a);
    }
    return s;
}

/* A stream that was made just now is being filled again. */
static bool is_young(const struct pass *p)
{
    return p->state.created_us > p->deadline_us;
}

static enum status check_letters(struct pass *p, int64_t up_to_seq)
{
    struct letter_row rows[LETTERS_PAGE];
    enum status s = STATUS_OK;
    p->range.up_to_seq = up_to_seq;
    for (size_t count = LETTERS_PAGE; s == STATUS_OK && count == LETTERS_PAGE && !is_young(p);) {
        int64_t start_us = clock_monotonic_us();
        s = dead_letters_list_placed(p->run->store, &p->range, p->deadline_us, rows, &count);
        for (size_t i = 0; s == STATUS_OK && i < count; i++)
            s = check_letter(p, &rows[i]);
        if (s == STATUS_OK && !run_may_go_on(p->run, clock_monotonic_us() - start_us))
            s = STATUS_UNAVAILABLE;
    }
    return s;
}

/* Rows are read behind the messages: one that is open then had its message when those were read. */
static enum status check_page(struct pass *p, const struct letter_message *messages, size_t count)
{
    id_list_clear(&p->named);
    for (size_t i = 0; i < count; i++)
        id_list_add(&p->named, &messages[i].letter);
    id_list_sort(&p->named);
    enum status s =
        dead_letters_check_messages(p->run->store, messages, count, p->deadline_us, &p->run->found);
    return s == STATUS_OK && count > 0 ? check_letters(p, messages[count - 1].seq) : s;
}

/* Up to what the stream had at the beginning; then the rows that say that they are behind that. */
static enum status walk(struct pass *p)
{
    static struct letter_message messages[LETTERS_PAGE]; /* one run at a time */
    size_t count = LETTERS_PAGE;
    int64_t seq = 0;
    while (seq < p->state.last_seq && count == LETTERS_PAGE) {
        enum status s = letter_stream_page(p->stream, messages, &count);
        p->is_unread = s != STATUS_OK;
        if (s == STATUS_OK)
            s = check_page(p, messages, count);
        if (s != STATUS_OK)
            return s;
        seq = count > 0 ? messages[count - 1].seq : seq;
    }
    id_list_clear(&p->named);
    return check_letters(p, INT64_MAX);
}

static enum status compare(struct run *r, bool *ret_is_unread)
{
    struct pass p = {.run = r, .deadline_us = r->now_us - r->config->grace_seconds * INT64_C(1000000)};
    enum status s = letter_stream_open(r->options.bus, &p.stream, &p.state);
    p.is_unread = s != STATUS_OK;
    id_list_init(&p.named, LETTERS_PAGE);
    if (s == STATUS_OK)
        s = walk(&p);
    id_list_free(&p.named);
    letter_stream_close(p.stream);
    *ret_is_unread = p.is_unread;
    return s;
}

static void note_unread(struct run *r)
{
    struct anomaly a = {.check = CHECK_dlq_not_read, .type = OBJECT_stream, .object = "PAY_DLQ"};
    anomalies_add(&r->found, &a);
    r->is_dlq_unread = true;
}

enum status run_dead_letters(struct run *r)
{
    enum status s = STATUS_OK;
    bool is_unread = true;
    for (int64_t end_us = clock_monotonic_us() + PATIENCE_US;;) {
        s = compare(r, &is_unread);
        if (!is_unread || clock_monotonic_us() > end_us)
            break;
        if (!run_rest(LOOK_US))
            return STATUS_UNAVAILABLE;
    }
    if (!is_unread)
        return s;
    note_unread(r);
    return STATUS_OK;
}
