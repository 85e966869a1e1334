/* recon_resources.c - one function per shape; members in the order that docs/API.md shows. */
#include "shared/contract/recon_resources.h"

static void write_text(struct json_out *out, const char *name, struct str value)
{
    json_key(out, name);
    if (value.len == 0)
        json_write_null(out);
    else
        json_str(out, value);
}

static void write_int(struct json_out *out, const char *name, int64_t value)
{
    json_key(out, name);
    json_int(out, value);
}

static void write_amount(struct json_out *out, const char *name, bool has_amount, int64_t value)
{
    json_key(out, name);
    if (has_amount)
        json_int(out, value);
    else
        json_write_null(out);
}

/* 0 is null. */
static void write_time(struct json_out *out, const char *name, int64_t unix_us)
{
    json_key(out, name);
    if (unix_us == 0)
        json_write_null(out);
    else
        json_time(out, unix_us);
}

static void write_id(struct json_out *out, const char *name, const char *prefix, const struct uuid *id)
{
    json_key(out, name);
    json_typeid(out, prefix, id);
}

static void write_scanned(struct json_out *out, const struct recon_run_resource *r)
{
    json_key(out, "scanned");
    json_object_open(out);
    write_int(out, "events", r->events);
    write_int(out, "entries", r->entries);
    write_int(out, "accounts", r->accounts);
    json_object_close(out);
}

static void write_coverage(struct json_out *out, const struct recon_run_resource *r)
{
    json_key(out, "coverage");
    if (!r->has_coverage) {
        json_write_null(out);
        return;
    }
    json_object_open(out);
    json_key(out, "complete");
    json_bool(out, r->is_complete);
    write_int(out, "seq", r->covered_seq);
    write_int(out, "newest_seq", r->newest_seq);
    json_object_close(out);
}

void recon_run_open(struct json_out *out, const struct recon_run_resource *r)
{
    json_object_open(out);
    write_id(out, "run_id", "run", &r->id);
    write_time(out, "ran_at", r->started_us);
    write_time(out, "finished_at", r->finished_us);
    write_text(out, "mode", r->mode);
    write_text(out, "trigger", r->trigger);
    write_text(out, "actor", r->actor);
    write_text(out, "status", r->state);
    write_text(out, "error", r->error);
    write_scanned(out, r);
    write_coverage(out, r);
    json_key(out, "summary");
    if (r->summary.len == 0)
        json_write_null(out);
    else
        json_raw(out, r->summary);
}

void recon_anomaly_open(struct json_out *out, const struct recon_anomaly_resource *a)
{
    json_object_open(out);
    write_id(out, "id", "an", &a->id);
    write_text(out, "code", a->code);
    write_text(out, "check", a->check);
    write_text(out, "severity", a->severity);
    write_text(out, "family", a->family);
    write_text(out, "object_type", a->object_type);
    write_text(out, "object", a->object);
    write_text(out, "currency", a->currency);
    write_amount(out, "expected", a->has_amounts, a->expected);
    write_amount(out, "actual", a->has_amounts, a->actual);
    write_text(out, "detail", a->detail);
    write_text(out, "state", a->state);
    write_text(out, "write_off_by", a->write_off_by);
    write_time(out, "first_seen_at", a->first_seen_us);
    write_time(out, "last_seen_at", a->last_seen_us);
    write_id(out, "first_run", "run", &a->first_run);
    write_id(out, "last_run", "run", &a->last_run);
}

void recon_anomaly_write(struct json_out *out, const struct recon_anomaly_resource *a)
{
    recon_anomaly_open(out, a);
    json_object_close(out);
}

void recon_decision_write(struct json_out *out, const struct recon_decision_resource *d)
{
    json_object_open(out);
    write_text(out, "action", d->action);
    write_text(out, "actor", d->actor);
    write_text(out, "note", d->note);
    write_time(out, "at", d->created_us);
    json_object_close(out);
}
