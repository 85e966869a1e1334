/* streams.h - the JetStream streams that ledger-svc makes and mends: a table. */
#ifndef LEDGER_EDGE_STREAMS_H
#define LEDGER_EDGE_STREAMS_H

#include "ledger-svc/edge/config.h"
#include "shared/io/stream.h"

enum stream_name {
    STREAM_EVENTS,       /* PAY_EVENTS: facts, pay.evt.<resource>.<happened> */
    STREAM_WORK,         /* PAY_WORK: what is to be done, pay.work.<kind>.<id> */
    STREAM_DEAD_LETTERS, /* PAY_DLQ: what was given up, pay.dlq.<kind>.<id> */
    STREAM_COUNT
};
const char *stream_name_of(enum stream_name name);
/* How it has to be, with these settings. */
struct stream_spec stream_spec_of(enum stream_name name, const struct ledger_config *config);

#endif
