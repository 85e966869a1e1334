/* run_objects.c - holds, what was given back, work and dead letters, stored answers: all of them, or what was
   met on the way and what has an open anomaly. */
#include "recon-svc/edge/run_parts.h"
#include "recon-svc/store/anomaly_rows.h"
#include "recon-svc/store/facts.h"
#include "recon-svc/store/objects.h"
#include "recon-svc/store/statements.h"
#include "recon_statements.h"
#include "shared/core/clock.h"
#include "shared/core/timefmt.h"
#include "shared/io/log.h"

#define MANY          10000
#define ACCOUNTS_MANY ((size_t)1 << 17) /* each is looked at once, however often it moved meanwhile */

static int64_t grace_us(const struct run *r)
{
    return r->config->grace_seconds * INT64_C(1000000);
}

/* is_quick: a full run's look at each; at those with an open anomaly it looks closely, as incremental ones
 * do. */
static enum status check_holds(struct run *r, bool is_quick)
{
    id_list_sort(&r->holds);
    enum status s = objects_check_holds(r->store, &r->holds, r->now_us - grace_us(r), is_quick, &r->found);
    if (s == STATUS_OK && !r->options.is_full)
        s = objects_accounts_of_holds(r->store, &r->holds, &r->accounts);
    id_list_clear(&r->holds);
    return s;
}

static enum status check_originals(struct run *r)
{
    id_list_sort(&r->originals);
    enum status s = objects_check(r->store, RECON_SQL_CHECK_REVERSALS, &r->originals, 0, &r->found);
    id_list_clear(&r->originals);
    return s;
}

/* Of an incremental run. Sorted now and then, so that each takes part in it a few times at most. */
static enum status flush_accounts(struct run *r)
{
    if (r->accounts.is_full)
        return STATUS_FULL;
    if (r->accounts.count < 2 * r->accounts_sorted + MANY)
        return STATUS_OK;
    id_list_sort(&r->accounts);
    r->accounts_sorted = r->accounts.count;
    return r->accounts_sorted >= ACCOUNTS_MANY ? run_accounts(r) : STATUS_OK;
}

enum status run_flush(struct run *r, bool is_end)
{
    enum status s = run_pairing_go_on(r);
    if (s == STATUS_OK && (is_end || r->holds.count >= MANY))
        s = check_holds(r, r->options.is_full);
    if (s == STATUS_OK && (is_end || r->originals.count >= MANY))
        s = check_originals(r);
    return s == STATUS_OK && !r->options.is_full ? flush_accounts(r) : s;
}

/* Of a full run: every one, a page at a time. */
static enum status page_all(struct run *r, int statement, struct id_list *ids)
{
    struct uuid after = {{0}};
    for (size_t count = OBJECTS_PAGE; count == OBJECTS_PAGE;) {
        int64_t start_us = clock_monotonic_us();
        enum status s = objects_page(r->store, statement, &after, ids, &count);
        if (s == STATUS_OK)
            s = run_flush(r, true);
        if (s != STATUS_OK)
            return s;
        if (!run_may_go_on(r, clock_monotonic_us() - start_us))
            return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

static enum status add_open(struct run *r)
{
    enum status s = anomaly_rows_open_objects(r->store, OBJECT_hold, &r->holds);
    if (s == STATUS_OK)
        s = anomaly_rows_open_objects(r->store, OBJECT_transaction, &r->originals);
    if (s == STATUS_OK)
        s = objects_list_overdue_holds(r->store, r->now_us - grace_us(r), &r->holds);
    return s;
}

static void note_legs(struct run *r)
{
    for (size_t i = 0; i < r->facts.leg_count && !r->options.is_full; i++)
        id_list_add(&r->accounts, &r->facts.legs[i].account);
}

/* Those that no event leads to, or that an earlier run found something wrong with. */
static enum status check_transactions(struct run *r, const struct id_list *ids)
{
    struct chain_item item;
    const struct chain_reader reader = store_chain(r->store);
    enum status s = STATUS_OK;
    for (size_t i = 0; s == STATUS_OK && i < ids->count; i += CHAIN_READ_MAX) {
        CLEANUP(chain_rows_free) struct chain_rows rows = {0};
        size_t left = ids->count - i;
        s = chain_read_transactions(&reader, &ids->ids[i], left < CHAIN_READ_MAX ? left : CHAIN_READ_MAX,
                                    &rows);
        while (s == STATUS_OK && chain_next_transaction(&rows, &item)) {
            facts_of_transaction(&rows, &item, &r->facts);
            s = run_check_transaction(r);
            note_legs(r);
        }
    }
    return s;
}

static enum status check_strays(struct run *r)
{
    enum status s = STATUS_OK;
    if (!r->options.is_full)
        s = anomaly_rows_open_objects(r->store, OBJECT_transaction, &r->strays);
    id_list_sort(&r->strays);
    return s == STATUS_OK ? check_transactions(r, &r->strays) : s;
}

typedef enum status check_page(struct store *s, struct uuid *after, struct anomalies *found,
                               size_t *ret_count);

static enum status check_pages(struct run *r, check_page *check, size_t page)
{
    /* ids rise with time: those of webhook events up to where an earlier run came */
    struct uuid after = r->from.transaction;
    for (size_t count = page; count == page;) {
        int64_t start_us = clock_monotonic_us();
        enum status s = check(r->store, &after, &r->found, &count);
        if (s != STATUS_OK)
            return s;
        if (!run_may_go_on(r, clock_monotonic_us() - start_us))
            return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

static enum status check_open_holds(struct run *r)
{
    enum status s = anomaly_rows_open_objects(r->store, OBJECT_hold, &r->holds);
    return s == STATUS_OK ? check_holds(r, false) : s;
}

static enum status check_everything(struct run *r)
{
    enum status s = page_all(r, RECON_SQL_PAGE_HOLDS, &r->holds);
    if (s == STATUS_OK)
        s = check_open_holds(r);
    if (s == STATUS_OK)
        s = page_all(r, RECON_SQL_PAGE_REVERSALS, &r->originals);
    if (s == STATUS_OK)
        s = check_pages(r, objects_check_keys, (size_t)OBJECTS_PAGE * 10);
    if (s == STATUS_OK)
        s = objects_check_currencies(r->store, &r->found);
    if (s == STATUS_OK)
        s = objects_check_proved_blocks(r->store, &r->found);
    return s;
}

/* Lines that we have by now first, so that they are not named any more. */
static enum status check_statements(struct run *r)
{
    int64_t settled = 0;
    int32_t today = time_day(r->now_us);
    enum status s = statements_settle(r->store, &settled);
    if (settled > 0)
        log_event(LOG_INFO, "statement_lines_settled", log_int("lines", settled));
    return s == STATUS_OK
               ? objects_check_statements(r->store, today - (int32_t)r->config->statement_days, &r->found)
               : s;
}

enum status run_objects(struct run *r)
{
    enum status s = r->options.is_full ? check_everything(r) : add_open(r);
    if (s == STATUS_OK)
        s = check_strays(r);
    if (s == STATUS_OK)
        s = check_pages(r, objects_check_webhook_events, OBJECTS_PAGE);
    if (s == STATUS_OK)
        s = objects_check_work(r->store, r->now_us - grace_us(r), &r->found);
    if (s == STATUS_OK)
        s = check_statements(r);
    return s == STATUS_OK ? run_flush(r, true) : s;
}
