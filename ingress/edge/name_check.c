/* name_check.c - see name_check.h. A look-up by getaddrinfo cannot be ended: its thread is left alone with
   what it works on, and who is last frees that. */
#include "ingress/edge/name_check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/monitor.h"

struct look_up {
    struct webhook_target target;
    bool development;
    struct monitor monitor; /* guards what follows */
    int users;              /* the thread that looks up, and who waits for it */
    bool is_done;
    enum status status;
    char reason[WEBHOOK_REASON_SIZE];
};

static atomic_int running;

/* Called locked. */
static void leave(struct look_up *l)
{
    bool is_last = --l->users == 0;
    monitor_unlock(&l->monitor);
    if (is_last) {
        monitor_destroy(&l->monitor);
        free(l);
    }
}

static void *look_up_main(void *context)
{
    struct look_up *l = context;
    struct webhook_addresses addresses;
    char reason[WEBHOOK_REASON_SIZE] = "";
    enum status s = webhook_target_resolve(&l->target, l->development, &addresses, reason);
    monitor_lock(&l->monitor);
    l->status = s;
    memcpy(l->reason, reason, sizeof(reason));
    l->is_done = true;
    monitor_signal(&l->monitor);
    leave(l);
    atomic_fetch_sub(&running, 1);
    return NULL;
}

/* NULL: it cannot be looked up now. */
static struct look_up *start(const struct webhook_target *target, bool development)
{
    pthread_t thread;
    struct look_up *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        return NULL;
    }
    *l =
        (struct look_up){.target = *target, .development = development, .users = 2, .status = STATUS_TIMEOUT};
    monitor_init(&l->monitor);
    if (pthread_create(&thread, NULL, look_up_main, l) != 0) {
        monitor_destroy(&l->monitor);
        free(l);
        return NULL;
    }
    (void)pthread_detach(thread);
    return l;
}

enum status name_check(const struct webhook_target *target, bool development,
                       char ret_reason[static WEBHOOK_REASON_SIZE])
{
    int64_t until_us = clock_monotonic_us() + NAME_CHECK_LIMIT_US;
    bool has_room = atomic_fetch_add(&running, 1) < NAME_CHECKS_MAX;
    struct look_up *l = has_room ? start(target, development) : NULL;
    if (l == NULL) {
        atomic_fetch_sub(&running, 1);
        return STATUS_OK;
    }
    monitor_lock(&l->monitor);
    while (!l->is_done && monitor_wait(&l->monitor, until_us)) {
    }
    enum status s = l->status == STATUS_INVALID ? STATUS_INVALID : STATUS_OK;
    memcpy(ret_reason, l->reason, WEBHOOK_REASON_SIZE);
    leave(l);
    return s;
}
