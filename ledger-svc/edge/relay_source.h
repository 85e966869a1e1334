/* relay_source.h - what becomes a message: events in the stream PAY_EVENTS, work in PAY_WORK. */
#ifndef LEDGER_EDGE_RELAY_SOURCE_H
#define LEDGER_EDGE_RELAY_SOURCE_H

#include "ledger-svc/edge/streams.h"
#include "ledger-svc/store/relay_cursor.h"

#define RELAY_SUBJECT_SIZE 128
#define RELAY_SEQ_HEADER   "Paybus-Seq" /* a row's number, by which it is found again */
/* "true": it was published long ago, and comes beside what is new, not in order with it. */
#define RELAY_AGAIN_HEADER "Paybus-Again"

struct relay_message {
    char subject[RELAY_SUBJECT_SIZE], id[STREAM_ID_SIZE];
    int64_t seq;
};
struct relay_source {
    enum relay_table table;
    enum stream_name stream;
    const char *stage; /* whose heartbeat it is */
    /* Each message follows the one before it, and nobody else publishes there. */
    bool in_order;
    const char *id_prefix; /* of a row's id, with which a message's id begins */
    /* The next row's message, its body replacing what is in body. False: there is none. */
    bool (*next)(struct chain_rows *rows, struct relay_message *ret_message, struct buf *body);
};
extern const struct relay_source relay_sources[RELAY_TABLES];

#endif
