/* engine_begin.c - jobs get what they are about, and the handler begins. */
#include <stdio.h>
#include <stdlib.h>

#include "shared/core/clock.h"
#include "webhook-svc/edge/engine_internal.h"

#define OBJECT_IS_GONE "what it is about is not there"

static int by_object(const void *a, const void *b)
{
    return uuid_compare(&(*(struct job *const *)a)->work.object_id,
                        &(*(struct job *const *)b)->work.object_id);
}

/* The jobs, sorted by object, get what the handler wants to know of it; rows are few, and jobs of one
   object side by side. */
static void hand_out_objects(struct engine *e, struct job **jobs, size_t count, const PGresult *rows)
{
    qsort(jobs, count, sizeof(struct job *), by_object);
    for (int row = 0; rows != NULL && row < PQntuples(rows); row++) {
        struct job wanted = {.work.object_id = db_get_uuid(rows, row, 0)}, *key = &wanted;
        struct job **found = bsearch(&key, jobs, count, sizeof(struct job *), by_object);
        while (found != NULL && found > jobs && by_object(found - 1, &key) == 0)
            found--;
        for (; found != NULL && found < jobs + count && by_object(found, &key) == 0; found++)
            (*found)->is_unread = !e->handler->read(*found, rows, row);
    }
}

static void start(struct engine *e, struct job *job)
{
    char error[JOB_ERROR_SIZE];
    job->is_running = true;
    job->begun_us = clock_monotonic_us();
    if (job->verdict.action == WORK_BURY) {
        (void)snprintf(error, sizeof error, "given up after %d attempts and %lld deliveries that did not end",
                       job->work.attempts, (long long)job->deliveries);
        job_end(job, RESULT_PERMANENT, error);
    } else if (job->is_unread) {
        job_end(job, RESULT_TRANSIENT, "out of memory");
    } else if (job->object == NULL) {
        job_end(job, RESULT_PERMANENT, OBJECT_IS_GONE);
    } else {
        e->handler->start(e->options.context, job);
    }
}

void engine_begin(struct engine *e, struct job **jobs, size_t count, const PGresult *objects)
{
    hand_out_objects(e, jobs, count, objects);
    for (size_t i = 0; i < count; i++)
        start(e, jobs[i]);
    if (count > 0 && e->handler->flush != NULL)
        e->handler->flush(e->options.context, (int)count);
}
