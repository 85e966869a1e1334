/* engine_claim.c - a batch of messages becomes a batch of attempts: their rows are locked and looked at, the
   table of docs/decisions/0015 says what is to be done with each, and all of it is one transaction. Only then
   does anything begin. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/crash_point.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/engine_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define BY_HAND    "nats"
#define NAMELESS   "its subject names no work, %d bytes"
#define STEPS_MAX  6
#define SUSPECT_MS 500  /* for which one waits elsewhere if too many wait here */
#define LOCKED_MS  5000 /* for which one waits whose row somebody else has locked */

static int by_id(const void *a, const void *b)
{
    return uuid_compare(&(*(struct job *const *)a)->work.id, &(*(struct job *const *)b)->work.id);
}

/* Ids are sorted. */
static int count_distinct(const struct uuid *ids, size_t count)
{
    int distinct = 0;
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || uuid_compare(&ids[i - 1], &ids[i]) != 0;
    return distinct;
}

/* What was found. Rows and jobs are sorted alike; left, if some are not among the rows: those that are there,
   so that somebody else has locked what is missing. */
struct loaded {
    PGresult *rows, *left;
    int next;
};

static void loaded_free(struct loaded *l)
{
    db_result_ptr(&l->rows);
    db_result_ptr(&l->left);
}

static enum status load(struct engine *e, struct claim *c, struct loaded *l)
{
    struct uuid ids[ENGINE_BATCH_MAX];
    struct work_ids wanted = {ids, c->count};
    PGresult *results[2] = {NULL, NULL};
    for (size_t i = 0; i < c->count; i++)
        ids[i] = c->jobs[i]->work.id;
    enum status s = db_pipeline_begin(e->link.db);
    if (s != STATUS_OK)
        return s;
    s = db_pipeline_send_sql(e->link.db, "begin");
    if (s == STATUS_OK)
        s = store_send_load_work(e->link.db, &e->params, e->handler->kind, ids, c->count);
    enum status end = db_pipeline_finish(e->link.db, results, 2);
    if (s == STATUS_OK)
        s = end;
    db_result_ptr(&results[0]);
    l->rows = results[1];
    if (s == STATUS_OK && PQntuples(l->rows) < count_distinct(ids, c->count))
        s = store_look_at_work(e->link.db, &e->params, e->handler->kind, &wanted, &l->left);
    return s;
}

static bool is_begun(const struct job *job)
{
    enum work_action action = job->verdict.action;
    return action == WORK_CLAIM || action == WORK_BURY || action == WORK_REPLAY ||
           (action == WORK_SUSPECT && !job->is_deferred);
}

static void add_attempt(struct engine *e, struct claim *c, struct job *job)
{
    struct work *w = &job->work;
    bool is_replay = job->verdict.action == WORK_REPLAY;
    if (is_replay) {
        c->replayed[c->replayed_count++] = w->id;
        w->generation++;
    }
    w->attempts = is_replay ? 1 : w->attempts + (job->verdict.action != WORK_BURY);
    w->lapses = job->verdict.lapses;
    w->is_alone = job->verdict.action == WORK_SUSPECT;
    w->state = WORK_PROCESSING;
    w->lease_until_us = c->now_us + e->lease_ms * 1000;
    c->objects[c->claimed_count] = w->object_id;
    c->claimed[c->claimed_count++] =
        (struct claim_row){{w->id, w->generation, w->attempts}, w->lapses, w->is_alone};
}

/* Its id is made of the place of its message, so that a second delivery makes no second dead letter. */
static void add_nameless(struct engine *e, struct claim *c, struct job *job)
{
    job->is_nameless = true;
    job->work = (struct work){.kind = e->handler->kind, .enqueued_us = job->stored_us};
    job->dead_letter =
        job->stream_seq > 0 ? uuid7_make(job->stored_us, (uint32_t)job->stream_seq, 0) : ids_next(&e->ids);
    (void)snprintf(job->error, sizeof job->error, NAMELESS, natsMsg_GetDataLength(job->message));
    c->nameless[c->nameless_count++] = engine_dead_letter(e, job);
}

static void decide(struct engine *e, struct claim *c, struct job *job)
{
    const char *id = NULL;
    struct work_message m = {.has_id = natsMsgHeader_Get(job->message, "Nats-Msg-Id", &id) == NATS_OK,
                             .deliveries = job->deliveries,
                             .stored_us = job->stored_us};
    job->verdict = work_decide(&job->work, &m, c->now_us);
    job->is_deferred = job->verdict.action == WORK_SUSPECT && (c->count > 1 || !e->may_suspect);
    if (is_begun(job))
        add_attempt(e, c, job);
}

static bool read_row(struct engine *e, struct claim *c, struct loaded *l, struct job *job)
{
    struct uuid found;
    if (job->is_nameless || l->next == PQntuples(l->rows))
        return false;
    found = db_get_uuid(l->rows, l->next, 0);
    if (uuid_compare(&found, &job->work.id) != 0)
        return false;
    store_read_work(l->rows, l->next++, e->handler->kind, &job->work, &c->now_us);
    return true;
}

static void find(struct engine *e, struct claim *c, struct loaded *l, struct job *job)
{
    bool is_found = read_row(e, c, l, job);
    job->is_locked = !is_found && l->left != NULL && engine_has_row(l->left, &job->work.id);
    job->is_nameless = !is_found && !job->is_locked;
}

/* A second message for the same work sees what became of it by the first. */
static void decide_all(struct engine *e, struct claim *c, struct loaded *l)
{
    for (size_t i = 0; i < c->count; i++) {
        struct job *job = c->jobs[i], *before = i > 0 ? c->jobs[i - 1] : NULL;
        if (before != NULL && !before->is_nameless && uuid_compare(&before->work.id, &job->work.id) == 0) {
            job->work = before->work;
            job->is_locked = before->is_locked;
        } else {
            find(e, c, l, job);
        }
        if (job->is_nameless)
            add_nameless(e, c, job);
        else if (job->is_locked)
            job->verdict = (struct work_verdict){.action = WORK_WAIT, .wait_ms = LOCKED_MS};
        else
            decide(e, c, job);
    }
}

/* Sends what was decided and COMMIT. *ret_objects: which step has the objects, -1 without. */
static enum status send_decided(struct engine *e, struct claim *c, int *ret_count, int *ret_objects)
{
    struct db *db = e->link.db;
    struct db_params *p = &e->params;
    int count = 0;
    *ret_objects = -1;
    /* A claim that PostgreSQL forgets in a crash is made again: the effect knows its source. */
    enum status s = db_pipeline_send_sql(db, c->replayed_count + c->nameless_count > 0
                                                 ? "set local synchronous_commit = on"
                                                 : "set local synchronous_commit = off");
    count++;
    if (s == STATUS_OK && c->claimed_count > 0) {
        s = store_send_claim_work(db, p, c->claimed, c->claimed_count, e->lease_ms);
        count++;
    }
    if (s == STATUS_OK && c->claimed_count > 0) {
        s = store_send_ids(db, p, e->handler->load_statement, c->objects, c->claimed_count);
        *ret_objects = count++;
    }
    if (s == STATUS_OK && c->replayed_count > 0) {
        s = store_send_resolve_dead_letters(db, p, c->replayed, c->replayed_count, BY_HAND);
        count++;
    }
    if (s == STATUS_OK && c->nameless_count > 0) {
        s = store_send_insert_dead_letters(db, p, e->handler->kind, c->nameless, c->nameless_count);
        count++;
    }
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(db, "commit");
    *ret_count = count + 1;
    return s;
}

static enum status commit(struct engine *e, struct claim *c, PGresult **ret_objects)
{
    PGresult *results[STEPS_MAX] = {NULL};
    int count = 0, objects = -1;
    enum status s = db_pipeline_begin(e->link.db);
    if (s != STATUS_OK)
        return s;
    s = send_decided(e, c, &count, &objects);
    enum status end = db_pipeline_finish(e->link.db, results, count);
    if (s == STATUS_OK)
        s = end;
    if (s == STATUS_OK && !db_committed(results[count - 1]))
        s = STATUS_FAILED;
    for (int i = 0; i < count; i++) {
        if (i == objects && s == STATUS_OK)
            *ret_objects = results[i];
        else
            db_result_ptr(&results[i]);
    }
    return s;
}

/* The work is dead, and stays so. Somebody may have meant it as a replay: said, since nothing else is. */
static void terminate(struct engine *e, const struct job *job)
{
    log_event(LOG_INFO, "message_without_effect", log_str("subject", natsMsg_GetSubject(job->message)));
    pull_terminate(e->pull, job->message, job->age);
}

/* Its turn comes when no other suspect is in hand. */
static void defer(struct engine *e, struct job *job)
{
    if (e->suspect_count < SUSPECTS_MAX) {
        e->suspects[e->suspect_count++] = job;
        return;
    }
    pull_send_back(e->pull, job->message, job->age, SUSPECT_MS);
    engine_release(e, job);
}

static void settle(struct engine *e, struct job *job)
{
    if (job->verdict.action == WORK_WAIT)
        pull_send_back(e->pull, job->message, job->age, job->verdict.wait_ms);
    else if (job->verdict.action == WORK_ACKNOWLEDGE)
        pull_acknowledge(e->pull, job->message, job->age);
    else
        terminate(e, job);
    engine_release(e, job);
}

/* After COMMIT. */
static void go_on(struct engine *e, struct claim *c, const PGresult *objects)
{
    struct job *claimed[ENGINE_BATCH_MAX] = {NULL};
    size_t count = 0;
    crash_point("work_claimed");
    for (size_t i = 0, nameless = 0; i < c->count; i++) {
        struct job *job = c->jobs[i];
        if (job->is_nameless)
            engine_bury(e, job, &c->nameless[nameless++]);
        else if (is_begun(job))
            claimed[count++] = job;
        else if (job->is_deferred)
            defer(e, job);
        else
            settle(e, job);
        if (job->verdict.action == WORK_SUSPECT && is_begun(job) && !job->is_nameless)
            e->suspect = job;
    }
    metric_add(webhook_metrics.kinds[e->handler->kind].replayed, (int64_t)c->replayed_count);
    engine_begin(e, claimed, count, objects);
}

/* One transaction. */
static enum status claim_once(struct engine *e, struct job **jobs, size_t count)
{
    struct claim *c = &e->claim;
    CLEANUP(loaded_free) struct loaded loaded = {.next = 0};
    CLEANUP(db_result_ptr) PGresult *objects = NULL;
    *c = (struct claim){.jobs = jobs, .count = count};
    enum status s = link_connect(&e->link);
    if (s == STATUS_OK)
        s = load(e, c, &loaded);
    if (s != STATUS_OK)
        return s;
    decide_all(e, c, &loaded);
    s = commit(e, c, &objects);
    if (s == STATUS_OK)
        go_on(e, c, objects);
    return s;
}

static void put_back(struct engine *e, struct job *const *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        e->arrived[e->arrived_count++] = jobs[i];
}

/* As store_some. */
static enum status claim_some(struct engine *e, struct job **jobs, size_t count)
{
    enum status s = claim_once(e, jobs, count);
    if (s == STATUS_OK)
        return s;
    if (e->link.db == NULL || !link_blames_a_row(e->link.db, s)) {
        put_back(e, jobs, count);
        if (e->link.db != NULL)
            engine_database_failed(e, "claim", s);
        return s;
    }
    link_failed(&e->link, "claim", s);
    if (count == 1 && jobs[0]->is_troublesome) {
        engine_set_aside(e, jobs[0]);
        return STATUS_OK;
    }
    if (count == 1) {
        jobs[0]->is_troublesome = true;
        return claim_some(e, jobs, 1);
    }
    size_t half = count / 2;
    s = claim_some(e, jobs, half);
    if (s == STATUS_OK)
        return claim_some(e, jobs + half, count - half);
    put_back(e, jobs + half, count - half);
    return s;
}

/* Any of them may turn out to name no work, and becomes a dead letter then: so many bytes at once. */
size_t engine_take_arrived(struct engine *e, bool is_fresh, struct job **ret_jobs)
{
    size_t count = 0, bytes = 0;
    int left = 0;
    for (int i = 0; i < e->arrived_count; i++) {
        struct job *job = e->arrived[i];
        bool is_wanted = job->is_fresh == is_fresh && count < ENGINE_BATCH_MAX;
        size_t more = is_wanted ? engine_letter_bytes(job) : 0;
        if (is_wanted && (count == 0 || bytes + more <= ENGINE_BYTES_MAX)) {
            ret_jobs[count++] = job;
            bytes += more;
        } else {
            e->arrived[left++] = job;
        }
    }
    e->arrived_count = left;
    qsort(ret_jobs, count, sizeof(struct job *), by_id);
    return count;
}

static bool has_suspect_to_claim(const struct engine *e)
{
    return e->suspect_count > 0 && !atomic_load(&e->options.suspects->is_one_in_hand);
}

bool engine_has_to_claim(const struct engine *e)
{
    return e->arrived_count > 0 || has_suspect_to_claim(e);
}

/* One of them, if no engine of this process has one in hand. It may turn out that there is nothing to be done
   for it. */
static void claim_suspect(struct engine *e)
{
    if (e->suspect_count == 0 || atomic_exchange(&e->options.suspects->is_one_in_hand, true))
        return;
    e->may_suspect = true;
    struct job *suspect = e->suspects[--e->suspect_count];
    (void)claim_some(e, &suspect, 1);
    if (e->suspect == NULL)
        atomic_store(&e->options.suspects->is_one_in_hand, false);
    e->may_suspect = false;
}

void engine_claim(struct engine *e)
{
    struct job *jobs[ENGINE_BATCH_MAX] = {NULL};
    claim_suspect(e);
    size_t count = engine_take_arrived(e, false, jobs);
    if (count > 0)
        (void)claim_some(e, jobs, count); /* what is not claimed is there at the next turn */
}
