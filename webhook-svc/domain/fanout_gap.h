/* fanout_gap.h - whether events are missing that nobody will bring any more. The stream brings them nearly in
   the order of their numbers: what later ones have gone by, or what stays away while nothing is brought, is
   waited for, and then read from PostgreSQL. Pure. */
#ifndef WEBHOOK_DOMAIN_FANOUT_GAP_H
#define WEBHOOK_DOMAIN_FANOUT_GAP_H

#include <stdint.h>

/* What PostgreSQL says: numbers of events. */
struct fanout_place {
    int64_t done_seq;   /* up to here all have become deliveries */
    int64_t passed_seq; /* up to here the stream has gone by; 0: it has not gone by any block */
    int64_t sealed_seq; /* up to here nothing is still to come */
    int64_t notes;      /* grows whenever the stream brought something */
};
/* What was seen before; zeroed at first. Times are monotonic. */
struct fanout_gap {
    int64_t notes, moved_us; /* since when nothing was brought */
    int64_t target_seq;      /* up to here is waited for */
    int64_t since_us;        /* since when */
};

/* Up to which number what is missing is to be read from PostgreSQL now; 0: nothing is. */
int64_t fanout_gap_look(struct fanout_gap *g, const struct fanout_place *p, int64_t now_us,
                        int64_t patience_us);

#endif
