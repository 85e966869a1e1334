/* fanout_gap.c - see fanout_gap.h. */
#include "webhook-svc/domain/fanout_gap.h"

#include <stdbool.h>

static bool brings_nothing(struct fanout_gap *g, const struct fanout_place *p, int64_t now_us,
                           int64_t patience_us)
{
    if (g->moved_us == 0 || p->notes != g->notes) {
        g->notes = p->notes;
        g->moved_us = now_us;
    }
    return now_us - g->moved_us >= patience_us;
}

int64_t fanout_gap_look(struct fanout_gap *g, const struct fanout_place *p, int64_t now_us,
                        int64_t patience_us)
{
    bool is_still = brings_nothing(g, p, now_us, patience_us);
    int64_t missing_seq = is_still ? p->sealed_seq : p->passed_seq;
    if (missing_seq <= p->done_seq) {
        g->target_seq = 0;
        return 0;
    }
    if (is_still) {
        return missing_seq; /* that was waited for already */
    }
    if (g->target_seq <= p->done_seq) {
        g->target_seq = missing_seq;
        g->since_us = now_us;
    }
    return now_us - g->since_us >= patience_us ? g->target_seq : 0;
}
