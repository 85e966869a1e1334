/* read_accounts.c - accounts and their balances. */
#include "ingress/edge/reads.h"
#include "ingress/store/accounts.h"

void reads_account(struct exchange *ex)
{
    struct found_account found CLEANUP(found_account_free) = {0};
    struct account_resource a;
    if (!reads_account_row(ex, &found, &a)) {
        return;
    }
    struct json_out out = exchange_json(ex);
    account_write(&out, &a);
}

static struct list_place account_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                         int row)
{
    (void)ex;
    struct account_resource a;
    account_row(r, row, &a);
    account_write(out, &a);
    return (struct list_place){{.id = a.id}, false};
}

void reads_accounts(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    struct account_list list = {
        .owner = exchange_owner(ex),
        .type = exchange_param(ex, "type")->text,
        .currency = exchange_param(ex, "currency")->text,
        .status = exchange_param(ex, "status")->text,
        .metadata = exchange_param(ex, "metadata")->text,
        .from_us = reads_time(ex, "created_from", TIME_FIRST_US),
        .until_us = reads_time(ex, "created_to", TIME_LAST_US),
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    if (ex->is_staff) {
        list.owner = exchange_param(ex, "owner")->text;
    }
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, accounts_list, &list, &r)) {
        return;
    }
    reads_list(ex, &page, r, account_in_list);
}

/* A balance now, or (held NULL) in the past: what was held then is not known from entries. */
struct balance_view {
    struct str currency;
    int64_t version, posted;
    const int64_t *held;
    const struct param_value *at;
};

static void int_or_null(struct json_out *out, const char *key, bool is_known, int64_t value)
{
    json_key(out, key);
    if (is_known) {
        json_int(out, value);
    } else {
        json_write_null(out);
    }
}

static void write_balance(struct exchange *ex, const struct balance_view *b)
{
    int64_t held = b->held != NULL ? *b->held : 0;
    struct json_out out = exchange_json(ex);
    json_object_open(&out);
    json_key(&out, "account");
    json_typeid(&out, "acct", &ex->uuid);
    json_key(&out, "currency");
    json_str(&out, b->currency);
    json_key(&out, "posted");
    json_int(&out, b->posted);
    int_or_null(&out, "held", b->held != NULL, held);
    int_or_null(&out, "available", b->held != NULL, b->posted - held);
    json_key(&out, "version");
    json_int(&out, b->version);
    json_key(&out, "at");
    if (b->at->is_set) {
        json_time(&out, b->at->number);
    } else {
        json_write_null(&out);
    }
    json_object_close(&out);
}

static void balance_in_the_past(struct exchange *ex, const struct param_value *at)
{
    struct balance_key key = {.account = {.id = ex->uuid, .owner = exchange_owner(ex)},
                              .before_us = at->number + 1}; /* entries of that very microsecond count */
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, accounts_balance_at, &key, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct balance_view b = {.at = at};
    b.posted = balance_row(r, &b.currency, &b.version);
    write_balance(ex, &b);
}

void reads_balance(struct exchange *ex)
{
    const struct param_value *at = exchange_param(ex, "at");
    if (at->is_set) {
        balance_in_the_past(ex, at);
        return;
    }
    struct found_account found CLEANUP(found_account_free) = {0};
    struct account_resource a;
    if (!reads_account_row(ex, &found, &a)) {
        return;
    }
    struct balance_view b = {.currency = a.currency,
                             .version = a.version,
                             .posted = a.credits_posted - a.debits_posted,
                             .held = &a.debits_pending,
                             .at = at};
    write_balance(ex, &b);
}
