/* read_transactions.c - transactions with their entries. Balances are shown of accounts that the caller may
 * read. */
#include <string.h>

#include "ingress/domain/balance.h"
#include "ingress/edge/reads.h"
#include "ingress/store/accounts.h"
#include "ingress/store/entries.h"
#include "ingress/store/transactions.h"

/* The entries of all transactions on a page, ordered like these: next walks through them. The details of
   those that have some. */
struct walk {
    PGresult *entries, *details;
    int next;
};

static void walk_end(struct walk *walk)
{
    db_result_ptr(&walk->entries);
    db_result_ptr(&walk->details);
}

static void write_transaction(const struct exchange *ex, struct json_out *out, const PGresult *r, int row,
                              struct walk *walk)
{
    struct transaction_resource t;
    int64_t entry_count;
    transaction_row(r, row, &t, &entry_count);
    transaction_details_find(walk->details, &t.id, &t.details);
    struct balance balance = {0};
    transaction_open(out, &t);
    json_key(out, "entries");
    json_array_open(out);
    for (; walk->next < PQntuples(walk->entries); walk->next++) {
        struct entry_row e;
        entry_row(walk->entries, walk->next, &e);
        if (uuid_compare(&e.transaction, &t.id) != 0) {
            break;
        }
        e.entry.may_read_balance = ex->is_staff || str_eq_c(e.owner, ex->credential.owner);
        entry_write(out, &e.entry);
        balance_add(&balance, e.entry.currency, e.entry.direction, e.entry.amount);
    }
    json_array_close(out);
    json_key(out, "balanced");
    json_bool(out, balance_is_even(&balance) && balance.entries == entry_count);
    json_object_close(out);
}

/* What goes with the transactions, in a walk that walk_end ends whether this worked or not. */
static bool read_rest(struct exchange *ex, const PGresult *transactions, int count, struct walk *ret_walk)
{
    struct uuid *ids = arena_alloc_array(&ex->arena, (size_t)count + 1, sizeof(*ids));
    if (ids == NULL) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return false;
    }
    bool has_details = false;
    for (int i = 0; i < count; i++) {
        ids[i] = transaction_row_id(transactions, i);
        has_details = has_details || transaction_row_has_details(transactions, i);
    }
    struct entry_ids args = {.transactions = ids, .count = (size_t)count};
    return reads_run(ex, entries_of_transactions, &args, &ret_walk->entries) &&
           (!has_details || reads_run(ex, transactions_details, &args, &ret_walk->details));
}

/* May the caller see the transaction of these entries? */
static bool takes_part(const struct exchange *ex, const PGresult *entries)
{
    for (int i = 0; i < PQntuples(entries); i++) {
        struct entry_row e;
        entry_row(entries, i, &e);
        if (str_eq_c(e.owner, ex->credential.owner)) {
            return true;
        }
    }
    return ex->is_staff;
}

void reads_transaction(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    struct walk walk CLEANUP(walk_end) = {0};
    if (!reads_run(ex, transactions_find, &ex->uuid, &r) || !read_rest(ex, r, PQntuples(r), &walk)) {
        return;
    }
    if (PQntuples(r) == 0 || !takes_part(ex, walk.entries)) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct json_out out = exchange_json(ex);
    write_transaction(ex, &out, r, 0, &walk);
}

void reads_transactions(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct param_value *account = exchange_param(ex, "account");
    struct transaction_list list = {
        .owner = exchange_owner(ex),
        .account = account->is_set ? &account->id : NULL,
        .kind = exchange_param(ex, "kind")->text,
        .reference = exchange_param(ex, "reference")->text,
        .metadata = exchange_param(ex, "metadata")->text,
        .from_us = reads_time(ex, "created_from", TIME_FIRST_US),
        .until_us = reads_time(ex, "created_to", TIME_LAST_US),
        .before = page.has_cursor ? &page.cursor.id : NULL,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    struct walk walk CLEANUP(walk_end) = {0};
    if (!reads_run(ex, transactions_list, &list, &r)) {
        return;
    }
    int rows = PQntuples(r), taken = rows > page.limit ? (int)page.limit : rows, shown = taken;
    bool has_more = rows > taken;
    struct cursor last = {0};
    if (taken > 0) {
        last.id = transaction_row_id(r, taken - 1);
        has_more = has_more || transaction_row_is_last(r, taken - 1);
        shown = transaction_row_is_wanted(r, taken - 1) ? taken : taken - 1;
    }
    if (!read_rest(ex, r, shown, &walk)) {
        return;
    }
    struct json_out out = reads_list_open(ex);
    for (int i = 0; i < shown; i++) {
        write_transaction(ex, &out, r, i, &walk);
    }
    reads_list_close(&out, &page, has_more ? &last : NULL);
}
