/* load_objects.c - see load_objects.h. */
#include "ledger-svc/store/load_objects.h"

#include <assert.h>
#include <string.h>

/* Columns of load_holds.sql. */
enum hold_column {
    HOLD_ID,
    HOLD_ACCOUNT,
    HOLD_DESTINATION,
    HOLD_OWNER,
    HOLD_CURRENCY,
    HOLD_AMOUNT,
    HOLD_CAPTURED,
    HOLD_STATUS,
    HOLD_CAPTURE,
    HOLD_DESCRIPTION,
    HOLD_REFERENCE,
    HOLD_METADATA,
    HOLD_EXPIRES_AT,
    HOLD_CREATED_AT,
    HOLD_UPDATED_AT
};

/* Columns of load_originals.sql and load_original_entries.sql. */
enum original_column {
    ORIGINAL_ID,
    ORIGINAL_KIND,
    ORIGINAL_OWNER,
    ORIGINAL_AMOUNT,
    ORIGINAL_CURRENCY,
    ORIGINAL_REVERSES,
    ORIGINAL_HOLD,
    ORIGINAL_REVERSED
};
enum original_entry_column {
    ENTRY_TRANSACTION,
    ENTRY_ACCOUNT,
    ENTRY_DIRECTION,
    ENTRY_AMOUNT,
    ENTRY_CURRENCY
};

struct str load_keep(struct ledger *l, struct str s)
{
    if (s.data == NULL || s.len == 0)
        return (struct str){NULL, 0};
    char *copy = arena_strndup(l->arena, s.data, s.len);
    if (copy == NULL) {
        l->out_of_memory = true;
        return (struct str){NULL, 0};
    }
    return (struct str){copy, s.len};
}

void load_hold(struct ledger *l, const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, HOLD_ID);
    struct hold *h = ledger_add_hold(l, &id);
    if (h == NULL)
        return;
    struct str currency = db_get_str(r, row, HOLD_CURRENCY);
    bool known = hold_status_parse(db_get_str(r, row, HOLD_STATUS), &h->status);
    assert(known && currency.len == 3); /* the tables' CHECKs have the same words */
    memcpy(h->currency, currency.data, 3);
    h->account_id = db_get_uuid(r, row, HOLD_ACCOUNT);
    h->destination_id = db_get_uuid(r, row, HOLD_DESTINATION);
    h->owner = load_keep(l, db_get_str(r, row, HOLD_OWNER));
    h->amount = db_get_int(r, row, HOLD_AMOUNT);
    h->captured = h->loaded_captured = db_get_int(r, row, HOLD_CAPTURED);
    if (!db_is_null(r, row, HOLD_CAPTURE))
        h->capture_id = db_get_uuid(r, row, HOLD_CAPTURE);
    h->description = load_keep(l, db_get_str(r, row, HOLD_DESCRIPTION));
    h->reference = load_keep(l, db_get_str(r, row, HOLD_REFERENCE));
    h->metadata = load_keep(l, db_get_str(r, row, HOLD_METADATA));
    h->expires_us = db_get_time(r, row, HOLD_EXPIRES_AT);
    h->created_us = db_get_time(r, row, HOLD_CREATED_AT);
    h->updated_us = db_get_time(r, row, HOLD_UPDATED_AT);
}

void load_original(struct ledger *l, const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, ORIGINAL_ID);
    struct original *o = ledger_add_original(l, &id);
    if (o == NULL)
        return;
    struct str currency = db_get_str(r, row, ORIGINAL_CURRENCY);
    assert(currency.len == 3);
    memcpy(o->currency, currency.data, 3);
    o->kind = load_keep(l, db_get_str(r, row, ORIGINAL_KIND));
    o->owner = load_keep(l, db_get_str(r, row, ORIGINAL_OWNER));
    o->amount = db_get_int(r, row, ORIGINAL_AMOUNT);
    if (!db_is_null(r, row, ORIGINAL_REVERSES))
        o->details.reverses = db_get_uuid(r, row, ORIGINAL_REVERSES);
    if (!db_is_null(r, row, ORIGINAL_HOLD))
        o->details.hold = db_get_uuid(r, row, ORIGINAL_HOLD);
    if (!db_is_null(r, row, ORIGINAL_REVERSED))
        o->reversed = o->loaded_reversed = db_get_int(r, row, ORIGINAL_REVERSED);
}

void load_original_entry(struct ledger *l, const PGresult *r, int row)
{
    struct uuid id = db_get_uuid(r, row, ENTRY_TRANSACTION);
    struct original *o = ledger_find_original(l, &id);
    struct original_entry *e = o == NULL ? NULL : ledger_add_original_entry(l, o);
    if (e == NULL)
        return;
    struct str currency = db_get_str(r, row, ENTRY_CURRENCY);
    assert(currency.len == 3);
    memcpy(e->currency, currency.data, 3);
    e->account_id = db_get_uuid(r, row, ENTRY_ACCOUNT);
    e->is_debit = str_eq_c(db_get_str(r, row, ENTRY_DIRECTION), "debit");
    e->amount = db_get_int(r, row, ENTRY_AMOUNT);
}
