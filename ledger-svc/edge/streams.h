/* streams.h - the JetStream streams that ledger-svc makes and mends. */
#ifndef LEDGER_EDGE_STREAMS_H
#define LEDGER_EDGE_STREAMS_H

#include "shared/io/stream.h"

extern const struct stream_spec stream_events; /* PAY_EVENTS: facts, pay.evt.<resource>.<happened> */

#endif
