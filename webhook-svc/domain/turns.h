/* turns.h - when those come again for which an endpoint has no room now: one after the other, as far apart as
 * they can be sent, so that a long backlog is not asked for again and again. Pure. */
#ifndef WEBHOOK_DOMAIN_TURNS_H
#define WEBHOOK_DOMAIN_TURNS_H

#include <stdint.h>

/* Zeroed to begin with. */
struct turns {
    int64_t took_us; /* a try, as an average of the last ones; 0: none was made */
    int64_t last_us; /* when the one that was put off last comes again */
};
void turns_note(struct turns *t, int64_t took_us);
/* How far apart tries end of which so many are made at once. */
int64_t turns_step_us(const struct turns *t, int at_once);
/* The next turn of those that are step_us apart and come not before a time, in ms from now: 2 s at least,
   half an hour at most, in whose second half the latest have their turns. */
int64_t turns_put_off_ms(struct turns *t, int64_t step_us, int64_t earliest_us, int64_t now_us);

#endif
