/* account_reader.c - whoever asks while nobody leads does so: reads for itself and for all who wait by then.
   The others wait for an answer, or to lead next. One statement at a time: a statement for one costs nearly
   as much as one for thirty, and a processor does more when fewer sessions want it at once. But one that is
   slow (a session that hangs, a connection half dead) holds up only those it reads for: who waits meanwhile
   takes the lead from it, on another connection. */
#include "ingress/edge/account_reader.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "ingress/store/accounts.h"
#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "shared/io/monitor.h"

#define TRIES   2
#define SLOW_US 50000 /* a statement that takes longer loses the lead, if somebody waits */

struct account_answer {
    atomic_int holders;
    PGresult *result;
};

/* What somebody who waits is told. */
enum news { NEWS_NONE, NEWS_LEAD, NEWS_ANSWER };

/* A reader's place. It outlives the reader's call, so that it may be signalled when its owner is gone. */
struct place {
    struct monitor monitor; /* guards news, and what an answer brings before it */
    enum news news;
    enum status status;
    struct found_account found;
    struct uuid id;
    struct place *next; /* in the queue or among the free */
};

struct account_reader {
    struct db_pool *pool;
    pthread_mutex_t lock; /* guards what follows; never taken together with a place's monitor */
    struct place *leader;
    int64_t slow_from_us;       /* the leader's statement; while it has none, never */
    struct place *first, **end; /* who waits */
    struct place *free;
    int place_count;
    struct place places[];
};

enum status account_reader_open(struct db_pool *pool, int readers, struct account_reader **ret)
{
    struct account_reader *r = calloc(1, sizeof(*r) + (size_t)readers * sizeof(r->places[0]));
    if (r == NULL) {
        return STATUS_NO_MEMORY;
    }
    r->pool = pool;
    r->end = &r->first;
    r->place_count = readers;
    pthread_mutex_init(&r->lock, NULL);
    for (int i = 0; i < readers; i++) {
        monitor_init(&r->places[i].monitor);
        r->places[i].next = r->free;
        r->free = &r->places[i];
    }
    *ret = r;
    return STATUS_OK;
}

void account_reader_close(struct account_reader *r)
{
    if (r == NULL) {
        return;
    }
    assert(r->leader == NULL && r->first == NULL);
    for (int i = 0; i < r->place_count; i++) {
        monitor_destroy(&r->places[i].monitor);
    }
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void found_account_free(struct found_account *found)
{
    if (found->answer != NULL && atomic_fetch_sub(&found->answer->holders, 1) == 1) {
        PQclear(found->answer->result);
        free(found->answer);
    }
    *found = (struct found_account){0};
}

/* Called under the lock. */
static struct place *pop(struct account_reader *r)
{
    struct place *p = r->first;
    if (p != NULL) {
        r->first = p->next;
        if (r->first == NULL) {
            r->end = &r->first;
        }
    }
    return p;
}

/* Called under the lock; NULL: nobody leads. A leader who waits for a connection, or opens one, is not slow:
   the next one would only do the same behind it. */
static void make_leader(struct account_reader *r, struct place *p)
{
    r->leader = p;
    r->slow_from_us = INT64_MAX;
}

/* Called under the lock. */
static bool wants_leader(const struct account_reader *r)
{
    return r->leader == NULL || clock_monotonic_us() >= r->slow_from_us;
}

/* A leader's news are there at once. */
static struct place *enter(struct account_reader *r, const struct uuid *id)
{
    pthread_mutex_lock(&r->lock);
    struct place *p = r->free;
    assert(p != NULL); /* there is one for every thread */
    r->free = p->next;
    p->id = *id;
    p->next = NULL;
    p->found = (struct found_account){0};
    p->news = NEWS_NONE;
    if (wants_leader(r)) {
        make_leader(r, p);
        p->news = NEWS_LEAD;
    } else {
        *r->end = p;
        r->end = &p->next;
    }
    pthread_mutex_unlock(&r->lock);
    return p;
}

static void leave(struct account_reader *r, struct place *p)
{
    pthread_mutex_lock(&r->lock);
    p->next = r->free;
    r->free = p;
    pthread_mutex_unlock(&r->lock);
}

/* Called under the lock. False: it is not in the queue any more, its news are on their way. */
static bool take_out(struct account_reader *r, const struct place *p)
{
    struct place **at = &r->first;
    while (*at != NULL && *at != p) {
        at = &(*at)->next;
    }
    if (*at == NULL) {
        return false;
    }
    *at = p->next;
    if (p->next == NULL) {
        r->end = at;
    }
    return true;
}

static bool give_up(struct account_reader *r, const struct place *p)
{
    pthread_mutex_lock(&r->lock);
    bool was_waiting = take_out(r, p);
    pthread_mutex_unlock(&r->lock);
    return was_waiting;
}

/* From a leader whose statement is slow. */
static bool take_lead(struct account_reader *r, struct place *p)
{
    pthread_mutex_lock(&r->lock);
    bool leads = wants_leader(r) && take_out(r, p);
    if (leads) {
        make_leader(r, p);
    }
    pthread_mutex_unlock(&r->lock);
    return leads;
}

static enum news wait_for(struct place *p, int64_t deadline_us)
{
    monitor_lock(&p->monitor);
    while (p->news == NEWS_NONE && monitor_wait(&p->monitor, deadline_us)) {
    }
    enum news news = p->news;
    monitor_unlock(&p->monitor);
    return news;
}

static enum news wait_a_little(struct place *p, int64_t deadline_us)
{
    int64_t slow_us = clock_monotonic_us() + SLOW_US;
    return wait_for(p, slow_us < deadline_us ? slow_us : deadline_us);
}

/* NEWS_NONE: the deadline has passed and nothing will come. */
static enum news wait_in_queue(struct account_reader *r, struct place *p, int64_t deadline_us)
{
    enum news news = wait_a_little(p, deadline_us);
    while (news == NEWS_NONE && clock_monotonic_us() < deadline_us) {
        news = take_lead(r, p) ? NEWS_LEAD : wait_a_little(p, deadline_us);
    }
    if (news == NEWS_NONE && !give_up(r, p)) {
        news = wait_for(p, INT64_MAX); /* a statement and its wait have ends of their own */
    }
    return news;
}

static void tell(struct place *p, enum news news, enum status s, struct found_account found)
{
    monitor_lock(&p->monitor);
    p->status = s;
    p->found = found;
    p->news = news;
    monitor_unlock(&p->monitor);
    /* After the unlock: it would wake only to wait for the mutex. */
    monitor_signal(&p->monitor);
}

/* The leader and those who wait, in their order, as far as one statement goes. */
static size_t gather(struct account_reader *r, struct place *leader, struct place *group[ACCOUNTS_FIND_MAX])
{
    size_t count = 0;
    group[count++] = leader;
    pthread_mutex_lock(&r->lock);
    while (count < ACCOUNTS_FIND_MAX && r->first != NULL) {
        group[count++] = pop(r);
    }
    r->slow_from_us = clock_monotonic_us() + SLOW_US;
    pthread_mutex_unlock(&r->lock);
    return count;
}

/* Unless somebody has taken the lead. */
static void pass_on(struct account_reader *r, const struct place *leader)
{
    struct place *next = NULL;
    pthread_mutex_lock(&r->lock);
    if (r->leader == leader) {
        next = pop(r);
        make_leader(r, next);
    }
    pthread_mutex_unlock(&r->lock);
    if (next != NULL) {
        tell(next, NEWS_LEAD, STATUS_OK, (struct found_account){0});
    }
}

static enum status read_group(struct db *db, struct place *const group[], size_t count, PGresult **ret)
{
    struct account_ids ids = {.count = count};
    for (size_t i = 0; i < count; i++) {
        ids.ids[i] = group[i]->id;
    }
    enum status s = accounts_find(db, &ids, ret);
    if (s != STATUS_OK && s != STATUS_RETRY) {
        log_event(LOG_ERROR, "accounts_not_read", log_str("status", status_name(s)),
                  log_str("sqlstate", db_sqlstate(db)), log_str("error", db_error(db)));
    }
    return s;
}

static int row_of(const PGresult *r, const struct uuid *id)
{
    for (int row = PQntuples(r) - 1; row >= 0; row--) {
        struct uuid found = account_row_id(r, row);
        if (uuid_compare(&found, id) == 0) {
            return row;
        }
    }
    return -1;
}

/* Takes the result. Everybody in the group has a share in it, also who found nothing. */
static void share(struct place *const group[], size_t count, enum status s, PGresult *result)
{
    struct account_answer *answer = s == STATUS_OK ? calloc(1, sizeof(*answer)) : NULL;
    if (answer == NULL) {
        PQclear(result);
        s = s == STATUS_OK ? STATUS_NO_MEMORY : s;
    } else {
        answer->result = result;
        atomic_init(&answer->holders, (int)count);
    }
    for (size_t i = count; i-- > 0;) { /* the leader last: it has work to do */
        struct found_account found = {.answer = answer, .result = result, .row = -1};
        if (s == STATUS_OK) {
            found.row = row_of(result, &group[i]->id);
        }
        tell(group[i], NEWS_ANSWER, s, s == STATUS_OK ? found : (struct found_account){0});
    }
}

static void lead(struct account_reader *r, struct place *own, int64_t deadline_us)
{
    struct place *group[ACCOUNTS_FIND_MAX];
    PGresult *result = NULL;
    struct db *db;
    enum status s = db_pool_take(r->pool, deadline_us, &db);
    if (s != STATUS_OK) { /* the others have deadlines of their own */
        pass_on(r, own);
        own->status = s;
        return;
    }
    size_t count = gather(r, own, group);
    s = read_group(db, group, count, &result);
    db_pool_give(r->pool, db);
    pass_on(r, own);
    share(group, count, s, result);
}

static enum status find_once(struct account_reader *r, const struct uuid *id, int64_t deadline_us,
                             struct found_account *ret)
{
    struct place *own = enter(r, id);
    enum news news = wait_in_queue(r, own, deadline_us);
    if (news == NEWS_NONE) {
        leave(r, own);
        return STATUS_TIMEOUT;
    }
    if (news == NEWS_LEAD) {
        lead(r, own, deadline_us);
    }
    enum status s = own->status;
    struct found_account found = own->found;
    leave(r, own);
    if (s == STATUS_OK && found.row < 0) {
        found_account_free(&found);
        return STATUS_NOT_FOUND;
    }
    *ret = found;
    return s;
}

enum status account_reader_find(struct account_reader *r, const struct uuid *id, int64_t deadline_us,
                                struct found_account *ret)
{
    enum status s = STATUS_RETRY;
    for (int i = 0; i < TRIES && s == STATUS_RETRY; i++) {
        s = find_once(r, id, deadline_us, ret);
    }
    return s;
}
