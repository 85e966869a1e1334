/* relay_feed.c - see relay_feed.h. The cursor is saved when a window is opened, and after its parts at most
   every 100 ms until nothing is left to do: each save leaves a row behind for as long as anybody keeps an old
   snapshot. What is not saved is published again after a crash. */
#include "ledger-svc/edge/relay_feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger-svc/edge/ledger_metrics.h"
#include "ledger-svc/edge/relay_pace.h"
#include "ledger-svc/edge/relay_sync.h"
#include "shared/core/clock.h"
#include "shared/io/crash_point.h"
#include "shared/io/heartbeat.h"
#include "shared/io/log.h"

#define POLL_US       INT64_C(250000) /* without being woken */
#define GATHER_US     INT64_C(20000)  /* after a window of several: under load fewer and larger ones */
#define GATHER_ROWS   8
#define SAVE_US       INT64_C(100000)
#define ASK_US        INT64_C(1000000) /* between two looks for a request */
#define AWAY_FIRST_US INT64_C(100000)  /* after a failure, then twice as long each time */
#define AWAY_MAX_US   INT64_C(2000000)
#define RECENT_US     INT64_C(300000000) /* what nats-server may not have on its disk yet is younger */
#define US_PER_S      INT64_C(1000000)
#define ACK_WAIT_MS   2000
#define BODY_MAX      ((size_t)1 << 20)
#define SEQ_SIZE      24
#define CANCELED      "57014" /* the statement took too long */

struct relay_feed {
    struct bus *bus;
    const struct relay_source *source;
    struct stream_spec stream;
    struct publisher *publisher;
    struct heartbeat *heartbeat;
    bool in_sync;
    bool window_open;    /* there may be more in the present window */
    bool is_unsaved;     /* more was acknowledged than the stored cursor says */
    bool has_news;       /* something was committed since the present window was opened */
    bool may_be_woken;   /* false: after a failure, or so that it does not go by number too fast */
    int64_t turned_us;   /* the last turn; this and what follows on the monotonic clock */
    int64_t had_us;      /* the last one that had something */
    int64_t due_us;      /* the next turn */
    int64_t opened_us;   /* when the window in hand was opened */
    int64_t complete_us; /* what was committed by then is published */
    int64_t saved_us;    /* when the cursor was */
    int64_t asked_us;    /* when a request was looked for */
    int64_t away_us;     /* how long to rest after the next failure */
    struct relay_cursor cursor;
    bool is_history;        /* what is not saved; otherwise it is new */
    int64_t history_due_us; /* the next part of what comes again */
    int64_t rate;           /* rows a second of a large window */
    struct {
        int64_t before, now, since_us; /* of the last five minutes or more, and since then */
    } lowest;                          /* number that was published */
    int64_t refill_rate;               /* rows a second that come again */
    int64_t part;                      /* rows of a turn */
    struct buf body;                   /* of the message in hand */
};

enum status relay_feed_open(const struct ledger_config *config, struct bus *bus, enum relay_table table,
                            struct relay_feed **ret_feed)
{
    struct relay_feed *f = calloc(1, sizeof *f);
    if (f == NULL)
        return STATUS_NO_MEMORY;
    *ret_feed = f;
    f->bus = bus;
    f->source = &relay_sources[table];
    f->stream = stream_spec_of(f->source->stream, config);
    f->heartbeat = heartbeat_add(f->source->stage);
    f->part = CHAIN_READ_MAX;
    f->away_us = AWAY_FIRST_US;
    f->refill_rate = f->rate = config->relay_refill_rate;
    buf_init(&f->body, BODY_MAX);
    return publisher_open(bus, f->stream.name, f->source->in_order, &f->publisher);
}

void relay_feed_stop(struct relay_feed *f)
{
    if (f != NULL)
        publisher_stop(f->publisher);
}

void relay_feed_close(struct relay_feed *f)
{
    if (f == NULL)
        return;
    publisher_close(f->publisher);
    buf_free(&f->body);
    free(f);
}

void relay_feed_doubt(struct relay_feed *f)
{
    f->in_sync = false;
}

void relay_feed_compare(struct relay_feed *f, enum stream_name name, const struct stream_state *state)
{
    if (f->source->stream != name || !f->in_sync)
        return;
    if (f->cursor.stream.created_ns != state->created_ns ||
        (f->source->in_order && state->missing > f->cursor.stream.missing))
        f->in_sync = false;
    else
        f->cursor.stream.missing = state->missing;
}

void relay_feed_begin(struct relay_feed *f)
{
    f->in_sync = f->is_unsaved = false; /* others may have gone on meanwhile */
    f->complete_us = f->opened_us = clock_monotonic_us();
}

void relay_feed_tell_lag(const struct relay_feed *f, bool leads)
{
    int64_t lag_us = leads ? clock_monotonic_us() - f->complete_us : 0;
    const struct relay_cursor *c = &f->cursor;
    metric_set(ledger_metrics.relay[f->source->table].lag_seconds, lag_us / US_PER_S);
    heartbeat_until(f->heartbeat, leads ? f->complete_us : 0);
    metric_set(ledger_metrics.relay[f->source->table].refill,
               leads ? c->history.last_seq - c->history.seq : 0);
}

/* What comes again waits until all that goes by number is published, and the first window is open. */
static bool has_history(const struct relay_feed *f)
{
    return f->in_sync && f->cursor.horizon[0] != '\0' && relay_cursor_has_history(&f->cursor);
}

int64_t relay_feed_due_us(const struct relay_feed *f)
{
    return has_history(f) && f->history_due_us < f->due_us ? f->history_due_us : f->due_us;
}

/* Under load not each commit gets a turn of its own. A turn for nothing keeps no news waiting. */
void relay_feed_wake(struct relay_feed *f, enum relay_news news)
{
    int64_t since_us = news == RELAY_HAS ? f->had_us : f->turned_us;
    f->has_news = true;
    if (f->may_be_woken && since_us + GATHER_US < f->due_us)
        f->due_us = since_us + GATHER_US;
}

static enum status save(struct relay_feed *f, struct db *db)
{
    enum status s = relay_cursor_save(db, &f->cursor);
    f->saved_us = clock_monotonic_us();
    f->is_unsaved = f->is_unsaved && s != STATUS_OK;
    return s;
}

void relay_feed_keep(struct relay_feed *f, struct db *db)
{
    if (f->is_unsaved && db != NULL && db_is_usable(db)) {
        enum status s = save(f, db);
        (void)s; /* what is not saved is published again */
    }
}

static enum status find_place(struct relay_feed *f, struct db *db)
{
    int64_t last_seq = 0;
    relay_feed_keep(f, db);
    const struct relay_place place = {f->source, &f->stream};
    enum status s = relay_sync(f->bus, db, &place, &f->cursor, &last_seq);
    if (s != STATUS_OK)
        return s;
    publisher_begin(f->publisher, last_seq);
    f->lowest.before = f->cursor.recent_seq > 0 ? f->cursor.recent_seq : INT64_MAX;
    f->lowest.now = INT64_MAX;
    f->lowest.since_us = clock_monotonic_us();
    f->in_sync = true;
    f->window_open = true;
    return STATUS_OK;
}

/* Finds out where to go on, if it is not known or somebody asks for a rewind. */
static enum status synchronize(struct relay_feed *f, struct db *db)
{
    bool is_asked = false;
    int64_t now_us = clock_monotonic_us();
    enum status s = STATUS_OK;
    if (f->in_sync && now_us - f->asked_us >= ASK_US) {
        s = relay_cursor_is_asked(db, f->source->table, &is_asked);
        f->asked_us = now_us;
    }
    return s == STATUS_OK && (is_asked || !f->in_sync) ? find_place(f, db) : s;
}

static enum status send_message(struct relay_feed *f, const struct relay_message *message)
{
    char seq[SEQ_SIZE];
    if (buf_status(&f->body) != STATUS_OK)
        return STATUS_FULL;
    (void)snprintf(seq, sizeof seq, "%" PRId64, message->seq);
    const struct publisher_message m = {
        .subject = message->subject,
        .id = message->id,
        .headers = {{RELAY_SEQ_HEADER, seq}, {f->is_history ? RELAY_AGAIN_HEADER : NULL, "true"}},
        .body = {f->body.data, f->body.len}};
    return publisher_send(f->publisher, &m);
}

/* After nats-server's power failed, what was not on its disk comes again in the order of publication. */
static void note_lowest(struct relay_feed *f, int64_t seq)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - f->lowest.since_us >= RECENT_US) {
        f->lowest.before = f->lowest.now;
        f->lowest.now = INT64_MAX;
        f->lowest.since_us = now_us;
    }
    if (seq < f->lowest.now)
        f->lowest.now = seq;
    f->cursor.recent_seq = f->lowest.now < f->lowest.before ? f->lowest.now : f->lowest.before;
}

/* Of what was sent, the first ones are in the stream. The place to compare with later is the furthest: what
   lies above it could be lost unseen. */
static enum status advance(struct relay_feed *f, struct db *db, const struct chain_rows *rows,
                           const struct publisher_acks *acks)
{
    if (acks->count == 0)
        return STATUS_OK;
    note_lowest(f, db_get_int(rows->events, 0, 0));
    int64_t acked_seq = db_get_int(rows->events, (int)acks->count - 1, 0);
    *(f->is_history ? &f->cursor.history.seq : &f->cursor.acked_seq) = acked_seq;
    if (acks->last_seq > f->cursor.stream.seq) {
        f->cursor.stream.id = db_get_uuid(rows->events, (int)acks->last, 1);
        f->cursor.stream.seq = acks->last_seq;
    }
    metric_add(ledger_metrics.relay[f->source->table].published, (int64_t)acks->count);
    if (!f->is_history)
        metric_set(ledger_metrics.relay[f->source->table].seq, acked_seq);
    crash_point("ledger.relay_before_cursor");
    f->is_unsaved = true;
    return clock_monotonic_us() - f->saved_us >= SAVE_US ? save(f, db) : STATUS_OK;
}

/* Publishes a part of the window, or of what comes again. The cursor is saved between the one and the other:
   then whatever the stream has behind its place is of one kind, and is recognised (relay_sync). */
static enum status publish_rows(struct relay_feed *f, struct db *db, struct chain_rows *rows, bool is_history)
{
    struct relay_message message;
    struct publisher_acks acks;
    enum status sent = f->is_unsaved && f->is_history != is_history ? save(f, db) : STATUS_OK;
    f->is_history = is_history;
    while (sent == STATUS_OK && f->source->next(rows, &message, &f->body))
        sent = send_message(f, &message);
    enum status s = publisher_wait(f->publisher, ACK_WAIT_MS, &acks);
    enum status saved = advance(f, db, rows, &acks);
    if (sent != STATUS_OK)
        return sent;
    return s != STATUS_OK ? s : saved;
}

/* Opens the next window when the present one is done. *ret_open false: there is nothing, or it is not to be
   had yet. */
static enum status open_window(struct relay_feed *f, struct db *db, bool *ret_open)
{
    bool empty = false;
    enum status s = STATUS_OK;
    *ret_open = true;
    if (f->cursor.horizon[0] == '\0')
        s = relay_cursor_is_settled(db, &f->cursor, ret_open);
    if (s != STATUS_OK || !*ret_open || f->window_open)
        return s;
    f->opened_us = clock_monotonic_us();
    f->has_news = false;
    s = relay_cursor_next_window(db, &f->cursor, &empty);
    *ret_open = s == STATUS_OK && !empty;
    if (s != STATUS_OK && strcmp(db_sqlstate(db), CANCELED) == 0) {
        log_event(LOG_WARN, "relay_window_unseen", log_str("stream", f->stream.name));
        s = relay_cursor_next_window_unseen(db, &f->cursor);
        *ret_open = s == STATUS_OK;
    }
    if (s != STATUS_OK)
        return s;
    f->window_open = !empty;
    f->rate = relay_pace_rate(&f->cursor, f->refill_rate, clock_unix_us());
    /* Kept before it is sent: a wider window after a failure would mix what is stored with what is not, and
       each change between both is refused. */
    return empty ? STATUS_OK : save(f, db);
}

/* One part of a window. *ret_count: its rows. */
static enum status publish_some(struct relay_feed *f, struct db *db, size_t *ret_count)
{
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    bool open = false;
    enum status s = open_window(f, db, &open);
    if (s != STATUS_OK || !open)
        return s;
    s = relay_cursor_read(db, &f->cursor, f->part, &rows);
    if (s != STATUS_OK)
        return s;
    *ret_count = (size_t)PQntuples(rows.events);
    f->window_open = *ret_count == (size_t)f->part;
    return *ret_count > 0 ? publish_rows(f, db, &rows, false) : STATUS_OK;
}

/* A part of what comes again: slowly, for the sake of others; nats-server keeps each id for two minutes. */
static enum status publish_history(struct relay_feed *f, struct db *db)
{
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    enum status s = relay_cursor_read_history(db, &f->cursor, f->part, &rows);
    if (s != STATUS_OK)
        return s;
    int count = PQntuples(rows.events);
    f->history_due_us = clock_monotonic_us() + count * US_PER_S / f->refill_rate;
    if (count > 0)
        s = publish_rows(f, db, &rows, true);
    if (s != STATUS_OK || count == f->part)
        return s;
    f->cursor.history.seq = f->cursor.history.last_seq;
    log_event(LOG_INFO, "relay_refilled", log_str("stream", f->stream.name),
              log_int("up_to_seq", f->cursor.history.last_seq));
    return save(f, db);
}

/* In an outage less and less often, so that the log and the servers are spared. */
static void rest_away(struct relay_feed *f)
{
    f->may_be_woken = false;
    f->due_us = f->history_due_us = clock_monotonic_us() + f->away_us;
    f->away_us = f->away_us * 2 < AWAY_MAX_US ? f->away_us * 2 : AWAY_MAX_US;
}

static void fall_out(struct relay_feed *f, struct db *db, const char *at, enum status status)
{
    log_event(LOG_WARN, "relay_failed", log_str("stream", f->stream.name), log_str("at", at),
              log_str("status", status_name(status)), log_str("sqlstate", db_sqlstate(db)),
              log_str("error", db_error(db)));
    metric_add(ledger_metrics.relay[f->source->table].failures, 1);
    relay_feed_keep(f, db);
    f->in_sync = false;
    if (!f->source->in_order)
        f->part = 1; /* a stream that is full is asked with one message, not with many copies */
    rest_away(f);
}

/* After a turn that published so many: the next one at once while a window goes on. */
static void rest_until_more(struct relay_feed *f, struct db *db, size_t count)
{
    int64_t now_us = clock_monotonic_us();
    bool is_busy = count > GATHER_ROWS;
    f->may_be_woken = true;
    f->turned_us = f->due_us = now_us;
    f->had_us = count > 0 ? now_us : f->had_us;
    f->part = CHAIN_READ_MAX;
    if (f->window_open && count > 0) {
        f->due_us += relay_pace_rest_us(&f->cursor, f->rate, (int64_t)count);
        f->may_be_woken = f->due_us == now_us;
        return;
    }
    if (!f->window_open) {
        f->complete_us = f->opened_us;
        f->away_us = AWAY_FIRST_US;
    }
    if (!is_busy)
        relay_feed_keep(f, db);
    f->due_us = now_us + (is_busy || f->has_news ? GATHER_US : POLL_US);
}

/* What is new goes first. *ret_at: where it failed. */
static enum status take_turn(struct relay_feed *f, struct db *db, const char **ret_at)
{
    size_t count = 0;
    *ret_at = "sync";
    enum status s = synchronize(f, db);
    if (s != STATUS_OK)
        return s;
    *ret_at = "publish";
    if (f->due_us <= clock_monotonic_us()) {
        s = publish_some(f, db, &count);
        if (s == STATUS_OK)
            rest_until_more(f, db, count);
    }
    if (s == STATUS_OK && has_history(f) && f->history_due_us <= clock_monotonic_us())
        s = publish_history(f, db);
    return s;
}

void relay_feed_turn(struct relay_feed *f, struct db *db)
{
    const char *at;
    if (!bus_is_connected(f->bus)) {
        f->in_sync = false;
        rest_away(f);
        return;
    }
    enum status s = take_turn(f, db, &at);
    if (s != STATUS_OK)
        fall_out(f, db, at, s);
}
