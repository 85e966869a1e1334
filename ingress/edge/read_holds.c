/* read_holds.c - holds as they are; reading never expires one. */
#include "ingress/edge/reads.h"
#include "ingress/store/bounds.h"
#include "ingress/store/holds.h"

void reads_hold(struct exchange *ex)
{
    struct hold_key key = {.id = ex->uuid, .owner = exchange_owner(ex)};
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, holds_find, &key, &r)) {
        return;
    }
    if (PQntuples(r) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    struct hold_resource h;
    hold_row(r, 0, &h);
    struct json_out out = exchange_json(ex);
    hold_write(&out, &h);
}

void reads_holds(struct exchange *ex)
{
    struct page page;
    if (!reads_page(ex, &page)) {
        return;
    }
    const struct param_value *account = exchange_param(ex, "account");
    struct hold_list list = {
        .owner = exchange_owner(ex),
        .account = account->is_set ? &account->id : NULL,
        .status = exchange_param(ex, "status")->text,
        .from_us = reads_time(ex, "created_from", TIME_FIRST_US),
        .until_us = reads_time(ex, "created_to", TIME_LAST_US),
        .before = page.has_cursor ? page.cursor.id : UUID_LAST,
        .limit = page.limit + 1,
    };
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    if (!reads_run(ex, holds_list, &list, &r)) {
        return;
    }
    int rows = PQntuples(r), shown = rows > page.limit ? (int)page.limit : rows;
    struct cursor last = {0};
    struct json_out out = reads_list_open(ex);
    for (int i = 0; i < shown; i++) {
        struct hold_resource h;
        hold_row(r, i, &h);
        hold_write(&out, &h);
        last.id = h.id;
    }
    reads_list_close(&out, &page, rows > shown ? &last : NULL);
}
