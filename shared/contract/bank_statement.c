/* bank_statement.c - see bank_statement.h; members in the order that docs/API.md shows. */
#include "shared/contract/bank_statement.h"

#include "shared/core/timefmt.h"

#define DAY_US  INT64_C(86400000000)
#define DAY_LEN 10

static void write_text(struct json_out *out, const char *name, struct str value)
{
    json_key(out, name);
    json_str(out, value);
}

static void write_int(struct json_out *out, const char *name, int64_t value)
{
    json_key(out, name);
    json_int(out, value);
}

void bank_statement_write_day(struct json_out *out, const char *name, int32_t day)
{
    char time[TIME_TEXT_SIZE];
    time_format(day * DAY_US, time);
    write_text(out, name, (struct str){time, DAY_LEN});
}

static void write_withdrawal(struct json_out *out, const struct bank_statement_resource *s)
{
    json_key(out, "withdrawn");
    if (s->withdrawn_by.len == 0) {
        json_write_null(out);
        return;
    }
    json_object_open(out);
    write_text(out, "by", s->withdrawn_by);
    write_text(out, "note", s->withdrawal_note);
    json_key(out, "at");
    json_time(out, s->withdrawn_us);
    json_object_close(out);
}

void bank_statement_write(struct json_out *out, const struct bank_statement_resource *s)
{
    json_object_open(out);
    json_key(out, "id");
    json_typeid(out, "stm", &s->id);
    json_key(out, "account");
    json_typeid(out, "acct", &s->account);
    write_text(out, "status", s->status);
    write_text(out, "format", s->format);
    json_key(out, "number");
    if (s->number.len > 0) {
        json_str(out, s->number);
    } else {
        json_write_null(out);
    }
    write_text(out, "currency", s->currency);
    bank_statement_write_day(out, "first_day", s->first_day);
    bank_statement_write_day(out, "last_day", s->last_day);
    write_int(out, "opening_balance", s->opening);
    write_int(out, "closing_balance", s->closing);
    write_int(out, "computed_balance", s->computed);
    write_text(out, "footing", s->footing);
    write_int(out, "line_count", s->line_count);
    json_key(out, "results");
    json_raw(out, s->results);
    write_text(out, "actor", s->actor);
    json_key(out, "created_at");
    json_time(out, s->created_us);
    write_withdrawal(out, s);
    json_object_close(out);
}

void bank_statement_request_write(const struct bank_statement_request *r, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    if (r->account.len > 0) {
        write_text(&json, "account", r->account);
    }
    if (r->owner.len > 0) {
        write_text(&json, "owner", r->owner);
    }
    write_text(&json, "format", r->format);
    write_text(&json, "actor", r->actor);
    json_object_close(&json);
    buf_add_char(out, '\n');
    buf_add(out, r->file.data, r->file.len);
}
