/* engine_first.c - first tries of work whose effects know their source. They are begun by a look at their
   rows and end milliseconds later: that somebody is about it would be as much to write as its end. What takes
   longer is claimed while it is under way; what a message brings for the second time, because its worker died
   or for any other reason, is claimed before it is begun (engine_claim). */
#include <stdlib.h>

#include "shared/core/clock.h"
#include "shared/io/crash_point.h"
#include "webhook-svc/edge/engine_internal.h"

#define CLAIM_AFTER_US INT64_C(200000)
#define LOOK_US        INT64_C(50000)
#define COPY_MS        500 /* by then the first one has ended, or is claimed */

static int by_id(const void *a, const void *b)
{
    return uuid_compare(&(*(struct job *const *)a)->work.id, &(*(struct job *const *)b)->work.id);
}

static void put_back(struct engine *e, struct job *job, bool is_fresh)
{
    job->is_fresh = is_fresh;
    job->is_unclaimed = false;
    e->arrived[e->arrived_count++] = job;
}

static bool is_untouched(const struct work *w)
{
    return w->state == WORK_RECEIVED && w->attempts == 0;
}

static bool read_untouched(struct engine *e, const PGresult *rows, int row, struct job *job)
{
    struct work work;
    int64_t now_us;
    store_read_work(rows, row, e->handler->kind, &work, &now_us);
    if (!is_untouched(&work))
        return false;
    work.attempts = 1;
    job->work = work;
    job->is_unclaimed = true;
    job->claim_us = clock_monotonic_us() + CLAIM_AFTER_US;
    return true;
}

static bool is_in_hand(const struct engine *e, const struct uuid *id)
{
    for (int i = 0; i < e->capacity; i++) {
        const struct job *job = &e->jobs[i];
        if (job->message != NULL && job->is_running && uuid_compare(&job->work.id, id) == 0)
            return true;
    }
    return false;
}

/* Of what is in hand or the last one that was chosen. Its row does not say so, and two tries with one number
   could not be told apart at their end. */
static bool is_copy(const struct engine *e, const struct job *job, const struct job *last)
{
    return (last != NULL && uuid_compare(&last->work.id, &job->work.id) == 0) || is_in_hand(e, &job->work.id);
}

static void send_back(struct engine *e, struct job *job)
{
    pull_send_back(e->pull, job->message, job->age, COPY_MS);
    engine_release(e, job);
}

/* Rows and jobs are sorted alike. Whatever is not as it was written is for engine_claim. */
static size_t choose(struct engine *e, struct job **jobs, size_t count, const PGresult *rows)
{
    size_t chosen = 0;
    int row = 0;
    for (size_t i = 0; i < count; i++) {
        struct uuid found = row < PQntuples(rows) ? db_get_uuid(rows, row, 0) : (struct uuid){{0}};
        bool is_found = row < PQntuples(rows) && uuid_compare(&found, &jobs[i]->work.id) == 0;
        int at = row;
        row += is_found;
        if (is_copy(e, jobs[i], chosen > 0 ? jobs[chosen - 1] : NULL))
            send_back(e, jobs[i]);
        else if (is_found && read_untouched(e, rows, at, jobs[i]))
            jobs[chosen++] = jobs[i];
        else
            put_back(e, jobs[i], false);
    }
    return chosen;
}

/* *ret_count: of these jobs, how many can be begun; the others are put back. */
static enum status look(struct engine *e, struct job **jobs, size_t *ret_count, PGresult **ret_objects)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    struct uuid ids[ENGINE_BATCH_MAX];
    struct work_ids wanted = {ids, *ret_count};
    for (size_t i = 0; i < wanted.count; i++)
        ids[i] = jobs[i]->work.id;
    enum status s = link_connect(&e->link);
    if (s == STATUS_OK)
        s = store_look_at_work(e->link.db, &e->params, e->handler->kind, &wanted, &rows);
    if (s != STATUS_OK)
        return s;
    *ret_count = wanted.count = choose(e, jobs, wanted.count, rows);
    for (size_t i = 0; i < wanted.count; i++)
        ids[i] = jobs[i]->work.object_id;
    if (wanted.count > 0)
        s = store_query_ids(e->link.db, &e->params, e->handler->load_statement, &wanted, ret_objects);
    return s;
}

void engine_begin_first(struct engine *e)
{
    CLEANUP(db_result_ptr) PGresult *objects = NULL;
    struct job *jobs[ENGINE_BATCH_MAX] = {NULL};
    size_t count = engine_take_arrived(e, true, jobs);
    if (count == 0)
        return;
    enum status s = look(e, jobs, &count, &objects);
    if (s == STATUS_OK) {
        crash_point("work_looked_at");
        engine_begin(e, jobs, count, objects);
        return;
    }
    bool is_refused = e->link.db != NULL && link_blames_a_row(e->link.db, s);
    for (size_t i = 0; i < count; i++)
        put_back(e, jobs[i], !is_refused);
    if (e->link.db != NULL)
        engine_database_failed(e, "look_at_work", s);
}

static size_t find_slow(struct engine *e, int64_t now_us, struct job **ret_jobs)
{
    size_t count = 0;
    for (int i = 0; i < e->capacity && count < ENGINE_BATCH_MAX; i++) {
        struct job *job = &e->jobs[i];
        if (job->message != NULL && job->is_running && job->is_unclaimed && now_us >= job->claim_us)
            ret_jobs[count++] = job;
    }
    qsort(ret_jobs, count, sizeof(struct job *), by_id);
    return count;
}

/* One that is somebody else's by now stays unclaimed, and its end is refused. */
static void note_claimed(struct job **jobs, size_t count, const PGresult *rows)
{
    for (size_t i = 0; i < count; i++)
        jobs[i]->claim_us = INT64_MAX;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct job wanted = {.work.id = db_get_uuid(rows, row, 0)}, *key = &wanted;
        struct job **found = bsearch(&key, jobs, count, sizeof(struct job *), by_id);
        if (found != NULL)
            (*found)->is_unclaimed = false;
    }
}

void engine_claim_begun(struct engine *e)
{
    CLEANUP(db_result_ptr) PGresult *claimed = NULL;
    struct job *jobs[ENGINE_BATCH_MAX] = {NULL};
    struct attempt_row rows[ENGINE_BATCH_MAX];
    int64_t now_us = clock_monotonic_us();
    if (now_us < e->unclaimed_look_us)
        return;
    e->unclaimed_look_us = now_us + LOOK_US;
    size_t count = find_slow(e, now_us, jobs);
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct attempt_row){jobs[i]->work.id, jobs[i]->work.generation, jobs[i]->work.attempts};
    const struct begun_attempts attempts = {rows, count, e->lease_ms};
    enum status s = store_claim_begun_work(e->link.db, &e->params, &attempts, &claimed);
    if (s == STATUS_OK)
        note_claimed(jobs, count, claimed);
    else
        engine_database_failed(e, "claim_begun_work", s);
}
