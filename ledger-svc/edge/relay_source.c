/* relay_source.c - see relay_source.h. */
#include "ledger-svc/edge/relay_source.h"

#include <inttypes.h>
#include <stdio.h>

#include "ledger-svc/store/facts.h"
#include "ledger-svc/store/work_rows.h"
#include "shared/core/typeid.h"

static bool next_event(struct chain_rows *rows, struct relay_message *ret_message, struct buf *body)
{
    struct relay_message *m = ret_message;
    struct read_fact read;
    struct chain_item item;
    if (!chain_next(rows, &item))
        return false;
    fact_read(rows, &item, &read);
    cloud_event_write(body, &read.fact);
    m->seq = read.fact.seq;
    typeid_format("evt", &read.fact.id, m->id);
    (void)snprintf(m->subject, sizeof m->subject, "pay.evt.%.*s", (int)read.fact.type.len,
                   read.fact.type.data);
    return true;
}

static bool next_work(struct chain_rows *rows, struct relay_message *ret_message, struct buf *body)
{
    struct relay_message *m = ret_message;
    struct read_work read;
    char id[TYPEID_TEXT_SIZE];
    if (!work_row_next(rows, &read))
        return false;
    work_event_write(body, &read.event);
    m->seq = read.seq;
    typeid_format("wrk", &read.event.id, id);
    (void)snprintf(m->id, sizeof m->id, "%s:%" PRId64, id, read.generation);
    (void)snprintf(m->subject, sizeof m->subject, "pay.work.%.*s.%s", (int)read.event.kind.len,
                   read.event.kind.data, id);
    return true;
}

const struct relay_source relay_sources[RELAY_TABLES] = {
    [RELAY_EVENTS] = {.table = RELAY_EVENTS,
                      .stream = STREAM_EVENTS,
                      .stage = "relay_events",
                      .in_order = true,
                      .id_prefix = "evt",
                      .next = next_event},
    [RELAY_WORK] = {.table = RELAY_WORK,
                    .stream = STREAM_WORK,
                    .stage = "relay_work",
                    .id_prefix = "wrk",
                    .next = next_work},
};
