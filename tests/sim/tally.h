/* tally.h - how often each answer was given in all runs. */
#ifndef TESTS_SIM_TALLY_H
#define TESTS_SIM_TALLY_H

/* what: a literal. */
void tally_answer(const char *what);
void tally_print(void);

#endif
