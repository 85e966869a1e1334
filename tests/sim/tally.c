/* tally.c - see tally.h. */
#include "tests/sim/tally.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct {
    const char *what;
    size_t count;
} tally[64];

void tally_answer(const char *what)
{
    size_t i = 0;
    while (i + 1 < COUNT(tally) && tally[i].what != NULL && strcmp(tally[i].what, what) != 0) {
        i++;
    }
    tally[i].what = what;
    tally[i].count++;
}

void tally_print(void)
{
    for (size_t i = 0; i < COUNT(tally) && tally[i].what != NULL; i++) {
        (void)printf("%10zu %s\n", tally[i].count, tally[i].what);
    }
}
