/* republish.c - see republish.h. */
#include "webhook-svc/edge/republish.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/core/clock.h"
#include "shared/io/log.h"
#include "webhook-svc/store/messages.h"

#define BODY_MAX   ((size_t)1 << 20)
#define TIMEOUT_MS 5000

static enum status send(const struct republish_through *through, struct buf *body, const PGresult *rows,
                        int row)
{
    char subject[WORK_SUBJECT_SIZE], id[WORK_MESSAGE_ID_SIZE + 32];
    enum work_kind kind;
    int generation = 0;
    const struct work_event e = store_read_message(rows, row, &generation);
    enum status s = work_kind_parse(e.kind, &kind);
    assert(s == STATUS_OK); /* the table's CHECK has the same words */
    work_event_write(body, &e);
    s = buf_status(body);
    if (s != STATUS_OK)
        return s;
    work_subject(WORK_SUBJECT_PREFIX, kind, &e.id, subject);
    work_message_id(&e.id, generation, id);
    if (through->reason == REPUBLISH_LOST) {
        size_t len = strlen(id);
        (void)snprintf(id + len, sizeof id - len, ":%" PRId64, clock_unix_us());
    }
    const char *const headers[] = {"Nats-Msg-Id", id, NULL};
    const struct request request = {.subject = subject,
                                    .headers = headers,
                                    .data = body->data,
                                    .len = (int)body->len,
                                    .timeout_ms = TIMEOUT_MS};
    return requests_send(through->requests, &request);
}

enum status republish(const struct republish_through *through, const struct uuid *ids, size_t count,
                      size_t *ret_published)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    CLEANUP(buf_free) struct buf body = {0};
    struct request_end ended;
    size_t published = 0;
    struct stream_ack ack;
    buf_init(&body, BODY_MAX);
    enum status s = store_load_messages(through->db, ids, count, &rows);
    if (s != STATUS_OK)
        return s;
    for (int row = 0; row < PQntuples(rows); row++)
        if (send(through, &body, rows, row) != STATUS_OK)
            log_event(LOG_WARN, "work_not_published", log_int("rows", PQntuples(rows) - row));
    bus_flush(through->bus);
    while (requests_wait(through->requests, &ended)) {
        published += ended.status == STATUS_OK &&
                     stream_ack_read(through->acks, ended.reply, &ack) == STATUS_OK && !ack.is_duplicate;
        bus_discard(through->bus, ended.reply);
    }
    *ret_published = published;
    return STATUS_OK;
}
