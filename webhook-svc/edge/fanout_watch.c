/* fanout_watch.c - see fanout_watch.h. Numbers are noted a little later than the deliveries were committed:
   who dies in between has them read once more, and finds the deliveries there. */
#include "webhook-svc/edge/fanout_watch.h"

#include "shared/core/clock.h"
#include "shared/io/crash_point.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define LOOKS           12 /* while it waits for what is missing */
#define LOOK_MIN_US     INT64_C(250000)
#define LOOK_MAX_US     INT64_C(5000000)
#define NUMBERS_ARE_DUE (FANOUT_NUMBERS_MAX / 2)
#define SPAN_MAX        10000 /* numbers that a statement walks over, whatever is missing of them */
#define US_PER_S        INT64_C(1000000)

void fanout_watch_init(struct fanout_watch *w, int64_t patience_us)
{
    *w = (struct fanout_watch){.patience_us = patience_us, .at_once = FANOUT_BATCH_MAX};
}

void fanout_watch_add(struct fanout_watch *w, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count && w->number_count < FANOUT_NUMBERS_MAX; i++)
        if (numbers[i] > w->done_seq)
            w->numbers[w->number_count++] = numbers[i];
    if (w->number_count >= NUMBERS_ARE_DUE)
        w->due_us = 0;
}

void fanout_watch_doubt(struct fanout_watch *w)
{
    w->gap = (struct fanout_gap){0};
    w->number_count = 0;
    w->done_seq = w->target_seq = w->due_us = 0;
}

int64_t fanout_watch_due_us(const struct fanout_watch *w)
{
    return w->due_us;
}

enum status fanout_watch_note(struct fanout_watch *w, struct db *db)
{
    enum status s = store_note_fanned(db, w->numbers, w->number_count, true);
    if (s == STATUS_OK)
        w->number_count = 0;
    return s;
}

/* A part of what is missing, within a transaction: whoever stops in it is ended, and another goes on. */
struct part {
    struct fanout_watch *watch;
    const struct fanout_turn *turn;
    int64_t up_to_seq; /* it is looked for until there */
    int64_t numbers[FANOUT_BATCH_MAX], last_seq, made;
    size_t limit, count;
    bool is_mine, is_alone;
};

static enum status make_deliveries(struct part *p, struct db *db, const PGresult *rows)
{
    fanout_batch_begin(p->turn->batch);
    for (int row = 0; row < PQntuples(rows); row++) {
        const struct stored_event stored = store_read_unfanned(rows, row);
        json_t *event = stored_event_json(&stored);
        if (event == NULL)
            return STATUS_NO_MEMORY;
        (void)fanout_batch_add(p->turn->batch, event);
        p->numbers[p->count++] = p->last_seq = stored.seq;
    }
    return p->is_alone ? fanout_batch_write_alone(p->turn->batch, db, &p->made)
                       : fanout_batch_write(p->turn->batch, db, &p->made);
}

static enum status read_part(struct db *db, void *context)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    struct part *p = context;
    const struct fanout_watch *w = p->watch;
    enum status s = store_take_fanout(db, &p->is_mine);
    if (s != STATUS_OK || !p->is_mine)
        return s;
    s = store_list_unfanned(db, w->read_seq, p->up_to_seq, (int64_t)p->limit, &rows);
    if (s == STATUS_OK)
        s = make_deliveries(p, db, rows);
    if (s == STATUS_OK)
        s = store_note_fanned(db, p->numbers, p->count, false);
    crash_point("fanout_swept");
    return s;
}

/* Nothing is missing any more, whatever the blocks count. */
static enum status end_sweep(struct fanout_watch *w, struct db *db)
{
    enum status s = store_advance_fanout(db, w->target_seq);
    if (s == STATUS_OK && w->events > 0)
        log_event(LOG_WARN, "events_swept", log_int("up_to_seq", w->target_seq), log_int("events", w->events),
                  log_int("deliveries", w->deliveries));
    w->events = w->deliveries = w->target_seq = 0;
    return s;
}

/* One that is refused must not hold up the others: halved until it stands alone. */
static enum status read_fewer(struct fanout_watch *w, const struct db *db, enum status s)
{
    if (w->at_once == 0 || !link_blames_a_row(db, s))
        return s;
    w->at_once /= 2;
    return STATUS_OK;
}

static enum status sweep(struct fanout_watch *w, const struct fanout_turn *t, int64_t *ret_made)
{
    int64_t span_end = w->read_seq + SPAN_MAX;
    struct part part = {.watch = w,
                        .turn = t,
                        .up_to_seq = span_end < w->target_seq ? span_end : w->target_seq,
                        .limit = w->at_once > 0 ? w->at_once : 1,
                        .is_alone = w->at_once == 0};
    enum status s = db_tx_run(t->db, NULL, 1, read_part, &part);
    if (s != STATUS_OK)
        return read_fewer(w, t->db, s);
    w->at_once = part.limit < FANOUT_BATCH_MAX && !part.is_alone ? part.limit * 2 : part.limit;
    w->events += (int64_t)part.count;
    w->deliveries += part.made;
    metric_add(webhook_metrics.events_swept, (int64_t)part.count);
    metric_add(webhook_metrics.deliveries_swept, part.made);
    *ret_made = part.made;
    if (part.is_mine)
        w->read_seq = part.count == part.limit ? part.last_seq : part.up_to_seq;
    else
        w->target_seq = 0; /* another one does it */
    return part.is_mine && w->read_seq >= w->target_seq ? end_sweep(w, t->db) : STATUS_OK;
}

/* Up to the last block of which nothing is missing, and what follows. */
static enum status look(struct fanout_watch *w, const struct fanout_turn *t)
{
    struct fanout_place place = {0};
    int64_t waiting_us = 0;
    enum status s = store_find_fanout_place(t->db, &place, &waiting_us);
    if (s == STATUS_NOT_FOUND || (s == STATUS_OK && place.done_seq < t->subscribers->created_seq)) {
        s = store_advance_fanout(t->db, t->subscribers->created_seq);
        if (s == STATUS_OK)
            s = store_find_fanout_place(t->db, &place, &waiting_us);
    }
    if (s != STATUS_OK)
        return s;
    int64_t lag_us = waiting_us > 0 ? clock_unix_us() - waiting_us : 0;
    w->waiting_us = lag_us > 0 ? lag_us : 0;
    metric_set(webhook_metrics.fanout_lag, w->waiting_us / US_PER_S);
    w->done_seq = w->read_seq = place.done_seq;
    w->target_seq = fanout_gap_look(&w->gap, &place, clock_monotonic_us(), w->patience_us);
    return STATUS_OK;
}

void fanout_watch_put_off(struct fanout_watch *w)
{
    int64_t us = w->patience_us / LOOKS;
    us = us < LOOK_MIN_US ? LOOK_MIN_US : us;
    w->due_us = clock_monotonic_us() + (us > LOOK_MAX_US ? LOOK_MAX_US : us);
}

/* What a look finds is read by the next turn: the subscribers of this one may be older than its events. */
enum status fanout_watch_turn(struct fanout_watch *w, const struct fanout_turn *t, int64_t *ret_made)
{
    bool has_target = w->target_seq > 0;
    *ret_made = 0;
    enum status s = fanout_watch_note(w, t->db);
    if (s == STATUS_OK)
        s = has_target ? sweep(w, t, ret_made) : look(w, t);
    if (s != STATUS_OK || w->target_seq == 0)
        fanout_watch_put_off(w);
    else
        w->due_us = 0;
    return s;
}
