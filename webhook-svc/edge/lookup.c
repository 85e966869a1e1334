/* lookup.c - see lookup.h. A thread that hangs in a look-up cannot be stopped: the last one of all to end
   frees what they share. */
#include "webhook-svc/edge/lookup.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/monitor.h"

#define THREADS   8
#define NAMES_MAX 512
#define GOOD_US   INT64_C(5000000)
#define BAD_US    INT64_C(1000000)
#define IDLE_US   INT64_C(60000000)

enum name_state { NAME_FREE, NAME_WANTED, NAME_ASKED, NAME_KNOWN };
struct name {
    enum name_state state;
    struct webhook_target target;
    struct lookup_result result;
    int64_t until_us; /* of a known one */
};
struct lookup {
    struct lookup_options options;
    struct monitor monitor; /* guards what follows */
    struct name names[NAMES_MAX];
    int threads;
    bool closing;
};

static bool is_same(const struct webhook_target *a, const struct webhook_target *b)
{
    return a->port == b->port && strcmp(a->host, b->host) == 0;
}

static struct name *find(struct lookup *l, const struct webhook_target *target)
{
    for (int i = 0; i < NAMES_MAX; i++)
        if (l->names[i].state != NAME_FREE && is_same(&l->names[i].target, target))
            return &l->names[i];
    return NULL;
}

/* A free place, or that of the name that is known for longest; NULL: all are being looked up. */
static struct name *make_room(struct lookup *l)
{
    struct name *oldest = NULL;
    for (int i = 0; i < NAMES_MAX; i++) {
        struct name *n = &l->names[i];
        if (n->state == NAME_FREE)
            return n;
        if (n->state == NAME_KNOWN && (oldest == NULL || n->until_us < oldest->until_us))
            oldest = n;
    }
    return oldest;
}

static struct name *find_wanted(struct lookup *l)
{
    for (int i = 0; i < NAMES_MAX; i++)
        if (l->names[i].state == NAME_WANTED)
            return &l->names[i];
    return NULL;
}

/* Within the monitor, which it leaves while it asks. */
static void ask(struct lookup *l, struct name *name)
{
    struct webhook_target target = name->target;
    struct lookup_result result = {0};
    name->state = NAME_ASKED; /* nobody else touches it now */
    monitor_unlock(&l->monitor);
    result.status = webhook_target_resolve(&target, l->options.development, &result.addresses, result.reason);
    monitor_lock(&l->monitor);
    name->result = result;
    name->until_us = clock_monotonic_us() + (result.status == STATUS_OK ? GOOD_US : BAD_US);
    name->state = NAME_KNOWN;
    if (!l->closing)
        l->options.notify(l->options.context);
}

static void *lookup_main(void *context)
{
    struct lookup *l = context;
    monitor_lock(&l->monitor);
    while (!l->closing) {
        struct name *wanted = find_wanted(l);
        if (wanted != NULL)
            ask(l, wanted);
        else
            (void)monitor_wait(&l->monitor, clock_monotonic_us() + IDLE_US);
    }
    bool is_last = --l->threads == 0;
    monitor_unlock(&l->monitor);
    if (is_last) {
        monitor_destroy(&l->monitor);
        free(l);
    }
    return NULL;
}

static bool start_thread(struct lookup *l)
{
    pthread_t thread;
    pthread_attr_t attributes;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &attributes, lookup_main, l) == 0;
    (void)pthread_attr_destroy(&attributes);
    return started;
}

enum status lookup_open(const struct lookup_options *options, struct lookup **ret_lookup)
{
    struct lookup *l = calloc(1, sizeof *l);
    if (l == NULL)
        return STATUS_NO_MEMORY;
    l->options = *options;
    monitor_init(&l->monitor);
    monitor_lock(&l->monitor);
    while (l->threads < THREADS && start_thread(l))
        l->threads++;
    bool has_threads = l->threads > 0;
    monitor_unlock(&l->monitor);
    if (!has_threads) {
        monitor_destroy(&l->monitor);
        free(l);
        return STATUS_FAILED;
    }
    *ret_lookup = l;
    return STATUS_OK;
}

void lookup_close(struct lookup *l)
{
    if (l == NULL)
        return;
    monitor_lock(&l->monitor);
    l->closing = true;
    monitor_broadcast(&l->monitor);
    monitor_unlock(&l->monitor);
}

bool lookup_find(struct lookup *l, const struct webhook_target *target, struct lookup_result *ret_result)
{
    monitor_lock(&l->monitor);
    struct name *name = find(l, target);
    bool is_fresh = name != NULL && name->state == NAME_KNOWN && clock_monotonic_us() < name->until_us;
    if (is_fresh)
        *ret_result = name->result;
    if (name == NULL && (name = make_room(l)) != NULL)
        *name = (struct name){.state = NAME_KNOWN, .target = *target};
    if (!is_fresh && name != NULL && name->state == NAME_KNOWN) {
        name->state = NAME_WANTED;
        monitor_signal(&l->monitor);
    }
    monitor_unlock(&l->monitor);
    return is_fresh;
}
