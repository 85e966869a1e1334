/* read_camt.c - an account's statement of a day that is over, as camt.053. */
#include "ingress/domain/camt.h"
#include "ingress/edge/reads.h"
#include "ingress/store/accounts.h"
#include "ingress/store/entries.h"
#include "shared/core/clock.h"

#define CAMT_TYPE "application/xml; charset=utf-8"
#define ENTRIES_MAX                                                                                          \
    5000 /* what fits an answer of 4 MiB, and so can be sent to POST /v1/reconcile/statements */
#define DAY_US       INT64_C(86400000000)
#define STRAGGLER_US INT64_C(60000000) /* what was posted before midnight may be committed a moment later */

static void refuse(struct exchange *ex, const char *parameter, const char *what)
{
    struct problem p;
    problem_init(&p, OUTCOME_invalid_parameter);
    problem_add_error(&p, parameter, "%s", what);
    exchange_problem(ex, &p);
}

static bool read_day(struct exchange *ex, int32_t *ret_day)
{
    const struct param_value *day = exchange_param(ex, "date");
    if (!day->is_set) {
        refuse(ex, "?date", "is required with format=camt.053");
    } else if (exchange_param(ex, "from")->is_set || exchange_param(ex, "to")->is_set ||
               exchange_param(ex, "limit")->is_set || exchange_param(ex, "cursor")->is_set) {
        refuse(ex, "?format", "camt.053 is of the whole day that date names, and has no pages");
    } else if (clock_unix_us() < (day->number + 1) * DAY_US + STRAGGLER_US) {
        refuse(ex, "?date", "is a day that is not over");
    } else {
        *ret_day = (int32_t)day->number;
        return true;
    }
    return false;
}

static void write_entries(struct exchange *ex, const PGresult *entries)
{
    for (int i = PQntuples(entries) - 1; i >= 0; i--) {
        struct statement_row row;
        statement_row(entries, i, &row);
        const struct camt_entry e = {.transaction = row.transaction,
                                     .version = row.version,
                                     .amount = row.amount,
                                     .is_credit = str_eq_c(row.direction, "credit"),
                                     .created_us = row.created_us,
                                     .currency = row.currency,
                                     .kind = row.kind,
                                     .reference = row.reference,
                                     .description = row.description};
        camt_write_entry(&e, &ex->answer);
    }
}

static void write_statement(struct exchange *ex, const struct statement_range *range, int32_t day,
                            const PGresult *entries)
{
    const struct camt_statement s = {.account = ex->uuid,
                                     .currency = range->account.currency,
                                     .day = day,
                                     .opening = range->opening_balance,
                                     .closing = range->closing_balance,
                                     .made_us = clock_unix_us()};
    buf_reset(&ex->answer);
    camt_open(&s, &ex->answer);
    write_entries(ex, entries);
    camt_close(&ex->answer);
    buf_addf(&ex->headers, "Content-Disposition: attachment; filename=\"statement-%.*s.xml\"\r\n",
             (int)ex->id.len, ex->id.data);
    ex->status = 200;
    ex->content_type = CAMT_TYPE;
}

void reads_camt(struct exchange *ex)
{
    int32_t day;
    if (!read_day(ex, &day)) {
        return;
    }
    PGresult *bounds CLEANUP(db_result_ptr) = NULL, *entries CLEANUP(db_result_ptr) = NULL;
    struct statement_range range;
    struct statement_key key = {.account = {.id = ex->uuid, .owner = exchange_owner(ex)},
                                .from_us = day * DAY_US,
                                .until_us = (day + 1) * DAY_US};
    if (!reads_run(ex, accounts_statement_range, &key, &bounds)) {
        return;
    }
    if (PQntuples(bounds) == 0) {
        exchange_refuse(ex, OUTCOME_not_found, NULL);
        return;
    }
    statement_range_row(bounds, &range);
    if (range.closing_version - range.opening_version > ENTRIES_MAX) {
        refuse(ex, "?format", "camt.053 holds 5,000 entries, and the day has more: take CSV");
        return;
    }
    struct statement_list list = {.account = ex->uuid,
                                  .above_version = range.opening_version,
                                  .up_to_version = range.closing_version,
                                  .limit = ENTRIES_MAX};
    if (reads_run(ex, entries_statement, &list, &entries)) {
        write_statement(ex, &range, day, entries);
    }
}
