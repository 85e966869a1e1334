/* streams.c - see streams.h. All of it may be lost with the server's disk: PostgreSQL has it. What is full
   forgets the oldest; work is refused instead, and comes when there is room. */
#include "ledger-svc/edge/streams.h"

#define DAY_S INT64_C(86400)
#define MIB   ((int64_t)1 << 20)
#define GIB   ((int64_t)1 << 30)

static const struct stream_spec streams[STREAM_COUNT] = {
    [STREAM_EVENTS] = {.name = "PAY_EVENTS",
                       .subject = "pay.evt.>",
                       .description = "Facts of the ledger, as CloudEvents",
                       .max_age_s = 7 * DAY_S,
                       .duplicates_s = 120},
    [STREAM_WORK] = {.name = "PAY_WORK",
                     .subject = "pay.work.>",
                     .description = "Work that waits for webhook-svc; the rows are in PostgreSQL",
                     .is_work_queue = true,
                     .duplicates_s = 120},
    [STREAM_DEAD_LETTERS] = {.name = "PAY_DLQ",
                             .subject = "pay.dlq.>",
                             .description = "Work that was given up",
                             .max_age_s = 30 * DAY_S,
                             .max_bytes = 1 * GIB,
                             .duplicates_s = 120},
};

const char *stream_name_of(enum stream_name name)
{
    return streams[name].name;
}

struct stream_spec stream_spec_of(enum stream_name name, const struct ledger_config *config)
{
    struct stream_spec spec = streams[name];
    spec.replicas = config->stream_replicas;
    if (name == STREAM_EVENTS)
        spec.max_bytes = config->events_stream_mb * MIB;
    if (name == STREAM_WORK)
        spec.max_bytes = config->work_stream_mb * MIB;
    return spec;
}
