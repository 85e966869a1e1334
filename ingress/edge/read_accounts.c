/* read_accounts.c - accounts and their balances. */
#include <string.h>

#include "ingress/edge/reads.h"
#include "ingress/store/accounts.h"

static bool find_account(struct exchange *ex, PGresult **ret_result)
{
    struct account_key key = {.id = ex->uuid, .owner = exchange_owner(ex)};
    if (!reads_run(ex, accounts_find, &key, ret_result)) {
        return false;
    }
    if (PQntuples(*ret_result) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return false;
    }
    return true;
}

void reads_account(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!find_account(ex, &r)) {
        return;
    }
    struct account_resource a;
    account_row(r, 0, &a);
    struct json_out out = exchange_json(ex);
    account_write(&out, &a);
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
        .from_us = reads_time(ex, "created_from", TIME_FIRST_US),
        .until_us = reads_time(ex, "created_to", TIME_LAST_US),
        .limit = page.limit + 1,
    };
    if (ex->is_staff) {
        list.owner = exchange_param(ex, "owner")->text;
    }
    if (page.has_cursor) {
        list.before = page.cursor.id;
    } else {
        memset(&list.before, 0xff, sizeof(list.before));
    }
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, accounts_list, &list, &r)) {
        return;
    }
    int rows = PQntuples(r), shown = rows > page.limit ? (int)page.limit : rows;
    struct cursor last = {0};
    struct json_out out = reads_list_open(ex);
    for (int i = 0; i < shown; i++) {
        struct account_resource a;
        account_row(r, i, &a);
        account_write(&out, &a);
        last.id = a.id;
    }
    reads_list_close(&out, &page, rows > shown ? &last : NULL);
}

static void write_balance(struct exchange *ex, struct str currency, int64_t version, int64_t posted,
                          const int64_t *held, const struct param_value *at)
{
    struct json_out out = exchange_json(ex);
    json_object_open(&out);
    json_key(&out, "account");
    json_typeid(&out, "acct", &ex->uuid);
    json_key(&out, "currency");
    json_str(&out, currency);
    json_key(&out, "posted");
    json_int(&out, posted);
    json_key(&out, "held");
    if (held != NULL) {
        json_int(&out, *held);
    } else {
        json_write_null(&out);
    }
    json_key(&out, "available");
    if (held != NULL) {
        json_int(&out, posted - *held);
    } else {
        json_write_null(&out);
    }
    json_key(&out, "version");
    json_int(&out, version);
    json_key(&out, "at");
    if (at->is_set) {
        json_time(&out, at->number);
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
    struct str currency;
    int64_t version, posted = balance_row(r, &currency, &version);
    write_balance(ex, currency, version, posted, NULL, at); /* what was held then is not known from entries */
}

void reads_balance(struct exchange *ex)
{
    const struct param_value *at = exchange_param(ex, "at");
    if (at->is_set) {
        balance_in_the_past(ex, at);
        return;
    }
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!find_account(ex, &r)) {
        return;
    }
    struct account_resource a;
    account_row(r, 0, &a);
    write_balance(ex, a.currency, a.version, a.credits_posted - a.debits_posted, &a.debits_pending, at);
}
