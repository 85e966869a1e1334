/* planted_bug.c - reads PAYBUS_PLANTED_BUG once and counts how often the fault that it names could happen. */
#include "shared/core/planted_bug.h"

#if PAYBUS_CRASH_POINTS

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static int planted = PLANTED_BUG_COUNT; /* none */
static atomic_int chances;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *const names[PLANTED_BUG_COUNT] = {
#define BUG(name) [BUG_##name] = #name,
#include "shared/core/planted_bug.def"
#undef BUG
};

/* A test that misspells its bug must fail there, not find nothing. */
static void plant(void)
{
    const char *name = getenv("PAYBUS_PLANTED_BUG");
    if (name == NULL || *name == '\0') {
        return;
    }
    for (planted = 0; planted < PLANTED_BUG_COUNT && strcmp(names[planted], name) != 0; planted++) {
    }
    if (planted == PLANTED_BUG_COUNT) {
        abort();
    }
}

bool planted_bug_is_due(enum planted_bug bug, int each)
{
    (void)pthread_once(&once, plant);
    return (int)bug == planted && (atomic_fetch_add(&chances, 1) + 1) % each == 0;
}

#endif
