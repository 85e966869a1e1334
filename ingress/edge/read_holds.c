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

static struct list_place hold_in_list(const struct exchange *ex, struct json_out *out, const PGresult *r,
                                      int row)
{
    (void)ex;
    struct hold_resource h;
    hold_row(r, row, &h);
    hold_write(out, &h);
    return (struct list_place){{.id = h.id}, false};
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
    reads_list(ex, &page, r, hold_in_list);
}
