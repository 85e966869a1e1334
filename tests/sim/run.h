/* run.h - one run: a seed, a number of batches, and a hash over everything that was answered and stored; and
   the same from a script, of which parts may be left out. */
#ifndef TESTS_SIM_RUN_H
#define TESTS_SIM_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sim/script.h"

struct run_result {
    bool ok;
    char error[1024]; /* what differed, if not ok */
    uint64_t hash;
    size_t commands, entries, replays, splits;
};
struct run_options {
    uint64_t seed;
    size_t steps;
    bool has_error; /* the model has the planted one */
    bool is_loud;   /* prints every command and its answer */
};
/* Generates each step as the state then is. Fills the script, which may be NULL and is the caller's to free.
 */
void run_seed(const struct run_options *options, struct script *ret_script, struct run_result *ret);
/* A command that names what is not there, since its maker was left out, names something unknown instead. */
void run_script(const struct run_options *options, const struct script *script, struct run_result *ret);

#endif
