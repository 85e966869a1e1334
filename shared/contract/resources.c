/* resources.c - one function per shape; members in the order that docs/API.md shows. */
#include "shared/contract/resources.h"

#include <assert.h>

#include "shared/core/money.h"

static void write_text(struct json_out *out, const char *name, struct str value)
{
    json_key(out, name);
    json_str(out, value);
}

static void write_optional(struct json_out *out, const char *name, struct str value)
{
    json_key(out, name);
    if (value.len == 0) {
        json_write_null(out);
    } else {
        json_str(out, value);
    }
}

static void write_int(struct json_out *out, const char *name, int64_t value)
{
    json_key(out, name);
    json_int(out, value);
}

static void write_metadata(struct json_out *out, struct str metadata)
{
    json_key(out, "metadata");
    json_raw(out, metadata.len == 0 ? STR_LIT("{}") : metadata);
}

/* The database keeps the counters in bounds in which these differences exist. */
static int64_t difference(int64_t a, int64_t b)
{
    int64_t result = 0;
    enum status status = money_sub(a, b, &result);
    assert(status == STATUS_OK);
    return result;
}

void account_write(struct json_out *out, const struct account_resource *a)
{
    int64_t posted = difference(a->credits_posted, a->debits_posted);
    int64_t held = a->debits_pending;

    json_object_open(out);
    json_key(out, "id");
    json_typeid(out, "acct", &a->id);
    write_text(out, "owner", a->owner);
    write_text(out, "type", a->type);
    write_text(out, "currency", a->currency);
    write_text(out, "name", a->name);
    write_text(out, "status", a->status);
    write_int(out, "posted", posted);
    write_int(out, "held", held);
    write_int(out, "available", difference(posted, held));
    write_int(out, "debits_posted", a->debits_posted);
    write_int(out, "credits_posted", a->credits_posted);
    write_int(out, "debits_pending", a->debits_pending);
    write_int(out, "credits_pending", a->credits_pending);
    write_int(out, "version", a->version);
    json_key(out, "created_at");
    json_time(out, a->created_us);
    write_metadata(out, a->metadata);
    json_object_close(out);
}

void entry_open(struct json_out *out, const struct entry_resource *e)
{
    json_object_open(out);
    json_key(out, "account");
    json_typeid(out, "acct", &e->account);
    write_text(out, "direction", e->direction);
    write_int(out, "amount", e->amount);
    write_text(out, "currency", e->currency);
    json_key(out, "balance_after");
    if (e->may_read_balance) {
        json_int(out, e->balance_after);
    } else {
        json_write_null(out);
    }
}

void entry_write(struct json_out *out, const struct entry_resource *e)
{
    entry_open(out, e);
    json_object_close(out);
}

bool transaction_details_are_empty(const struct transaction_details *d)
{
    return uuid_is_zero(&d->reverses) && uuid_is_zero(&d->hold) && d->reason.len == 0 &&
           d->rate_numerator == 0;
}

static void write_details(struct json_out *out, const struct transaction_details *d)
{
    if (!uuid_is_zero(&d->reverses)) {
        json_key(out, "reverses");
        json_typeid(out, "txn", &d->reverses);
    }
    if (!uuid_is_zero(&d->hold)) {
        json_key(out, "hold");
        json_typeid(out, "hold", &d->hold);
    }
    if (d->reason.len > 0) {
        write_text(out, "reason", d->reason);
    }
    if (d->rate_numerator > 0) {
        json_key(out, "rate");
        json_object_open(out);
        write_int(out, "numerator", d->rate_numerator);
        write_int(out, "denominator", d->rate_denominator);
        json_object_close(out);
        write_text(out, "rounding", d->rounding);
    }
}

void transaction_open(struct json_out *out, const struct transaction_resource *t)
{
    json_object_open(out);
    json_key(out, "id");
    json_typeid(out, "txn", &t->id);
    write_text(out, "kind", t->kind);
    write_int(out, "amount", t->amount);
    write_text(out, "currency", t->currency);
    write_optional(out, "description", t->description);
    write_optional(out, "reference", t->reference);
    write_metadata(out, t->metadata);
    json_key(out, "created_at");
    json_time(out, t->created_us);
    write_details(out, &t->details);
}

void hold_write(struct json_out *out, const struct hold_resource *h)
{
    json_object_open(out);
    json_key(out, "id");
    json_typeid(out, "hold", &h->id);
    json_key(out, "account");
    json_typeid(out, "acct", &h->account);
    json_key(out, "destination");
    json_typeid(out, "acct", &h->destination);
    write_text(out, "owner", h->owner);
    write_int(out, "amount", h->amount);
    write_int(out, "captured", h->captured);
    write_int(out, "held", h->is_open ? difference(h->amount, h->captured) : 0);
    write_text(out, "currency", h->currency);
    write_text(out, "status", h->status);
    json_key(out, "capture_transaction");
    if (uuid_is_zero(&h->capture)) {
        json_write_null(out);
    } else {
        json_typeid(out, "txn", &h->capture);
    }
    write_optional(out, "description", h->description);
    write_optional(out, "reference", h->reference);
    write_metadata(out, h->metadata);
    json_key(out, "expires_at");
    json_time(out, h->expires_us);
    json_key(out, "created_at");
    json_time(out, h->created_us);
    json_key(out, "updated_at");
    json_time(out, h->updated_us);
    json_object_close(out);
}
