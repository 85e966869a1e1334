/* facts.c - see facts.h. Places are those of shared/chain/sql/. */
#include "recon-svc/store/facts.h"

#include <string.h>

enum { EVENT_TYPE = 3, EVENT_OBJECT = 5, EVENT_SOURCE = 9 };
enum {
    TRANSACTION_ID,
    TRANSACTION_KIND,
    TRANSACTION_AMOUNT,
    TRANSACTION_CURRENCY,
    TRANSACTION_ENTRY_COUNT,
    TRANSACTION_CREATED_AT = 10,
    TRANSACTION_REVERSES = 11,
    TRANSACTION_RATE_NUMERATOR = 14,
    TRANSACTION_RATE_DENOMINATOR,
    TRANSACTION_ROUNDING
};
enum {
    ENTRY_LEG = 1,
    ENTRY_ACCOUNT,
    ENTRY_VERSION,
    ENTRY_DIRECTION,
    ENTRY_AMOUNT,
    ENTRY_CURRENCY,
    ENTRY_BALANCE_AFTER,
    ENTRY_CREATED_AT,
    ENTRY_COUNTERPARTY,
    ENTRY_KIND
};

static void copy_currency(const PGresult *r, int row, int column, char ret_currency[4])
{
    struct str currency = db_get_str(r, row, column);
    size_t len = currency.len < 3 ? currency.len : 3;
    memset(ret_currency, 0, 4);
    if (len > 0)
        memcpy(ret_currency, currency.data, len);
}

static int64_t int_or_0(const PGresult *r, int row, int column)
{
    return db_is_null(r, row, column) ? 0 : db_get_int(r, row, column);
}

static struct uuid uuid_or_zero(const PGresult *r, int row, int column)
{
    struct uuid id = {{0}};
    if (!db_is_null(r, row, column))
        id = db_get_uuid(r, row, column);
    return id;
}

static void read_leg(const PGresult *r, int row, struct transaction_leg *ret)
{
    *ret = (struct transaction_leg){.account = db_get_uuid(r, row, ENTRY_ACCOUNT),
                                    .number = db_get_int(r, row, ENTRY_LEG),
                                    .amount = db_get_int(r, row, ENTRY_AMOUNT),
                                    .created_us = db_get_time(r, row, ENTRY_CREATED_AT),
                                    .account_version = db_get_int(r, row, ENTRY_VERSION),
                                    .balance_after = db_get_int(r, row, ENTRY_BALANCE_AFTER),
                                    .kind = db_get_str(r, row, ENTRY_KIND),
                                    .is_debit = str_eq_c(db_get_str(r, row, ENTRY_DIRECTION), "debit"),
                                    .counterparty = uuid_or_zero(r, row, ENTRY_COUNTERPARTY),
                                    .has_counterparty = !db_is_null(r, row, ENTRY_COUNTERPARTY)};
    copy_currency(r, row, ENTRY_CURRENCY, ret->currency);
}

void facts_of_transaction(const struct chain_rows *rows, const struct chain_item *item,
                          struct transaction_facts *ret)
{
    const PGresult *r = rows->transactions;
    int row = item->transaction;
    ret->id = db_get_uuid(r, row, TRANSACTION_ID);
    ret->reverses = uuid_or_zero(r, row, TRANSACTION_REVERSES);
    ret->kind = db_get_str(r, row, TRANSACTION_KIND);
    ret->amount = db_get_int(r, row, TRANSACTION_AMOUNT);
    ret->entry_count = db_get_int(r, row, TRANSACTION_ENTRY_COUNT);
    ret->created_us = db_get_time(r, row, TRANSACTION_CREATED_AT);
    ret->rate_numerator = int_or_0(r, row, TRANSACTION_RATE_NUMERATOR);
    ret->rate_denominator = int_or_0(r, row, TRANSACTION_RATE_DENOMINATOR);
    ret->rounds_half_even = str_eq_c(db_get_str(r, row, TRANSACTION_ROUNDING), "half_even");
    copy_currency(r, row, TRANSACTION_CURRENCY, ret->currency);
    ret->leg_count = 0;
    for (int i = 0; i < item->entry_count && i < TRANSACTION_LEGS_MAX; i++)
        read_leg(rows->entries, item->first_entry + i, &ret->legs[ret->leg_count++]);
}

struct uuid facts_object(const struct chain_rows *rows, const struct chain_item *item)
{
    return db_get_uuid(rows->events, item->event, EVENT_OBJECT);
}

bool facts_posts(const struct chain_rows *rows, const struct chain_item *item)
{
    return str_eq_c(facts_type(rows, item), "transaction.posted");
}

struct str facts_type(const struct chain_rows *rows, const struct chain_item *item)
{
    return db_get_str(rows->events, item->event, EVENT_TYPE);
}

struct str facts_source(const struct chain_rows *rows, const struct chain_item *item)
{
    return db_get_str(rows->events, item->event, EVENT_SOURCE);
}
