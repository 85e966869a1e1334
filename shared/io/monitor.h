/* monitor.h - a mutex with one condition whose waits have absolute deadlines on the monotonic clock. */
#ifndef SHARED_IO_MONITOR_H
#define SHARED_IO_MONITOR_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct monitor {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

void monitor_init(struct monitor *m);
void monitor_destroy(struct monitor *m);
void monitor_lock(struct monitor *m);
void monitor_unlock(struct monitor *m);
void monitor_signal(struct monitor *m);    /* wakes one */
void monitor_broadcast(struct monitor *m); /* wakes all */
/* Called locked, returns locked, possibly for no reason; false once the deadline (clock_monotonic_us) has
 * passed. */
bool monitor_wait(struct monitor *m, int64_t deadline_us);

#endif
