/* burial.c - see burial.h. No header of the original message is copied: its Nats-Msg-Id would swallow a
 * replay.
 */
#include "webhook-svc/edge/burial.h"

#include <stdio.h>

#include "shared/core/timefmt.h"

#define TIMEOUT_MS 5000
#define ERROR_SIZE 512

void burial_subject(const struct dead_letter *letter, char ret_subject[WORK_SUBJECT_SIZE])
{
    char id[TYPEID_TEXT_SIZE];
    if (!uuid_is_zero(&letter->work_id)) {
        work_subject(DEAD_LETTER_SUBJECT_PREFIX, letter->kind, &letter->work_id, ret_subject);
        return;
    }
    typeid_format("dl", &letter->id, id);
    (void)snprintf(ret_subject, WORK_SUBJECT_SIZE, DEAD_LETTER_SUBJECT_PREFIX "%s.%s",
                   work_kind_name(letter->kind), id);
}

/* A header is one line. */
static void one_line(const char *text, char ret_line[ERROR_SIZE])
{
    (void)snprintf(ret_line, ERROR_SIZE, "%s", text);
    for (char *c = ret_line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
}

enum status burial_send(struct requests *requests, const struct dead_letter *letter, void *context)
{
    char subject[WORK_SUBJECT_SIZE], id[TYPEID_TEXT_SIZE], message_id[TYPEID_TEXT_SIZE + 16], attempts[16],
        cut_from[16];
    char time[TIME_TEXT_SIZE], error[ERROR_SIZE];
    burial_subject(letter, subject);
    typeid_format("dl", &letter->id, id);
    (void)snprintf(message_id, sizeof message_id, "%s:%d", id, letter->publication);
    (void)snprintf(attempts, sizeof attempts, "%d", letter->attempts);
    (void)snprintf(cut_from, sizeof cut_from, "%d", letter->cut_from);
    time_format(letter->orig_us, time);
    one_line(letter->error, error);
    const char *const headers[] = {"Nats-Msg-Id",
                                   message_id,
                                   "Paybus-Dead-Letter",
                                   id,
                                   "Paybus-Orig-Subject",
                                   letter->subject,
                                   "Paybus-Orig-Time",
                                   time,
                                   "Paybus-Attempts",
                                   attempts,
                                   "Paybus-Error",
                                   error,
                                   letter->cut_from > 0 ? "Paybus-Payload-Cut-From" : NULL,
                                   cut_from,
                                   NULL};
    const struct request request = {.subject = subject,
                                    .headers = headers,
                                    .data = letter->payload.data,
                                    .len = (int)letter->payload.len,
                                    .timeout_ms = TIMEOUT_MS,
                                    .context = context};
    return requests_send(requests, &request);
}
