/* bell.h - what a thread sleeps on that waits for several things at once: whoever has something for it rings,
   and a ring before the sleep is not lost. */
#ifndef SHARED_IO_BELL_H
#define SHARED_IO_BELL_H

#include "shared/io/monitor.h"

struct bell {
    struct monitor monitor;
    bool rung; /* guarded */
};

void bell_init(struct bell *b);
void bell_destroy(struct bell *b);
/* From any thread. */
void bell_ring(struct bell *b);
/* Returns when it was rung since the last call, or at the deadline (clock_monotonic_us). */
void bell_wait(struct bell *b, int64_t deadline_us);

#endif
