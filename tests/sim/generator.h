/* generator.h - random intents from a seed: a few hot accounts and many cold ones, amounts at the edges,
   replays, twins, other bodies under used keys, sources, expired deadlines. A new command of the ledger gets
   a row here. */
#ifndef TESTS_SIM_GENERATOR_H
#define TESTS_SIM_GENERATOR_H

#include "tests/sim/model.h"

#define GENERATOR_HISTORY 64

struct generator {
    uint64_t state;
    uint64_t next_command, next_key, next_source;
    struct intent history[GENERATOR_HISTORY]; /* what may be sent again, in a ring */
    size_t history_count;
};
void generator_init(struct generator *g, uint64_t seed);
uint64_t generator_random(struct generator *g);
int64_t generator_between(struct generator *g, int64_t low, int64_t high); /* both included */
bool generator_percent(struct generator *g, int percent);
/* What the database's clock says next: it may stand still or be set back, and is often right at the end of a
   hold's time. */
int64_t generator_clock(struct generator *g, const struct model *m, int64_t now_us);
/* The model only tells which accounts there are and what they hold, so that amounts can be aimed at their
 * edges. */
struct intent generator_next(struct generator *g, const struct model *m);

#endif
