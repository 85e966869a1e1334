/* shrink.h - from a run that fails to the few commands of it that still do. */
#ifndef TESTS_SIM_SHRINK_H
#define TESTS_SIM_SHRINK_H

#include "tests/sim/run.h"

/* Leaves out of the script what the failure does not need, and gives how many commands are left; 0 when the
   script does not fail. */
size_t shrink(const struct run_options *options, struct script *script);
/* Prints what is left, and how to run it again. */
void shrink_print(const struct run_options *options, const struct script *script);

#endif
