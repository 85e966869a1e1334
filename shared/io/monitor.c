/* monitor.c - see monitor.h; the calls cannot fail when used rightly, so a failure is our own bug. */
#include "shared/io/monitor.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

void monitor_init(struct monitor *m)
{
    pthread_condattr_t attributes;
    int failed = pthread_condattr_init(&attributes);
    failed |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    failed |= pthread_cond_init(&m->changed, &attributes);
    failed |= pthread_mutex_init(&m->mutex, NULL);
    pthread_condattr_destroy(&attributes);
    assert(failed == 0);
    (void)failed;
}

void monitor_destroy(struct monitor *m)
{
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->mutex);
}

void monitor_lock(struct monitor *m)
{
    int failed = pthread_mutex_lock(&m->mutex);
    assert(failed == 0);
    (void)failed;
}

void monitor_unlock(struct monitor *m)
{
    pthread_mutex_unlock(&m->mutex);
}

void monitor_signal(struct monitor *m)
{
    pthread_cond_signal(&m->changed);
}

void monitor_broadcast(struct monitor *m)
{
    pthread_cond_broadcast(&m->changed);
}

bool monitor_wait(struct monitor *m, int64_t deadline_us)
{
    if (deadline_us < 0)
        deadline_us = 0;
    struct timespec until = {.tv_sec = deadline_us / 1000000, .tv_nsec = (deadline_us % 1000000) * 1000};
    return pthread_cond_timedwait(&m->changed, &m->mutex, &until) != ETIMEDOUT;
}
