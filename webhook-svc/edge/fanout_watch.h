/* fanout_watch.h - notes which events have become deliveries, and makes those of events that the stream did
   not bring: forgotten, lost, acknowledged in a life of the database that is gone. */
#ifndef WEBHOOK_EDGE_FANOUT_WATCH_H
#define WEBHOOK_EDGE_FANOUT_WATCH_H

#include "webhook-svc/edge/fanout_batch.h"
#include "webhook-svc/store/fanout.h"

struct fanout_watch {
    int64_t patience_us;
    struct fanout_gap gap;
    int64_t numbers[FANOUT_NUMBERS_MAX]; /* of events that the stream brought, not noted yet */
    size_t number_count;
    int64_t done_seq;             /* what was noted last; lower ones need not be noted again */
    int64_t target_seq, read_seq; /* what is missing is read up to there, and was up to here; 0: nothing is */
    size_t at_once;               /* events of a part; 0: one, and each delivery of it for itself */
    int64_t events, deliveries;   /* of that, so far */
    int64_t waiting_us;           /* for how long the oldest have waited that are missing, at the last look */
    int64_t due_us;               /* monotonic: the next look */
};
/* A turn of the watch, with what it needs. */
struct fanout_turn {
    struct db *db;
    struct subscribers *subscribers;
    struct fanout_batch *batch; /* empty */
};

void fanout_watch_init(struct fanout_watch *w, int64_t patience_us);
/* Events that were brought and have become deliveries. */
void fanout_watch_add(struct fanout_watch *w, const int64_t *numbers, size_t count);
/* Another server may answer, from before what was done here: that is asked again, and what is not noted yet
   is not noted there. */
void fanout_watch_doubt(struct fanout_watch *w);
int64_t fanout_watch_due_us(const struct fanout_watch *w);
/* It cannot be done now. */
void fanout_watch_put_off(struct fanout_watch *w);
/* When it is due: notes, looks, and reads a part of what is missing. The subscribers are known and up to
 *date. ret_made: deliveries. */
NODISCARD enum status fanout_watch_turn(struct fanout_watch *w, const struct fanout_turn *t,
                                        int64_t *ret_made);
/* Notes what is not noted, at the end. */
NODISCARD enum status fanout_watch_note(struct fanout_watch *w, struct db *db);

#endif
