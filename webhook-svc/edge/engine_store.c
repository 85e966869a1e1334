/* engine_store.c - attempts that ended are stored in batches, dead letters with them, and only then are their
   messages settled. Who has lost its lease meanwhile changes nothing. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/core/trace.h"
#include "shared/io/crash_point.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/engine_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define STEPS_MAX     8 /* begin, settings, the work, up to four of the handler's, commit */
#define STEP_FINISHED 2
#define LOCKED_US     INT64_C(100000) /* until a row that somebody else has locked is tried again */

static int by_id(const void *a, const void *b)
{
    return uuid_compare(&(*(struct job *const *)a)->work.id, &(*(struct job *const *)b)->work.id);
}

static size_t bytes_of(const struct job *job)
{
    bool has_failed = job->result != RESULT_DONE && job->result != RESULT_IGNORED;
    return has_failed ? engine_letter_bytes(job) : 0;
}

static size_t take_ended(struct engine *e, struct job *ret_jobs[ENGINE_BATCH_MAX])
{
    size_t count = 0, bytes = 0;
    monitor_lock(&e->monitor);
    while (count < ENGINE_BATCH_MAX && e->ended_count > 0) {
        struct job *job = e->ended[e->ended_count - 1];
        bytes += bytes_of(job);
        if (count > 0 && bytes > ENGINE_BYTES_MAX)
            break;
        ret_jobs[count++] = job;
        e->ended_count--;
    }
    monitor_unlock(&e->monitor);
    qsort(ret_jobs, count, sizeof(struct job *), by_id);
    return count;
}

static void put_back(struct engine *e, struct job *const *jobs, size_t count)
{
    monitor_lock(&e->monitor);
    for (size_t i = 0; i < count; i++) {
        jobs[i]->is_in_doubt = true;
        e->ended[e->ended_count++] = jobs[i];
    }
    monitor_unlock(&e->monitor);
}

static bool may_leave_letters(const struct ending *x)
{
    bool leaves_some = false;
    for (size_t i = 0; i < x->count; i++)
        leaves_some = leaves_some || x->leaves_letter[i];
    return leaves_some;
}

static void fill_rows(struct ending *x)
{
    for (size_t i = 0; i < x->count; i++) {
        struct job *job = x->jobs[i];
        struct retry_step step =
            retry_after(job->work.kind, job->result, job->work.attempts - job->work.lapses);
        if (step.state == WORK_FAILED)
            step.delay_ms = retry_adjust_ms(step.delay_ms, job->asked_ms, randombytes_random());
        x->rows[i] =
            (struct end_row){.attempt = {job->work.id, job->work.generation, job->work.attempts},
                             .state = step.state,
                             .delay_ms = step.delay_ms,
                             .error = step.state == WORK_PROCESSED ? NULL : job->error,
                             .begun = job->work.attempts - !retry_is_tried(job->result),
                             .is_unclaimed = job->is_unclaimed,
                             .is_parked = step.state == WORK_FAILED &&
                                          retry_is_parked(job->work.kind, job->result, step.delay_ms)};
        x->leaves_letter[i] = step.state == WORK_DEAD && retry_leaves_letter(job->work.kind, job->result);
        job->has_ended = false;
    }
}

static void note_ended(struct ending *x, const PGresult *r)
{
    for (int row = 0; row < PQntuples(r); row++) {
        struct job wanted = {.work.id = db_get_uuid(r, row, 0)}, *key = &wanted;
        struct job **found = bsearch(&key, x->jobs, x->count, sizeof(struct job *), by_id);
        if (found != NULL)
            (*found)->has_ended = true;
    }
}

static enum status finish_rows(struct engine *e, struct ending *x, bool with_commit)
{
    struct db *db = e->link.db;
    PGresult *results[STEPS_MAX] = {NULL};
    int count = STEP_FINISHED + 1, handlers = 0;
    enum status s = db_pipeline_begin(db);
    if (s != STATUS_OK)
        return s;
    s = db_pipeline_send_sql(db, "begin");
    /* What PostgreSQL forgets in a crash is done again: the effect knows its source. Not so a dead letter. */
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(db, with_commit ? "set local synchronous_commit = off"
                                                 : "set local synchronous_commit = on");
    if (s == STATUS_OK)
        s = store_send_finish_work(db, &e->params, x->rows, x->count);
    if (s == STATUS_OK && e->handler->send_ended != NULL)
        s = e->handler->send_ended(e->options.context, db, x->jobs, x->count, &handlers);
    count += handlers + with_commit;
    if (s == STATUS_OK && with_commit)
        s = db_pipeline_send_sql(db, "commit");
    enum status end = db_pipeline_finish(db, results, count);
    if (s == STATUS_OK)
        s = end;
    if (s == STATUS_OK && with_commit && !db_committed(results[count - 1]))
        s = STATUS_FAILED;
    if (s == STATUS_OK)
        note_ended(x, results[STEP_FINISHED]);
    for (int i = 0; i < count; i++)
        db_result_ptr(&results[i]);
    return s;
}

static enum status add_dead_letters(struct engine *e, struct ending *x)
{
    struct db *db = e->link.db;
    PGresult *results[2] = {NULL, NULL};
    for (size_t i = 0; i < x->count; i++) {
        if (!x->jobs[i]->has_ended || !x->leaves_letter[i])
            continue;
        x->jobs[i]->dead_letter = ids_next(&e->ids);
        x->dead[x->dead_count++] = engine_dead_letter(e, x->jobs[i]);
    }
    enum status s = db_pipeline_begin(db);
    if (s != STATUS_OK)
        return s;
    s = store_send_insert_dead_letters(db, &e->params, e->handler->kind, x->dead, x->dead_count);
    if (s == STATUS_OK)
        s = db_pipeline_send_sql(db, "commit");
    enum status end = db_pipeline_finish(db, results, 2);
    if (s == STATUS_OK)
        s = end;
    if (s == STATUS_OK && !db_committed(results[1]))
        s = STATUS_FAILED;
    db_result_ptr(&results[0]);
    db_result_ptr(&results[1]);
    return s;
}

bool engine_has_row(const PGresult *r, const struct uuid *id)
{
    for (int row = 0; row < PQntuples(r); row++) {
        struct uuid found = db_get_uuid(r, row, 0);
        if (uuid_compare(&found, id) == 0)
            return true;
    }
    return false;
}

/* After a COMMIT whose answer was lost they look like another worker's. */
static void look_what_ended_before(struct engine *e, struct ending *x)
{
    bool is_any_in_doubt = false;
    for (size_t i = 0; i < x->count; i++)
        is_any_in_doubt = is_any_in_doubt || (x->jobs[i]->is_in_doubt && !x->jobs[i]->has_ended);
    if (!is_any_in_doubt)
        return;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    enum status s = store_find_ended_work(e->link.db, &e->params, x->rows, x->count, &rows);
    if (s != STATUS_OK) {
        engine_database_failed(e, "find_ended_work", s);
        return;
    }
    for (size_t i = 0; i < x->count; i++) {
        struct job *job = x->jobs[i];
        job->ended_before = !job->has_ended && job->is_in_doubt && engine_has_row(rows, &job->work.id);
    }
}

/* Whose row somebody else has locked keeps nobody waiting but himself. */
static void look_what_is_locked(struct engine *e, struct ending *x)
{
    bool is_any_left = false;
    for (size_t i = 0; i < x->count; i++) {
        x->jobs[i]->is_locked = false;
        is_any_left = is_any_left || (!x->jobs[i]->has_ended && !x->jobs[i]->ended_before);
    }
    if (!is_any_left || e->link.db == NULL)
        return;
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    enum status s = store_find_unended_work(e->link.db, &e->params, x->rows, x->count, &rows);
    if (s != STATUS_OK) {
        engine_database_failed(e, "find_unended_work", s);
        return;
    }
    for (size_t i = 0; i < x->count; i++) {
        struct job *job = x->jobs[i];
        job->is_locked = !job->has_ended && engine_has_row(rows, &job->work.id);
    }
}

void engine_store_again(struct engine *e)
{
    if (e->locked_count == 0 || clock_monotonic_us() < e->locked_look_us)
        return;
    monitor_lock(&e->monitor);
    for (; e->locked_count > 0; e->locked_count--)
        e->ended[e->ended_count++] = e->locked[e->locked_count - 1];
    monitor_unlock(&e->monitor);
}

static enum status store(struct engine *e, struct ending *x)
{
    fill_rows(x);
    bool with_letters = may_leave_letters(x);
    enum status s = finish_rows(e, x, !with_letters);
    return s == STATUS_OK && with_letters ? add_dead_letters(e, x) : s;
}

static void count_end(const struct job *job, enum work_state state)
{
    struct webhook_kind_metrics *m = &webhook_metrics.kinds[job->work.kind];
    int64_t now_us = clock_monotonic_us();
    metric_observe_us(m->duration, now_us - job->begun_us);
    if (state == WORK_PROCESSED) {
        metric_add(job->result == RESULT_IGNORED ? m->ignored : m->processed, 1);
        metric_observe_us(m->latency, clock_unix_us() - job->stored_us);
    } else if (state == WORK_MISSED) {
        metric_add(m->missed, 1);
    } else if (job->result != RESULT_POSTPONED) {
        metric_add(state == WORK_DEAD ? m->dead : m->failed, 1);
    }
}

static void log_end(const struct job *job, enum work_state state, bool leaves_letter)
{
    /* Owners decide how often a delivery fails; each attempt is in a table. */
    enum log_level level = job->work.kind == WORK_KIND_delivery ? LOG_DEBUG : LOG_INFO;
    const char *event = "work_failed";
    char id[TYPEID_TEXT_SIZE], trace[TRACE_ID_SIZE];
    if (state == WORK_DEAD) {
        level = leaves_letter ? LOG_WARN : level;
        event = "work_dead";
    } else if (state == WORK_PROCESSED) {
        level = LOG_DEBUG;
        event = "work_done";
    }
    if (!log_enabled(level) || (state != WORK_PROCESSED && !retry_is_tried(job->result)))
        return;
    typeid_format("wrk", &job->work.id, id);
    log_event(level, event, log_str("work", id), log_str("kind", work_kind_name(job->work.kind)),
              log_int("attempts", job->work.attempts), log_str("error", job->error),
              log_str("trace_id", trace_id_of(str_of(job->work.traceparent), trace)));
}

/* Without a dead letter. */
static void settle_message(struct engine *e, struct job *job, const struct end_row *row)
{
    if (row->state == WORK_FAILED && !row->is_parked)
        pull_send_back(e->pull, job->message, job->age, row->delay_ms);
    else
        pull_acknowledge(e->pull, job->message, job->age);
    engine_release(e, job);
}

static void settle(struct engine *e, struct ending *x)
{
    size_t dead = 0;
    crash_point("work_stored");
    for (size_t i = 0; i < x->count; i++) {
        struct job *job = x->jobs[i];
        enum work_state state = x->rows[i].state;
        bool leaves_letter = x->leaves_letter[i];
        const struct dead_letter *letter = job->has_ended && leaves_letter ? &x->dead[dead++] : NULL;
        if (job->is_locked) {
            e->locked[e->locked_count++] = job;
            e->locked_look_us = clock_monotonic_us() + LOCKED_US;
            continue;
        }
        job->is_running = false;
        engine_forget_suspect(e, job);
        if (!job->has_ended && !job->ended_before) { /* another worker's, who has a message of its own */
            metric_add(webhook_metrics.kinds[job->work.kind].lost, !job->is_unclaimed);
            engine_release(e, job);
            continue;
        }
        count_end(job, state);
        log_end(job, state, leaves_letter);
        if (letter != NULL)
            engine_bury(e, job, letter);
        else if (leaves_letter)
            engine_leave_to_sweeper(e, job);
        else
            settle_message(e, job, &x->rows[i]);
    }
}

/* One transaction. */
static enum status store_once(struct engine *e, struct job *const *jobs, size_t count)
{
    struct ending *x = &e->ending;
    x->count = count;
    x->dead_count = 0;
    memcpy(x->jobs, jobs, count * sizeof(struct job *));
    enum status s = link_connect(&e->link);
    if (s == STATUS_OK)
        s = store(e, x);
    if (s != STATUS_OK)
        return s;
    look_what_ended_before(e, x);
    look_what_is_locked(e, x);
    settle(e, x);
    return STATUS_OK;
}

/* One that is refused must not hold up the others: halved until it stands alone, then with as little as
   possible, then it is set aside. Depth: the logarithm of ENGINE_BATCH_MAX. */
static enum status store_some(struct engine *e, struct job **jobs, size_t count)
{
    enum status s = store_once(e, jobs, count);
    if (s == STATUS_OK)
        return s;
    if (e->link.db == NULL || !link_blames_a_row(e->link.db, s)) {
        put_back(e, jobs, count);
        if (e->link.db != NULL)
            engine_database_failed(e, "store", s);
        return s;
    }
    link_failed(&e->link, "store", s);
    if (count == 1 && jobs[0]->is_troublesome) {
        engine_set_aside(e, jobs[0]);
        return STATUS_OK;
    }
    if (count == 1) {
        jobs[0]->is_troublesome = true;
        return store_some(e, jobs, 1);
    }
    size_t half = count / 2;
    s = store_some(e, jobs, half);
    if (s == STATUS_OK)
        return store_some(e, jobs + half, count - half);
    put_back(e, jobs + half, count - half);
    return s;
}

void engine_store(struct engine *e)
{
    struct job *jobs[ENGINE_BATCH_MAX] = {NULL};
    size_t count = take_ended(e, jobs);
    if (count == 0)
        return;
    crash_point("work_done");
    if (store_some(e, jobs, count) == STATUS_OK) /* what is not stored is there at the next turn */
        e->has_ended_some = true;
}
