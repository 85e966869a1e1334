/* relay_sync.c - see relay_sync.h. A nats-server that lost its power has lost what it had not yet written, up
   to two minutes, and gives the same sequence numbers again: so a message is known by its id. */
#include "ledger-svc/edge/relay_sync.h"

#include <string.h>

#include "ledger-svc/edge/ledger_metrics.h"
#include "shared/core/clock.h"
#include "shared/core/parse.h"
#include "shared/core/typeid.h"
#include "shared/io/log.h"

#define REWIND_US INT64_C(300000000) /* at least, whenever messages were lost */
#define US_PER_S  INT64_C(1000000)

/* What is looked at, and compared. */
struct sync {
    struct bus *bus;
    struct db *db;
    const struct relay_source *source;
    const struct stream_spec *spec;
    struct stream_state state;
    struct relay_cursor *cursor;
};
/* Why the relay goes back, and to when. */
struct rewind {
    const char *reason; /* NULL: it does not */
    int64_t from_us;
    bool is_foreign; /* the transaction numbers that are there mean nothing */
};

/* When the newest event that survived was written; 0 if that cannot be said. */
static enum status survived_us(const struct sync *y, int64_t *ret_us)
{
    struct stream_message last;
    int64_t seq = 0;
    *ret_us = 0;
    if (y->state.messages == 0)
        return STATUS_OK;
    enum status s = stream_find(y->bus, y->spec->name, y->state.last_seq, RELAY_SEQ_HEADER, &last);
    if (s == STATUS_OK && parse_int64(str_of(last.value), 1, INT64_MAX, &seq) == STATUS_OK)
        s = relay_event_time(y->db, seq, ret_us);
    return s == STATUS_INVALID ? STATUS_OK : s;
}

/* Is the last message that was acknowledged still there? Past its age it need not be, nor when it was work
   that is done. */
static enum status is_intact(const struct sync *y, bool *ret_intact)
{
    const struct relay_cursor *c = y->cursor;
    struct stream_message acked;
    char want[TYPEID_TEXT_SIZE];
    *ret_intact = y->state.last_seq >= c->stream.seq;
    if (!*ret_intact || c->stream.seq == 0 || c->stream.seq < y->state.first_seq || y->state.messages == 0)
        return STATUS_OK;
    typeid_format(y->source->id_prefix, &c->stream.id, want);
    enum status s = stream_find(y->bus, y->spec->name, c->stream.seq, RELAY_SEQ_HEADER, &acked);
    *ret_intact = s == STATUS_OK ? strncmp(acked.id, want, strlen(want)) == 0 : y->spec->is_work_queue;
    return s == STATUS_INVALID ? STATUS_OK : s;
}

static enum status find_loss(const struct sync *y, struct rewind *ret_rewind)
{
    int64_t from_us = 0, kept_us = clock_unix_us() - y->spec->max_age_s * US_PER_S;
    bool intact = false;
    if (y->cursor->stream.created_ns != y->state.created_ns) {
        *ret_rewind = (struct rewind){.reason = "another stream", .from_us = kept_us};
        return STATUS_OK;
    }
    enum status s = is_intact(y, &intact);
    if (s != STATUS_OK || intact)
        return s;
    if (y->source->table == RELAY_EVENTS)
        s = survived_us(y, &from_us);
    *ret_rewind =
        (struct rewind){.reason = "messages lost", .from_us = from_us > 0 ? from_us - REWIND_US : kept_us};
    return s;
}

/* Of two reasons, the one that goes further back. */
static void go_further(struct rewind *rewind, const char *reason, int64_t from_us)
{
    if (rewind->reason != NULL && rewind->from_us <= from_us)
        return;
    rewind->reason = reason;
    rewind->from_us = from_us;
}

static enum status find_rewind(const struct sync *y, struct rewind *ret_rewind)
{
    bool is_new = false, is_foreign = false;
    enum status s = relay_cursor_load(y->db, y->source->table, y->cursor, &is_new, &is_foreign);
    if (s != STATUS_OK)
        return s;
    if (is_new) {
        *ret_rewind = (struct rewind){.reason = "first start", .is_foreign = true};
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
    if (s != STATUS_OK || rewind.reason == NULL)
        return s;
    s = rewind.is_foreign ? relay_cursor_rebase(db, ret_cursor, rewind.from_us)
                          : relay_cursor_rewind(db, ret_cursor, rewind.from_us);
    if (s != STATUS_OK)
        return s;
    ret_cursor->stream.created_ns = y.state.created_ns;
    ret_cursor->stream.seq = 0;
    log_event(LOG_WARN, "relay_rewound", log_str("stream", y.spec->name), log_str("reason", rewind.reason),
              log_int("after_seq", ret_cursor->acked_seq), log_int("up_to_seq", ret_cursor->base_seq));
    metric_add(ledger_metrics.relay[y.source->table].rewinds, 1);
    s = relay_cursor_save(db, ret_cursor);
    ret_cursor->asked_us = 0;
    return s;
}
