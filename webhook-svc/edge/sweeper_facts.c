/* sweeper_facts.c - dead letters made and resolved are facts of the audit trail: commands to ledger-svc whose
   source names the dead letter and what happened, so that each is written once. */
#include <stdio.h>

#include "shared/contract/command.h"
#include "shared/core/clock.h"
#include "webhook-svc/edge/sweeper_internal.h"

#define BODY_MAX    ((size_t)16 << 10)
#define TIMEOUT_MS  5500
#define DEADLINE_US INT64_C(5000000)
#define ACTOR       "webhook-svc"

/* The dead letter of a row, and which of its facts is next. */
struct fact {
    struct fact_mark mark;
    const PGresult *rows;
    int row;
    char letter[TYPEID_TEXT_SIZE];
};

static void add_text(struct json_out *json, const char *name, struct str text)
{
    if (text.data == NULL)
        return;
    json_key(json, name);
    json_str(json, text);
}

/* {"dead_letter","happened","work"?,"kind","event_type"?,"error","attempts","note"?} */
static void write_data(const struct fact *f, struct buf *out)
{
    struct json_out json;
    buf_reset(out);
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "dead_letter");
    json_cstr(&json, f->letter);
    add_text(&json, "happened", f->mark.is_resolved ? db_get_str(f->rows, f->row, 7) : STR_LIT("created"));
    if (!db_is_null(f->rows, f->row, 1)) {
        struct uuid work = db_get_uuid(f->rows, f->row, 1);
        json_key(&json, "work");
        json_typeid(&json, "wrk", &work);
    }
    add_text(&json, "kind", db_get_str(f->rows, f->row, 2));
    add_text(&json, "event_type", db_get_str(f->rows, f->row, 3));
    add_text(&json, "error", db_get_str(f->rows, f->row, 4));
    json_key(&json, "attempts");
    json_int(&json, db_get_int(f->rows, f->row, 5));
    if (f->mark.is_resolved)
        add_text(&json, "note", db_get_str(f->rows, f->row, 9));
    json_object_close(&json);
}

static enum status send(struct sweeper *s, struct fact *f, struct buf *data, struct buf *command)
{
    char source[TYPEID_TEXT_SIZE + 32];
    int len = snprintf(source, sizeof source, "dead_letter:%s:%s", f->letter,
                       f->mark.is_resolved ? "resolved" : "created");
    write_data(f, data);
    struct command_envelope envelope = {.id = ids_next(&s->ids),
                                        .owner = STR_LIT("system"),
                                        .actor = f->mark.is_resolved ? db_get_str(f->rows, f->row, 8)
                                                                     : STR_LIT(ACTOR),
                                        .staff = true,
                                        .source = {source, (size_t)len},
                                        .deadline_us = clock_unix_us() + DEADLINE_US};
    struct str text = {data->data, data->len};
    digest_of(text, &envelope.fingerprint);
    buf_reset(command);
    command_write(&envelope, text, command);
    if (buf_status(data) != STATUS_OK || buf_status(command) != STATUS_OK)
        return STATUS_FULL;
    const struct request request = {.subject = COMMAND_SUBJECT_PREFIX "dead_letter.record",
                                    .data = command->data,
                                    .len = (int)command->len,
                                    .timeout_ms = TIMEOUT_MS,
                                    .context = f};
    return requests_send(s->requests, &request);
}

static bool was_written(const struct request_end *ended)
{
    int status = 0;
    bool replayed = false;
    struct str body = {0};
    if (ended->status != STATUS_OK)
        return false;
    struct str text = {natsMsg_GetData(ended->reply), (size_t)natsMsg_GetDataLength(ended->reply)};
    return reply_read(text, &status, &replayed, &body) == STATUS_OK && status >= 200 && status < 300;
}

enum status sweep_facts(struct sweeper *s, bool *ret_more)
{
    CLEANUP(db_result_ptr) PGresult *rows = NULL;
    CLEANUP(buf_free) struct buf data = {0}, command = {0};
    struct fact facts[SWEEP_MAX];
    struct fact_mark marks[SWEEP_MAX];
    struct request_end ended;
    size_t count = 0;
    buf_init(&data, BODY_MAX);
    buf_init(&command, BODY_MAX);
    enum status status = store_list_without_facts(s->link.db, SWEEP_MAX, &rows);
    if (status != STATUS_OK)
        return status;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct fact *f = &facts[row];
        *f = (struct fact){
            .mark = {db_get_uuid(rows, row, 0), !db_is_null(rows, row, 6)}, .rows = rows, .row = row};
        typeid_format("dl", &f->mark.id, f->letter);
        if (send(s, f, &data, &command) != STATUS_OK)
            break;
    }
    bus_flush(s->bus);
    while (requests_wait(s->requests, &ended)) {
        if (was_written(&ended))
            marks[count++] = ((struct fact *)ended.context)->mark;
        bus_discard(s->bus, ended.reply);
    }
    *ret_more = count == SWEEP_MAX;
    return count > 0 ? store_mark_facts(s->link.db, marks, count) : STATUS_OK;
}
