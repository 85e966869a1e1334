/* read_entries.c - the ledger itself, entry by entry. */
#include "ingress/edge/reads.h"
#include "ingress/store/entries.h"

static bool may_read(const struct exchange *ex, struct str owner)
{
    return ex->is_staff || str_eq_c(owner, ex->credential.owner);
}

static void write_entry(const struct exchange *ex, struct json_out *out, struct entry_row *e)
{
    e->entry.may_read_balance = may_read(ex, e->owner);
    entry_open(out, &e->entry);
    json_key(out, "transaction");
    json_typeid(out, "txn", &e->transaction);
    json_key(out, "account_version");
    if (e->entry.may_read_balance) {
        json_int(out, e->version);
    } else {
        json_write_null(out);
    }
    json_key(out, "created_at");
    json_time(out, e->created_us);
    json_object_close(out);
}

/* Of one transaction: all its entries are at hand, so filters and pages are made here, last leg first. */
static void entries_of_one(struct exchange *ex, const struct page *page, const struct uuid *transaction)
{
    const struct param_value *account = exchange_param(ex, "account");
    const struct param_value *direction = exchange_param(ex, "direction");
    struct entry_ids args = {.transactions = transaction, .count = 1};
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, entries_of_transactions, &args, &r)) {
        return;
    }
    bool is_visible = ex->is_staff;
    for (int i = 0; i < PQntuples(r); i++) {
        struct entry_row e;
        entry_row(r, i, &e);
        is_visible = is_visible || may_read(ex, e.owner);
    }
    struct cursor last = {0};
    bool has_more = false;
    int64_t shown = 0;
    struct json_out out = reads_list_open(ex);
    for (int i = PQntuples(r) - 1; is_visible && i >= 0 && !has_more; i--) {
        struct entry_row e;
        entry_row(r, i, &e);
        if ((account->is_set && uuid_compare(&e.entry.account, &account->id) != 0) ||
            (direction->is_set && !str_eq(e.entry.direction, direction->text)) ||
            (page->has_cursor && e.leg >= page->cursor.number)) {
            continue;
        }
        has_more = shown == page->limit;
        if (!has_more) {
            write_entry(ex, &out, &e);
            last = (struct cursor){.id = e.transaction, .number = e.leg};
            shown++;
        }
    }
    reads_list_close(&out, page, has_more ? &last : NULL);
}

static struct list_place entry_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                       int row)
{
    struct entry_row e;
    entry_row(r, row, &e);
    if (entry_row_is_wanted(r, row)) {
        write_entry(ex, out, &e);
    }
    int64_t number = exchange_param(ex, "account")->is_set ? e.version : e.leg;
    return (struct list_place){{.id = e.transaction, .number = number}, entry_row_is_last(r, row)};
}

static void entries_of_many(struct exchange *ex, const struct page *page)
{
    const struct param_value *account = exchange_param(ex, "account");
    struct entry_list list = {
        .owner = exchange_owner(ex),
        .account = account->is_set ? &account->id : NULL,
        .direction = exchange_param(ex, "direction")->text,
        .after = page->has_cursor ? &page->cursor.id : NULL,
        .after_number = page->cursor.number,
        .limit = page->limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, entries_list, &list, &r)) {
        return;
    }
    reads_list(ex, page, r, entry_in_list);
}

void reads_entries(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct param_value *transaction = exchange_param(ex, "transaction");
    if (transaction->is_set) {
        entries_of_one(ex, &page, &transaction->id);
    } else {
        entries_of_many(ex, &page);
    }
}
