/* credentials.c - two set-associative tables by digest, of keys found and of keys not found. An entry is
   refreshed by the first thread that sees it in its last third, while the others go on with it: no stampede
   on the database. */
#include "ingress/edge/credentials.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"

#define WAYS       4
#define SETS       1024 /* of each table: 4,096 keys */
#define LOCKS      64
#define KEY_PREFIX "sk_"
#define KEY_MIN    16
#define KEY_MAX    128

struct entry {
    struct digest digest;
    int64_t asked_us; /* 0: empty */
    bool refreshing;
    struct credential credential; /* of keys found */
};
struct table {
    struct entry sets[SETS][WAYS];
};
struct credentials {
    struct db_pool *pool;
    int64_t lifetime_us;
    pthread_mutex_t locks[LOCKS];
    struct table found, missing;
};

enum answer { ANSWER_UNKNOWN, ANSWER_FOUND, ANSWER_MISSING };

enum status credentials_open(struct db_pool *pool, int64_t cache_seconds, struct credentials **ret)
{
    struct credentials *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return STATUS_NO_MEMORY;
    }
    c->pool = pool;
    c->lifetime_us = cache_seconds * 1000000;
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&c->locks[i], NULL);
    }
    *ret = c;
    return STATUS_OK;
}

void credentials_close(struct credentials *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_destroy(&c->locks[i]);
    }
    free(c);
}

static size_t set_of(const struct digest *d)
{
    return ((size_t)d->bytes[0] << 8 | d->bytes[1]) % SETS;
}

static struct entry *look_up(struct table *t, const struct digest *d)
{
    struct entry *set = t->sets[set_of(d)];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].asked_us != 0 && digest_equal(&set[i].digest, d)) {
            return &set[i];
        }
    }
    return NULL;
}

/* The entry of that key, or the oldest of its set. */
static struct entry *make_room(struct table *t, const struct digest *d)
{
    struct entry *entry = look_up(t, d);
    struct entry *set = t->sets[set_of(d)];
    for (size_t i = 0; entry == NULL && i < WAYS; i++) {
        if (set[i].asked_us == 0) {
            entry = &set[i];
        }
    }
    if (entry == NULL) {
        entry = &set[0];
        for (size_t i = 1; i < WAYS; i++) {
            if (set[i].asked_us < entry->asked_us) {
                entry = &set[i];
            }
        }
    }
    *entry = (struct entry){.digest = *d};
    return entry;
}

static void forget(struct table *t, const struct digest *d)
{
    struct entry *entry = look_up(t, d);
    if (entry != NULL) {
        *entry = (struct entry){0};
    }
}

/* ANSWER_UNKNOWN: the database must be asked. */
static enum answer remembered(struct credentials *c, const struct digest *d, int64_t now_us,
                              struct credential *ret_credential)
{
    struct entry *entry = look_up(&c->found, d);
    bool is_found = entry != NULL;
    if (entry == NULL) {
        entry = look_up(&c->missing, d);
    }
    if (entry == NULL || now_us - entry->asked_us >= c->lifetime_us) {
        return ANSWER_UNKNOWN;
    }
    if (now_us - entry->asked_us >= c->lifetime_us * 2 / 3 && !entry->refreshing) {
        entry->refreshing = true;
        return ANSWER_UNKNOWN;
    }
    if (is_found) {
        *ret_credential = entry->credential;
    }
    return is_found ? ANSWER_FOUND : ANSWER_MISSING;
}

static enum status ask(struct credentials *c, const struct digest *d, int64_t deadline_us,
                       struct credential *ret)
{
    enum status s = STATUS_RETRY;
    for (int tries = 0; tries < 2 && s == STATUS_RETRY;
         tries++) { /* the pool's connection may be an old one */
        struct db *db;
        if (db_pool_take(c->pool, deadline_us, &db) != STATUS_OK) {
            return STATUS_UNAVAILABLE;
        }
        s = keys_find(db, d, ret);
        if (s != STATUS_OK && s != STATUS_NOT_FOUND && s != STATUS_RETRY) {
            log_event(LOG_ERROR, "key_lookup_failed", log_str("sqlstate", db_sqlstate(db)),
                      log_str("error", db_error(db)));
        }
        db_pool_give(c->pool, db);
    }
    return s == STATUS_OK || s == STATUS_NOT_FOUND ? s : STATUS_UNAVAILABLE;
}

static void remember(struct credentials *c, const struct digest *d, int64_t asked_us, enum status s,
                     const struct credential *credential)
{
    if (s == STATUS_OK) {
        struct entry *entry = make_room(&c->found, d);
        entry->asked_us = asked_us;
        entry->credential = *credential;
        forget(&c->missing, d);
    } else if (s == STATUS_NOT_FOUND) {
        make_room(&c->missing, d)->asked_us = asked_us;
        forget(&c->found, d);
    }
}

/* The database could not be asked: what is not yet too old holds on. */
static enum status fall_back(struct credentials *c, const struct digest *d, struct credential *ret_credential)
{
    struct entry *entry = look_up(&c->found, d);
    if (entry == NULL) {
        return STATUS_UNAVAILABLE;
    }
    entry->refreshing = false;                                      /* somebody else may try */
    if (clock_monotonic_us() - entry->asked_us >= c->lifetime_us) { /* asking took its time */
        return STATUS_UNAVAILABLE;
    }
    *ret_credential = entry->credential;
    return STATUS_OK;
}

static bool looks_like_key(struct str key)
{
    struct str rest = key;
    if (key.len < KEY_MIN || key.len > KEY_MAX || !str_take(&rest, STR_LIT(KEY_PREFIX))) {
        return false;
    }
    for (size_t i = 0; i < key.len; i++) {
        if (key.data[i] <= ' ' || key.data[i] > '~') {
            return false;
        }
    }
    return true;
}

enum status credentials_find(struct credentials *c, struct str key, int64_t deadline_us,
                             struct credential *ret_credential)
{
    if (!looks_like_key(key)) {
        return STATUS_NOT_FOUND;
    }
    struct digest digest;
    digest_of(key, &digest);
    pthread_mutex_t *lock = &c->locks[set_of(&digest) % LOCKS];
    int64_t now_us = clock_monotonic_us();

    pthread_mutex_lock(lock);
    enum answer answer = remembered(c, &digest, now_us, ret_credential);
    pthread_mutex_unlock(lock);
    if (answer != ANSWER_UNKNOWN) {
        return answer == ANSWER_FOUND ? STATUS_OK : STATUS_NOT_FOUND;
    }
    struct credential credential = {0};
    enum status s = ask(c, &digest, deadline_us, &credential);
    pthread_mutex_lock(lock);
    if (s == STATUS_UNAVAILABLE) {
        s = fall_back(c, &digest, &credential);
    } else {
        remember(c, &digest, now_us, s, &credential);
    }
    pthread_mutex_unlock(lock);
    if (s == STATUS_OK) {
        *ret_credential = credential;
    }
    return s;
}
