/* read_dead_letters.c - work that was given up, with the message that it was. */
#include <sodium.h>

#include "ingress/domain/text.h"
#include "ingress/edge/reads.h"
#include "ingress/store/bounds.h"
#include "ingress/store/dead_letters.h"
#include "shared/contract/work_event.h"

#define BASE64 sodium_base64_VARIANT_ORIGINAL

static void write_id(struct json_out *out, const char *key, const char *prefix, const struct uuid *id)
{
    json_key(out, key);
    if (id == NULL) {
        json_write_null(out);
    } else {
        json_typeid(out, prefix, id);
    }
}

/* Leaves the object open. */
static void write_letter(struct json_out *out, const struct dead_letter_row *d)
{
    bool is_open = d->resolution.data == NULL;
    json_object_open(out);
    write_id(out, "id", "dl", &d->id);
    reads_text_or_null(out, "status", is_open ? STR_LIT("open") : d->resolution);
    reads_text_or_null(out, "kind", d->kind);
    write_id(out, "work", "wrk", d->has_work ? &d->work : NULL);
    write_id(out, "object", work_object_prefix(d->kind), d->has_object ? &d->object : NULL);
    reads_text_or_null(out, "event_type", d->event_type);
    reads_text_or_null(out, "subject", d->subject);
    reads_text_or_null(out, "error", d->error);
    json_key(out, "attempts");
    json_int(out, d->attempts);
    json_key(out, "stream_seq");
    if (d->stream_seq > 0) {
        json_int(out, d->stream_seq);
    } else {
        json_write_null(out);
    }
    json_key(out, "created_at");
    json_time(out, d->created_us);
    reads_text_or_null(out, "resolved_by", d->resolved_by);
    json_key(out, "resolved_at");
    if (is_open) {
        json_write_null(out);
    } else {
        json_time(out, d->resolved_us);
    }
    reads_text_or_null(out, "note", d->note);
}

/* Exactly, whatever somebody had published: as text if it is any. */
static void write_payload(struct exchange *ex, struct json_out *out, struct str payload)
{
    bool is_text = text_is_clean(payload);
    size_t size = sodium_base64_ENCODED_LEN(payload.len, BASE64);
    char *base64 = is_text ? NULL : arena_alloc(&ex->arena, size);
    if (base64 != NULL) {
        sodium_bin2base64(base64, size, (const unsigned char *)payload.data, payload.len, BASE64);
    }
    reads_text_or_null(out, "payload", is_text ? payload : str_of(NULL));
    reads_text_or_null(out, "payload_base64", str_of(base64));
}

void reads_dead_letter(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, dead_letters_find, &ex->uuid, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct dead_letter_row d;
    dead_letter_row(r, 0, false, &d);
    struct json_out out = exchange_json(ex);
    write_letter(&out, &d);
    write_payload(ex, &out, d.payload);
    json_object_close(&out);
}

/* The open ones unless another status is asked for. */
static struct str resolution_of(struct exchange *ex)
{
    struct str status = exchange_param(ex, "status")->text;
    if (str_eq_c(status, "open"))
        status = (struct str){0};
    return status;
}

static struct list_place letter_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                        int row)
{
    (void)ex;
    struct dead_letter_row d;
    dead_letter_row(r, row, true, &d);
    if (d.is_wanted) {
        write_letter(out, &d);
        json_object_close(out);
    }
    return (struct list_place){{.id = d.id}, d.is_last};
}

void reads_dead_letters(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    struct dead_letter_list list = {
        .kind = exchange_param(ex, "kind")->text,
        .event_type = exchange_param(ex, "event_type")->text,
        .error_contains = exchange_param(ex, "error_contains")->text,
        .resolution = resolution_of(ex),
        .from_us = reads_time(ex, "from", TIME_FIRST_US),
        .until_us = reads_time(ex, "to", TIME_LAST_US),
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, dead_letters_list, &list, &r)) {
        return;
    }
    reads_list(ex, &page, r, letter_in_list);
}
