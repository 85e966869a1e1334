/* facts.c - see facts.h. Columns are those of list_sealed_events, list_sealed_transactions and
   list_sealed_entries. */
#include "ledger-svc/store/facts.h"

static struct uuid uuid_or_zero(const PGresult *r, int row, int column)
{
    struct uuid id = {{0}};
    if (!db_is_null(r, row, column))
        id = db_get_uuid(r, row, column);
    return id;
}

static int64_t int_or_zero(const PGresult *r, int row, int column)
{
    return db_is_null(r, row, column) ? 0 : db_get_int(r, row, column);
}

static void read_transaction(const PGresult *r, int row, struct transaction_resource *ret_transaction)
{
    *ret_transaction = (struct transaction_resource){
        .id = db_get_uuid(r, row, 0),
        .kind = db_get_str(r, row, 1),
        .amount = db_get_int(r, row, 2),
        .currency = db_get_str(r, row, 3),
        .description = db_get_str(r, row, 7),
        .reference = db_get_str(r, row, 8),
        .metadata = db_get_str(r, row, 9),
        .created_us = db_get_time(r, row, 10),
        .details = {.reverses = uuid_or_zero(r, row, 11),
                    .hold = uuid_or_zero(r, row, 12),
                    .reason = db_get_str(r, row, 13),
                    .rate_numerator = int_or_zero(r, row, 14),
                    .rate_denominator = int_or_zero(r, row, 15),
                    .rounding = db_get_str(r, row, 16)},
    };
}

static void read_entry(const PGresult *r, int row, struct fact_entry *ret_entry)
{
    *ret_entry = (struct fact_entry){.entry = {.account = db_get_uuid(r, row, 2),
                                               .direction = db_get_str(r, row, 4),
                                               .amount = db_get_int(r, row, 5),
                                               .currency = db_get_str(r, row, 6),
                                               .balance_after = db_get_int(r, row, 7),
                                               .may_read_balance = true},
                                     .account_version = db_get_int(r, row, 3)};
}

void fact_read(const struct chain_rows *rows, const struct chain_item *item, struct read_fact *ret_fact)
{
    const PGresult *r = rows->events;
    int row = item->event;
    struct fact *f = &ret_fact->fact;
    *f = (struct fact){.seq = item->seq,
                       .id = db_get_uuid(r, row, 1),
                       .type = db_get_str(r, row, 3),
                       .resource = db_get_str(r, row, 4),
                       .object = db_get_uuid(r, row, 5),
                       .command = db_get_uuid(r, row, 6),
                       .owner = db_get_str(r, row, 7),
                       .actor = db_get_str(r, row, 8),
                       .source = db_get_str(r, row, 9),
                       .traceparent = db_get_str(r, row, 10),
                       .before = db_get_str(r, row, 11),
                       .after = db_get_str(r, row, 12),
                       .created_us = db_get_time(r, row, 13)};
    if (item->transaction < 0)
        return;
    int entries = item->entry_count < FACT_ENTRIES_MAX ? item->entry_count : FACT_ENTRIES_MAX;
    read_transaction(rows->transactions, item->transaction, &ret_fact->transaction);
    for (int i = 0; i < entries; i++)
        read_entry(rows->entries, item->first_entry + i, &ret_fact->entries[i]);
    f->transaction = &ret_fact->transaction;
    f->entries = ret_fact->entries;
    f->entry_count = (size_t)entries;
}
