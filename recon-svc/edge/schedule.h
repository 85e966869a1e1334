/* schedule.h - when a run is due, by what all processes have run; how many were missed. Used by one thread.
 */
#ifndef RECON_EDGE_SCHEDULE_H
#define RECON_EDGE_SCHEDULE_H

#include "recon-svc/edge/config.h"
#include "recon-svc/store/session.h"

struct schedule {
    const struct recon_config *config;
    struct store *store;
    int64_t interval_s;
    int64_t again_ms, full_again_ms;       /* none before that, since one failed; monotonic */
    int64_t last_end_ms, last_full_end_ms; /* when a run was completed last, as far as is known; monotonic */
};
/* any: a full one counts, too. */
struct schedule_due {
    bool any, full;
};

void schedule_init(struct schedule *s, const struct recon_config *config, struct store *store);
/* Of the store, which is connected. */
NODISCARD enum status schedule_look(struct schedule *s, struct schedule_due *ret_due);
/* Also while there is no database: nobody else would say that nothing is proved. */
void schedule_tell_missed(const struct schedule *s);
/* Whatever makes a run fail, or keeps it from what is new, is not better at once, and trying costs. */
void schedule_put_off(struct schedule *s, bool is_full);
/* A tenth of the interval either way, so that instances do not all begin at once. */
void schedule_draw_interval(struct schedule *s);

#endif
