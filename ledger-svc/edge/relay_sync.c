/* relay_sync.c - see relay_sync.h. A nats-server that lost its power has lost what it had not yet written, up
   to two minutes, and gives the same sequence numbers again: so a message is known by its id. */
#include "ledger-svc/edge/relay_sync.h"

#include <string.h>

#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"
#include "shared/io/service.h"

#define REWIND_US INT64_C(300000000) /* at least, whenever messages were lost */
#define US_PER_S  INT64_C(1000000)
#define SLOW_US   INT64_C(500000)

/* What the smallest event takes in a stream: more of them than it has room for are not worth publishing. */
#define MESSAGE_BYTES 700

/* What is looked at, and compared. */
struct sync {
    struct bus *bus;
    struct db *db;
    const struct relay_source *source;
    const struct stream_spec *spec;
    struct stream_state state;
    struct relay_cursor *cursor;
};
/* Why the relay goes back, and how far. */
struct rewind {
    const char *reason; /* NULL: it does not */
    struct relay_reach reach;
    bool is_foreign; /* the transaction numbers that are there mean nothing */
};

/* As stream_find. nats-server may be slow each time: who says nothing to PostgreSQL for five seconds counts
   as stopped, and loses the lead (take_lead.sql). */
static enum status find_message(const struct sync *y, int64_t seq, struct stream_message *ret_message)
{
    bool asked = false;
    int64_t began_us = clock_monotonic_us();
    enum status s = stream_find(y->bus, y->spec->name, seq, RELAY_SEQ_HEADER, ret_message);
    if (clock_monotonic_us() - began_us < SLOW_US)
        return s;
    enum status alive = relay_cursor_is_asked(y->db, y->source->table, &asked);
    return alive == STATUS_OK ? s : alive;
}

/* When the newest event that survived was written; 0 if that cannot be said. */
static enum status survived_us(const struct sync *y, int64_t *ret_us)
{
    struct stream_message last;
    int64_t seq = 0;
    *ret_us = 0;
    if (y->state.messages == 0)
        return STATUS_OK;
    enum status s = find_message(y, y->state.last_seq, &last);
    if (s == STATUS_OK && parse_int64(str_of(last.value), 1, INT64_MAX, &seq) == STATUS_OK)
        s = relay_event_time(y->db, seq, ret_us);
    return s == STATUS_INVALID ? STATUS_OK : s;
}

/* Is this row's message in this place? STATUS_INVALID: there is none. */
static enum status is_there(const struct sync *y, int64_t seq, const struct uuid *id, bool *ret_there)
{
    struct stream_message message;
    char want[TYPEID_TEXT_SIZE];
    typeid_format(y->source->id_prefix, id, want);
    enum status s = find_message(y, seq, &message);
    if (s == STATUS_OK)
        *ret_there = strncmp(message.id, want, strlen(want)) == 0;
    return s;
}

/* Is the last message that was acknowledged still there? Past its age it need not be, nor when it was work
   that is done. Holes are work that is done, too, but no event leaves alone. */
static enum status is_intact(const struct sync *y, bool *ret_intact)
{
    const struct relay_cursor *c = y->cursor;
    bool intact = y->state.last_seq >= c->stream.seq &&
                  (y->spec->is_work_queue || y->state.missing <= c->stream.missing);
    *ret_intact = intact;
    if (!intact || c->stream.seq == 0 || c->stream.seq < y->state.first_seq || y->state.messages == 0)
        return STATUS_OK;
    enum status s = is_there(y, c->stream.seq, &c->stream.id, ret_intact);
    if (s == STATUS_INVALID)
        *ret_intact = y->spec->is_work_queue;
    return s == STATUS_INVALID ? STATUS_OK : s;
}

/* All that a stream keeps: no older than its messages become, no more than it has room for. */
static struct relay_reach kept(const struct stream_spec *spec)
{
    return (struct relay_reach){.from_us = clock_unix_us() - spec->max_age_s * US_PER_S,
                                .at_most = spec->max_bytes / MESSAGE_BYTES};
}

/* nats-server tells another time of making when it was started, a setting of the stream changed, and it was
   started again: a stream that has the last acknowledged message is the same one. */
static enum status is_same(const struct sync *y, bool *ret_same)
{
    const struct relay_cursor *c = y->cursor;
    *ret_same = c->stream.created_ns == y->state.created_ns;
    if (*ret_same || c->stream.seq == 0 || c->stream.seq > y->state.last_seq)
        return STATUS_OK;
    enum status s = is_there(y, c->stream.seq, &c->stream.id, ret_same);
    return s == STATUS_INVALID ? STATUS_OK : s;
}

static enum status find_loss(const struct sync *y, struct rewind *ret_rewind)
{
    int64_t from_us = 0;
    bool same = false, intact = false;
    enum status s = is_same(y, &same);
    if (s == STATUS_OK && !same)
        *ret_rewind = (struct rewind){.reason = "another stream", .reach = kept(y->spec)};
    if (s != STATUS_OK || !same)
        return s;
    y->cursor->stream.created_ns = y->state.created_ns;
    s = is_intact(y, &intact);
    if (s != STATUS_OK || intact)
        return s;
    if (y->source->table == RELAY_EVENTS)
        s = survived_us(y, &from_us);
    *ret_rewind = (struct rewind){.reason = "messages lost", .reach = kept(y->spec)};
    if (from_us > 0)
        ret_rewind->reach =
            (struct relay_reach){.from_us = from_us - REWIND_US, .from_seq = y->cursor->recent_seq};
    return s;
}

/* Of two reasons, the one that goes further back. */
static void go_further(struct rewind *rewind, const char *reason, int64_t from_us)
{
    if (rewind->reason != NULL && rewind->reach.from_us <= from_us)
        return;
    rewind->reason = reason;
    rewind->reach.from_us = from_us;
    rewind->reach.at_most = 0;
}

static enum status find_rewind(const struct sync *y, struct rewind *ret_rewind)
{
    bool is_new = false, is_foreign = false;
    enum status s = relay_cursor_load(y->db, y->source->table, y->cursor, &is_new, &is_foreign);
    if (s != STATUS_OK)
        return s;
    if (is_new) {
        *ret_rewind = (struct rewind){.reason = "first start", .reach = kept(y->spec), .is_foreign = true};
        return STATUS_OK;
    }
    s = find_loss(y, ret_rewind);
    ret_rewind->is_foreign = is_foreign;
    if (is_foreign)
        go_further(ret_rewind, "another cluster", y->cursor->updated_us - REWIND_US);
    if (y->cursor->asked_us > 0)
        go_further(ret_rewind, "asked for", y->cursor->asked_us);
    return s;
}

/* The place to compare with later is the stream's last message, so that what gets lost before the next one is
   acknowledged is noticed, too. */
static enum status take_place(const struct sync *y)
{
    struct relay_cursor *c = y->cursor;
    struct stream_message last = {0};
    c->stream.created_ns = y->state.created_ns;
    c->stream.missing = y->state.missing;
    c->stream.seq = y->state.last_seq;
    c->stream.id = (struct uuid){0};
    if (y->state.messages == 0)
        return STATUS_OK;
    enum status s = find_message(y, y->state.last_seq, &last);
    struct str id = {last.id, strcspn(last.id, ":")}; /* work's goes on with its generation */
    if (s == STATUS_INVALID || typeid_parse(y->source->id_prefix, id, &c->stream.id) != STATUS_OK)
        c->stream.seq = 0; /* work that is done: there is nothing to compare with */
    return s == STATUS_INVALID ? STATUS_OK : s;
}

static enum status go_back(const struct sync *y, const struct rewind *rewind)
{
    struct relay_cursor *c = y->cursor;
    enum status s = rewind->is_foreign ? relay_cursor_rebase(y->db, c, &rewind->reach)
                                       : relay_cursor_rewind(y->db, c, &rewind->reach);
    if (s == STATUS_OK)
        s = take_place(y);
    if (s != STATUS_OK)
        return s;
    log_event(LOG_WARN, "relay_rewound", log_str("stream", y->spec->name), log_str("reason", rewind->reason),
              log_int("after_seq", c->history.seq), log_int("in_order_after_seq", c->acked_seq),
              log_int("up_to_seq", c->base_seq));
    metric_add(ledger_metrics.relay[y->source->table].rewinds, 1);
    s = relay_cursor_save(y->db, c);
    c->asked_us = 0;
    return s;
}

/* Of the part that would be published next, of what is new or of what comes again, what the stream has behind
   the cursor's place. In strict order the furthest message speaks for all before it. */
static enum status skip_stored_part(const struct sync *y, bool is_history, bool *ret_skipped)
{
    CLEANUP(chain_rows_free) struct chain_rows rows = {0};
    struct relay_cursor *c = y->cursor;
    *ret_skipped = false;
    enum status s = is_history ? relay_cursor_read_history(y->db, c, CHAIN_READ_MAX, &rows)
                               : relay_cursor_read(y->db, c, CHAIN_READ_MAX, &rows);
    if (s != STATUS_OK)
        return s;
    int64_t behind = y->state.last_seq - c->stream.seq, count = PQntuples(rows.events);
    count = behind < count ? behind : count;
    if (count <= 0)
        return STATUS_OK;
    struct uuid id = db_get_uuid(rows.events, (int)count - 1, 1);
    s = is_there(y, c->stream.seq + count, &id, ret_skipped);
    if (s == STATUS_OK && *ret_skipped) {
        *(is_history ? &c->history.seq : &c->acked_seq) = db_get_int(rows.events, (int)count - 1, 0);
        c->stream.seq += count;
        c->stream.id = id;
    }
    return s == STATUS_INVALID ? STATUS_OK : s;
}

/* Who was killed had published more than it could note. The stream knows a message that is sent again for two
   minutes only; so what is there is found out, and not sent. Between what is new and what comes again it had
   noted all: behind the place is the one or the other. */
static enum status skip_stored(const struct sync *y)
{
    int64_t place = y->cursor->stream.seq;
    enum status s = STATUS_OK;
    for (int kind = 0; kind < 2 && y->cursor->stream.seq == place; kind++) {
        bool skipped = y->source->in_order && y->state.last_seq > place;
        while (s == STATUS_OK && skipped && !service_is_stopping())
            s = skip_stored_part(y, kind == 1, &skipped);
    }
    if (s != STATUS_OK || y->cursor->stream.seq == place)
        return s;
    log_event(LOG_INFO, "relay_caught_up", log_str("stream", y->spec->name), log_int("after", place),
              log_int("up_to", y->cursor->stream.seq));
    return relay_cursor_save(y->db, y->cursor);
}

enum status relay_sync(struct bus *bus, struct db *db, const struct relay_place *place,
                       struct relay_cursor *ret_cursor, int64_t *ret_last_seq)
{
    struct sync y = {
        .bus = bus, .db = db, .source = place->source, .spec = place->stream, .cursor = ret_cursor};
    struct rewind rewind = {0};
    enum status s = stream_ensure(bus, y.spec, &y.state);
    *ret_last_seq = y.state.last_seq;
    if (s == STATUS_OK)
        s = find_rewind(&y, &rewind);
    if (s != STATUS_OK)
        return s;
    if (rewind.reason != NULL)
        return go_back(&y, &rewind);
    if (y.state.missing < ret_cursor->stream.missing)
        ret_cursor->stream.missing = y.state.missing; /* the stream has forgotten what was before them, too */
    return skip_stored(&y);
}
