/* bell.c - see bell.h. */
#include "shared/io/bell.h"

void bell_init(struct bell *b)
{
    monitor_init(&b->monitor);
    b->rung = false;
}

void bell_destroy(struct bell *b)
{
    monitor_destroy(&b->monitor);
}

void bell_ring(struct bell *b)
{
    monitor_lock(&b->monitor);
    bool was_rung = b->rung;
    b->rung = true;
    monitor_unlock(&b->monitor);
    if (!was_rung)
        monitor_signal(&b->monitor);
}

void bell_wait(struct bell *b, int64_t deadline_us)
{
    monitor_lock(&b->monitor);
    while (!b->rung && monitor_wait(&b->monitor, deadline_us))
        ;
    b->rung = false;
    monitor_unlock(&b->monitor);
}
