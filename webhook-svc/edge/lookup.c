/* lookup.c - see lookup.h. A thread that hangs in a look-up cannot be stopped: the last one of all to end
   frees what they share. */
#include "webhook-svc/edge/lookup.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "shared/io/monitor.h"
#include "webhook-svc/domain/owner_slot.h"

#define THREADS      32  /* that do not hang in a slow look-up; others take the place of those that do */
#define THREADS_MAX  256 /* in all */
#define THREADS_EACH 2   /* of one owner: who has slow names waits for them alone */
#define THREADS_SLOW 16  /* of all whose names were slow before, each of whom has one */
#define WANTED_EACH  4   /* names of one owner that wait for a thread: the others wait outside */
#define OWNER_SIZE   (COMMAND_OWNER_MAX + 1)
#define NAMES_MAX    512
#define WANTED_US    INT64_C(5000000) /* who wants a name asks every second */
#define GOOD_US      INT64_C(5000000)
#define STALE_US     INT64_C(60000000) /* what was good once is used so long while it is looked up again */
#define BAD_US       INT64_C(1000000)  /* doubled each time that it is still bad */
#define BAD_MAX_US   INT64_C(300000000)
#define SLOW_US      INT64_C(1000000)  /* a bad answer that took longer ... */
#define SLOW_BAD_US  INT64_C(30000000) /* ... is good for longer */
#define IDLE_US      INT64_C(60000000)

enum name_state { NAME_FREE, NAME_WANTED, NAME_ASKED, NAME_KNOWN };
/* Of one owner: two that want the same name do not share it, nor its slowness. */
struct name {
    enum name_state state;
    char owner[OWNER_SIZE];
    int slot; /* of the owner */
    struct webhook_target target;
    struct lookup_result result;
    int64_t found_us, until_us; /* of a known one; found_us 0: never */
    int64_t bad_us;             /* how long its bad answers are kept; 0: the last one was good */
    uint64_t turn;              /* of a wanted one: the lowest comes first */
    int64_t asked_us, took_us;  /* when it was last looked up, and how long that took */
    bool is_slowed;             /* that was for somebody with slow names */
    int64_t wanted_us;          /* when it was asked for last */
};
struct lookup {
    struct lookup_options options;
    struct monitor monitor; /* guards what follows */
    struct name names[NAMES_MAX];
    int known[OWNER_SLOTS]; /* for a moment: how many of an owner are known */
    uint64_t turns;
    int threads;
    bool closing;
};

static bool is_of(const struct name *n, const char *owner)
{
    return strcmp(n->owner, owner) == 0;
}

static bool is_same(const struct webhook_target *a, const struct webhook_target *b)
{
    return a->port == b->port && strcmp(a->host, b->host) == 0;
}

static struct name *find(struct lookup *l, const char *owner, const struct webhook_target *target)
{
    for (int i = 0; i < NAMES_MAX; i++)
        if (l->names[i].state != NAME_FREE && is_of(&l->names[i], owner) &&
            is_same(&l->names[i].target, target))
            return &l->names[i];
    return NULL;
}

static void count_known(struct lookup *l)
{
    memset(l->known, 0, sizeof l->known);
    for (int i = 0; i < NAMES_MAX; i++)
        l->known[l->names[i].slot] += l->names[i].state == NAME_KNOWN;
}

/* Is it better without this one? Whoever has most gives up what was wanted longest ago, so that nobody's
   names crowd another's out. */
static bool is_more_idle(const struct lookup *l, const struct name *n, const struct name *than)
{
    int known = l->known[n->slot], of_that = l->known[than->slot];
    return known != of_that ? known > of_that : n->wanted_us < than->wanted_us;
}

/* A free place, or that of a name that nobody wants any more or that is missed least; NULL: all are being
   looked up. */
static struct name *make_room(struct lookup *l, int64_t now_us)
{
    struct name *idle = NULL;
    count_known(l);
    for (int i = 0; i < NAMES_MAX; i++) {
        struct name *n = &l->names[i];
        bool is_forgotten = n->state == NAME_WANTED && now_us > n->wanted_us + WANTED_US;
        if (n->state == NAME_FREE || is_forgotten)
            return n;
        if (n->state == NAME_KNOWN && (idle == NULL || is_more_idle(l, n, idle)))
            idle = n;
    }
    return idle;
}

/* Names of an owner, and of all. */
struct tally {
    int wanted, asked; /* the owner's */
    bool is_slow;      /* one of his takes long, or took long last time */
    int slow_asked;    /* of all: being looked up, and that takes long */
    int slowed_asked;  /* of all: being looked up for somebody with slow names */
};

static struct tally count_names(const struct lookup *l, const char *owner, int64_t now_us)
{
    struct tally t = {.wanted = 0};
    for (int i = 0; i < NAMES_MAX; i++) {
        const struct name *n = &l->names[i];
        if (n->state == NAME_FREE)
            continue;
        bool is_asked = n->state == NAME_ASKED, is_his = is_of(n, owner);
        bool is_slow = is_asked && now_us > n->asked_us + SLOW_US;
        t.slow_asked += is_slow;
        t.slowed_asked += is_asked && n->is_slowed;
        t.wanted += is_his && n->state == NAME_WANTED;
        t.asked += is_his && is_asked;
        t.is_slow = t.is_slow || (is_his && (is_slow || n->took_us > SLOW_US));
    }
    return t;
}

static bool has_share(const struct lookup *l, const char *owner, int64_t now_us)
{
    const struct tally t = count_names(l, owner, now_us);
    return t.is_slow ? t.asked == 0 && t.slowed_asked < THREADS_SLOW : t.asked < THREADS_EACH;
}

/* The one that has waited for longest and whose owner has a thread left. */
static struct name *find_wanted(struct lookup *l)
{
    struct name *first = NULL;
    int64_t now_us = clock_monotonic_us();
    for (int i = 0; i < NAMES_MAX; i++) {
        struct name *n = &l->names[i];
        bool is_earlier = n->state == NAME_WANTED && (first == NULL || n->turn < first->turn);
        if (is_earlier && has_share(l, n->owner, now_us))
            first = n;
    }
    return first;
}

static bool is_usable(const struct name *n, int64_t now_us)
{
    return n->found_us != 0 && now_us < n->found_us + STALE_US;
}

/* Nobody can tell now what was good a moment ago: that is still used. */
static void learn(struct name *n, const struct lookup_result *result, int64_t now_us)
{
    n->state = NAME_KNOWN;
    if (result->status == STATUS_OK) {
        n->result = *result;
        n->found_us = now_us;
        n->bad_us = 0;
        n->until_us = now_us + GOOD_US;
        return;
    }
    int64_t least_us = n->took_us > SLOW_US ? SLOW_BAD_US : BAD_US;
    n->bad_us = 2 * n->bad_us > least_us ? 2 * n->bad_us : least_us;
    n->bad_us = n->bad_us < BAD_MAX_US ? n->bad_us : BAD_MAX_US;
    n->until_us = now_us + n->bad_us;
    if (result->status == STATUS_UNAVAILABLE && is_usable(n, now_us)) {
        n->until_us = n->until_us < n->found_us + STALE_US ? n->until_us : n->found_us + STALE_US;
        return;
    }
    n->result = *result;
    n->found_us = 0;
}

/* Within the monitor, which it leaves while it asks. */
static void ask(struct lookup *l, struct name *name)
{
    struct webhook_target target = name->target;
    struct lookup_result result = {0};
    name->asked_us = clock_monotonic_us();
    name->is_slowed = count_names(l, name->owner, name->asked_us).is_slow;
    name->state = NAME_ASKED; /* nobody else changes it now */
    monitor_unlock(&l->monitor);
    result.status = webhook_target_resolve(&target, l->options.development, &result.addresses, result.reason);
    monitor_lock(&l->monitor);
    int64_t now_us = clock_monotonic_us();
    name->took_us = now_us - name->asked_us;
    learn(name, &result, now_us);
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
        else if (l->threads > THREADS)
            break;
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

void lookup_tend(struct lookup *l)
{
    monitor_lock(&l->monitor);
    if (find_wanted(l) != NULL) {
        int hanging = count_names(l, "", clock_monotonic_us()).slow_asked;
        while (l->threads - hanging < THREADS && l->threads < THREADS_MAX && start_thread(l))
            l->threads++;
    }
    monitor_unlock(&l->monitor);
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

static struct name *add(struct lookup *l, const char *owner, const struct webhook_target *target)
{
    struct name *name = make_room(l, clock_monotonic_us());
    if (name != NULL) {
        *name = (struct name){.state = NAME_KNOWN, .slot = owner_slot(str_of(owner)), .target = *target};
        (void)snprintf(name->owner, sizeof name->owner, "%s", owner);
    }
    return name;
}

static void want(struct lookup *l, struct name *name, const char *owner, const struct webhook_target *target,
                 int64_t now_us)
{
    bool is_known = name == NULL || name->state == NAME_KNOWN;
    bool may_wait = is_known && count_names(l, owner, now_us).wanted < WANTED_EACH;
    if (name == NULL && may_wait)
        name = add(l, owner, target);
    if (name == NULL)
        return;
    name->wanted_us = now_us;
    if (!may_wait)
        return;
    name->state = NAME_WANTED;
    name->turn = l->turns++;
    monitor_signal(&l->monitor);
}

bool lookup_find(struct lookup *l, const char *owner, const struct webhook_target *target,
                 struct lookup_result *ret_result)
{
    monitor_lock(&l->monitor);
    int64_t now_us = clock_monotonic_us();
    struct name *name = find(l, owner, target);
    bool is_fresh = name != NULL && name->state == NAME_KNOWN && now_us < name->until_us;
    bool is_found = is_fresh || (name != NULL && is_usable(name, now_us));
    if (is_found)
        *ret_result = name->result;
    if (!is_fresh)
        want(l, name, owner, target, now_us);
    monitor_unlock(&l->monitor);
    return is_found;
}
