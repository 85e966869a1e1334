/* pairing.h - every transaction has an event. Ids of transactions rise with time and so do numbers of events,
   but only nearly: two that ran at the same time may be the other way round, and a clock that is set turns
   minutes round. So events are read ahead of transactions, by a minute of what the ids say, and a transaction
   whose event did not come yet waits for it; who waits when all events are read has none. Pure but for its
   memory. */
#ifndef RECON_DOMAIN_PAIRING_H
#define RECON_DOMAIN_PAIRING_H

#include "recon-svc/domain/id_list.h"

/* Up to seq no event posted a transaction above highest. */
struct pairing_sample {
    int64_t seq;
    struct uuid highest;
};
#define PAIRING_SAMPLES 128

struct pairing {
    struct id_list posted;  /* by events, and not yet held against transactions */
    struct id_list waiting; /* transactions of which no event came yet; is_full: there were more */
    struct uuid compared;   /* transactions up to here have been held against events */
    struct uuid highest;    /* of those that events posted */
    struct pairing_sample samples[PAIRING_SAMPLES];
    size_t sample_count;
    size_t left; /* of what was posted, after the last comparison */
};

/* max: of each list. after: transactions above it are still to be compared. */
void pairing_init(struct pairing *p, size_t max, const struct uuid *after);
void pairing_free(struct pairing *p);

/* The event with that number posts that transaction. */
void pairing_post(struct pairing *p, int64_t seq, const struct uuid *transaction);
/* Sorting costs: each id takes part in it a few times at most. */
bool pairing_is_due(const struct pairing *p);
/* How far the events read so far suffice to compare. */
struct uuid pairing_bound(const struct pairing *p);

/* A comparison: begin, the transactions that there are in their order, page by page, end. */
void pairing_begin(struct pairing *p);
void pairing_page(struct pairing *p, const struct id_list *transactions, const struct uuid *up_to);
void pairing_end(struct pairing *p);

/* Where a later run begins: far enough back that what was not there yet will not come before it. False: where
 * this one began. */
bool pairing_place(const struct pairing *p, struct pairing_sample *ret_place);

#endif
