/* cloud_event.c - see cloud_event.h. */
#include "ledger-svc/domain/cloud_event.h"

#include <inttypes.h>
#include <stdio.h>

#include "shared/contract/object_id.h"

#define SEQUENCE_SIZE 24

static void write_optional(struct json_out *out, const char *name, struct str value)
{
    json_key(out, name);
    if (value.data == NULL) {
        json_write_null(out);
    } else {
        json_str(out, value);
    }
}

/* Is this the account's first entry in the transaction? Then *ret_last is its last. */
static bool opens_account(const struct fact *f, size_t index, const struct fact_entry **ret_last)
{
    const struct uuid *account = &f->entries[index].entry.account;
    for (size_t i = 0; i < index; i++) {
        if (uuid_compare(&f->entries[i].entry.account, account) == 0) {
            return false;
        }
    }
    for (size_t i = index; i < f->entry_count; i++) {
        if (uuid_compare(&f->entries[i].entry.account, account) == 0) {
            *ret_last = &f->entries[i];
        }
    }
    return true;
}

static int64_t balance_before(const struct entry_resource *e)
{
    return str_eq_c(e->direction, "debit") ? e->balance_after + e->amount : e->balance_after - e->amount;
}

/* "accounts":[{"id","version","posted"}] in the order of legs; entries of one account follow each other in
   its versions. */
static void write_accounts(struct json_out *out, const struct fact *f, bool after)
{
    json_key(out, "accounts");
    json_array_open(out);
    for (size_t i = 0; i < f->entry_count; i++) {
        const struct fact_entry *first = &f->entries[i], *last = first;
        if (!opens_account(f, i, &last)) {
            continue;
        }
        json_object_open(out);
        json_key(out, "id");
        json_typeid(out, "acct", &first->entry.account);
        json_key(out, "version");
        json_int(out, after ? last->account_version : first->account_version - 1);
        json_key(out, "posted");
        json_int(out, after ? last->entry.balance_after : balance_before(&first->entry));
        json_object_close(out);
    }
    json_array_close(out);
}

static void write_before(struct json_out *out, const struct fact *f)
{
    json_key(out, "before");
    if (f->before.data == NULL && f->transaction != NULL) {
        json_object_open(out);
        write_accounts(out, f, false);
        json_object_close(out);
    } else {
        json_raw(out, f->before.data != NULL ? f->before : STR_LIT("null"));
    }
}

static void write_after(struct json_out *out, const struct fact *f)
{
    json_key(out, "after");
    if (f->after.data != NULL || f->transaction == NULL) {
        json_raw(out, f->after.data != NULL ? f->after : STR_LIT("null"));
        return;
    }
    json_object_open(out);
    write_accounts(out, f, true);
    json_key(out, "transaction");
    transaction_open(out, f->transaction);
    json_key(out, "entries");
    json_array_open(out);
    for (size_t i = 0; i < f->entry_count; i++) {
        entry_write(out, &f->entries[i].entry);
    }
    json_array_close(out);
    json_object_close(out);
    json_object_close(out);
}

static void write_data(struct json_out *out, const struct fact *f)
{
    json_key(out, "data");
    json_object_open(out);
    json_key(out, "resource");
    json_str(out, f->resource);
    json_key(out, "object");
    json_typeid(out, object_id_prefix(f->resource), &f->object);
    json_key(out, "command");
    json_typeid(out, "cmd", &f->command);
    json_key(out, "owner");
    json_str(out, f->owner);
    json_key(out, "actor");
    json_str(out, f->actor);
    write_optional(out, "source", f->source);
    write_before(out, f);
    write_after(out, f);
    json_object_close(out);
}

void cloud_event_write(struct buf *out, const struct fact *f)
{
    struct json_out json;
    char sequence[SEQUENCE_SIZE];
    (void)snprintf(sequence, sizeof(sequence), "%020" PRId64, f->seq);
    buf_reset(out);
    json_out_init(&json, out);
    json_object_open(&json);
    json_key(&json, "specversion");
    json_str(&json, STR_LIT("1.0"));
    json_key(&json, "id");
    json_typeid(&json, "evt", &f->id);
    json_key(&json, "source");
    json_str(&json, STR_LIT("/paybus/ledger"));
    json_key(&json, "type");
    json_str(&json, f->type);
    json_key(&json, "subject");
    json_typeid(&json, object_id_prefix(f->resource), &f->object);
    json_key(&json, "time");
    json_time(&json, f->created_us);
    json_key(&json, "datacontenttype");
    json_str(&json, STR_LIT("application/json"));
    json_key(&json, "sequence");
    json_str(&json, str_of(sequence));
    if (f->traceparent.data != NULL) {
        json_key(&json, "traceparent");
        json_str(&json, f->traceparent);
    }
    write_data(&json, f);
    json_object_close(&json);
}
