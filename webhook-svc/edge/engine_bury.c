/* engine_bury.c - after a dead letter's row is committed: its message goes to PAY_DLQ, and when that has it
   the original is terminated. What fails on the way is left to the sweeper. */
#include <string.h>

#include "shared/io/crash_point.h"
#include "shared/io/log.h"
#include "webhook-svc/edge/burial.h"
#include "webhook-svc/edge/engine_internal.h"
#include "webhook-svc/edge/webhook_metrics.h"

#define TRY_AGAIN_MS 16000

size_t engine_letter_bytes(const struct job *job)
{
    size_t len = (size_t)natsMsg_GetDataLength(job->message);
    return len < LETTER_BYTES_MAX ? len : LETTER_BYTES_MAX;
}

static void write_subject(struct job *job)
{
    if (!job->is_troublesome)
        job_copy_plain(natsMsg_GetSubject(job->message), job->subject, sizeof job->subject);
    else
        work_subject(WORK_SUBJECT_PREFIX, job->work.kind, &job->work.id, job->subject);
}

struct dead_letter engine_dead_letter(struct engine *e, struct job *job)
{
    bool has_type = job->event_type[0] != '\0' && !job->is_troublesome;
    int len = natsMsg_GetDataLength(job->message);
    size_t kept = engine_letter_bytes(job);
    write_subject(job);
    return (struct dead_letter){.id = job->dead_letter,
                                .work_id = job->work.id,
                                .object_id = job->work.object_id,
                                .kind = e->handler->kind,
                                .event_type = has_type ? str_of(job->event_type) : (struct str){0},
                                .subject = job->subject,
                                .payload = {natsMsg_GetData(job->message), kept},
                                .cut_from = (size_t)len > kept ? len : 0,
                                .error = job->error,
                                .attempts = job->work.attempts,
                                .publication = 1,
                                .orig_us = job->work.enqueued_us};
}

/* The work's message would be terminated when it comes
   again; one that names no work would only be buried again, for as long as PAY_DLQ refuses. */
void engine_leave_to_sweeper(struct engine *e, struct job *job)
{
    if (job->is_nameless)
        pull_terminate(e->pull, job->message, job->age);
    else
        pull_send_back(e->pull, job->message, job->age, TRY_AGAIN_MS);
    engine_release(e, job);
}

void engine_bury(struct engine *e, struct job *job, const struct dead_letter *letter)
{
    crash_point("dead_letter_stored");
    if (burial_send(e->burials, letter, job) != STATUS_OK)
        engine_leave_to_sweeper(e, job);
}

void engine_look_at_burials(struct engine *e)
{
    struct request_end ended;
    struct publication_row rows[ENGINE_BATCH_MAX];
    size_t count = 0;
    while (count < ENGINE_BATCH_MAX && requests_take(e->burials, &ended)) {
        struct job *job = ended.context;
        struct stream_ack ack;
        if (ended.status == STATUS_OK && stream_ack_read(&e->burial_acks, ended.reply, &ack) == STATUS_OK) {
            crash_point("dead_letter_published");
            rows[count++] = (struct publication_row){job->dead_letter, 1, ack.seq};
            pull_terminate(e->pull, job->message, job->age);
            engine_release(e, job);
        } else {
            engine_leave_to_sweeper(e, job);
        }
        bus_discard(e->bus, ended.reply);
    }
    if (count == 0 || link_connect(&e->link) != STATUS_OK)
        return;
    enum status s = store_mark_dead_letters_published(e->link.db, &e->params, rows, count);
    if (s != STATUS_OK)
        engine_database_failed(e, "mark_dead_letters_published", s);
}
