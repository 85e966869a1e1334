/* run.h - one run: a seed, a number of batches, and a hash over everything that was answered and stored. */
#ifndef TESTS_SIM_RUN_H
#define TESTS_SIM_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_result {
    bool ok;
    char error[1024]; /* what differed, if not ok */
    uint64_t hash;
    size_t commands, entries, replays, splits;
};
void run_seed(uint64_t seed, size_t steps, struct run_result *ret);
/* How often each answer was given in all runs, by status and code. */
void run_print_answers(void);

#endif
