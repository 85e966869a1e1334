/* run_accounts.c - accounts against their entries: all of them, from where they were right when they were met
   with their events, or those that were met on the way, from where they were proved. Each part is one short
   snapshot; an account with more entries than fit goes on in the next. */
#include <string.h>

#include "recon-svc/edge/run.h"
#include "recon-svc/store/accounts.h"
#include "recon-svc/store/anomaly_rows.h"
#include "recon-svc/store/objects.h"
#include "recon_statements.h"
#include "shared/core/clock.h"

#define BEHIND_MANY 10000
#define TABLE_MAX   ((size_t)3 << 17) /* 390,000 accounts, 42 MB; of further ones entries are read twice */

struct pass {
    struct run *run;
    struct account_walk walk;
    bool is_carried; /* the first account of the next part goes on */
    size_t proved_count;
    struct account_place proved[ACCOUNTS_PART], places[ACCOUNTS_PART];
};

enum status run_accounts_begin(struct run *r)
{
    struct uuid after = {{0}};
    size_t count = 1;
    enum status s = STATUS_OK;
    account_table_init(&r->proved, TABLE_MAX);
    while (s == STATUS_OK && count > 0)
        s = accounts_list_proved(r->store, &after, &r->proved, &count);
    return s;
}

/* Up to where the account's entries were right when they were met with their events. */
static struct account_place place_of_table(const struct run *r, const struct account_part *part, int i,
                                           const struct uuid *id)
{
    const struct account_row row = account_part_row(part, i);
    return account_table_place(&r->proved, id, row.currency);
}

/* Where each account's entries are read from. */
static void begin_at(struct pass *p, const struct account_part *part, const struct uuid *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i == 0 && p->is_carried)
            p->places[i] = p->walk.place;
        else if (p->run->options.is_full)
            p->places[i] = place_of_table(p->run, part, (int)i, &ids[i]);
        else
            p->places[i] = account_part_proved(part, (int)i, &ids[i]);
    }
}

static enum status load(struct pass *p, const struct uuid *ids, size_t count, struct account_part *part)
{
    struct store *s = p->run->store;
    enum status status = store_snapshot_begin(s);
    if (status == STATUS_OK)
        status = accounts_load(s, ids, count, part);
    if (status == STATUS_OK) {
        begin_at(p, part, ids, count);
        status = accounts_load_entries(s, p->places, count, part);
    }
    return status == STATUS_OK ? store_snapshot_end(s) : status;
}

/* Also when it is less than an earlier run proved: the next one has to see again what is wrong behind it. */
static void keep_proved(struct pass *p, const struct account_place *before)
{
    if (p->walk.clean.version != before->version && !p->walk.is_rewritten)
        p->proved[p->proved_count++] = p->walk.clean;
}

/* Feeds the account its entries from number *next on. */
static void feed(struct pass *p, const struct account_part *part, int account, int *next)
{
    const struct account_row row = account_part_row(part, account);
    for (int owner; *next < PQntuples(part->entries); ++*next) {
        struct account_entry entry = account_part_entry(part, *next, &owner);
        if (owner != account)
            return;
        account_walk_entry(&p->walk, &row, &entry);
        p->run->counts.entries++;
    }
}

/* How many of the accounts are done; the one after them goes on if it is carried. */
static size_t walk_part(struct pass *p, const struct account_part *part, size_t count)
{
    int next = 0, entries = PQntuples(part->entries);
    p->proved_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct account_place proved = account_part_proved(part, (int)i, &p->places[i].account);
        if (!(i == 0 && p->is_carried)) {
            account_walk_begin(&p->walk, &p->places[i]);
            p->run->counts.entries += p->run->options.is_full ? p->places[i].version : 0;
        }
        p->walk.checkpoint = p->run->options.is_full ? proved : (struct account_place){.version = 0};
        p->is_carried = false;
        feed(p, part, (int)i, &next);
        if (next == entries && entries == ACCOUNT_ENTRIES_PART) {
            p->is_carried = true;
            return i;
        }
        struct account_row row = account_part_row(part, (int)i);
        account_walk_end(&p->walk, &row);
        keep_proved(p, &proved);
        p->run->counts.accounts++;
    }
    return count;
}

/* Against what their facts say, which full runs look for: incremental ones would among years of days, for
   each account that moves. */
static enum status check_facts(struct run *r, const struct uuid *ids, size_t count)
{
    const struct id_list part = {.ids = (struct uuid *)ids, .count = count};
    int64_t deadline_us = r->now_us - r->config->grace_seconds * INT64_C(1000000);
    enum status s = STATUS_OK;
    if (r->options.is_full)
        s = objects_check_accounts(r->store, &part, &r->changed, &r->found);
    if (s == STATUS_OK)
        s = objects_check(r->store, RECON_SQL_CHECK_PROJECTION, &part, deadline_us, &r->found);
    return s == STATUS_OK ? objects_list_behind(r->store, &part, &r->behind) : s;
}

/* Most of them have been projected since: what of them is still behind is looked at again by the next run. */
static enum status mark_behind(struct run *r)
{
    enum status s = objects_mark_behind(r->store, &r->behind);
    id_list_clear(&r->behind);
    return s;
}

static enum status walk_ids(struct pass *p, const struct id_list *ids)
{
    for (size_t i = 0; i < ids->count;) {
        CLEANUP(account_part_free) struct account_part part = {0};
        size_t left = ids->count - i, count = left < ACCOUNTS_PART ? left : ACCOUNTS_PART;
        int64_t start_us = clock_monotonic_us();
        enum status status = load(p, &ids->ids[i], count, &part);
        if (status != STATUS_OK)
            return status;
        size_t done = walk_part(p, &part, count);
        status = accounts_save_proved(p->run->store, p->proved, p->proved_count);
        if (status == STATUS_OK)
            status = check_facts(p->run, &ids->ids[i], done);
        if (status != STATUS_OK)
            return status;
        i += done;
        if (p->run->behind.count >= BEHIND_MANY)
            status = mark_behind(p->run);
        if (status != STATUS_OK)
            return status;
        if (!run_may_go_on(p->run, clock_monotonic_us() - start_us))
            return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

static enum status add_pages(struct run *r, int statement)
{
    struct uuid after = {{0}};
    size_t count = OBJECTS_PAGE;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count == OBJECTS_PAGE)
        status = objects_page(r->store, statement, &after, &r->accounts, &count);
    return status;
}

/* What no event leads to: accounts whose projection is behind or said that something is wrong, and those on
   which money may not stay. */
static enum status add_waiting(struct run *r)
{
    enum status status = anomaly_rows_open_objects(r->store, OBJECT_account, &r->accounts);
    if (status == STATUS_OK)
        status = add_pages(r, RECON_SQL_LIST_DIFFERING_ACCOUNTS);
    return status == STATUS_OK ? add_pages(r, RECON_SQL_LIST_CLEARING_ACCOUNTS) : status;
}

static enum status walk_all(struct pass *p)
{
    struct run *r = p->run;
    struct uuid after = {{0}}, before;
    size_t count = OBJECTS_PAGE;
    id_list_sort(&r->changed);
    while (count == OBJECTS_PAGE) {
        id_list_clear(&r->accounts);
        before = after;
        enum status status = objects_page(r->store, RECON_SQL_PAGE_ACCOUNTS, &after, &r->accounts, &count);
        if (status == STATUS_OK && count < OBJECTS_PAGE)
            memset(after.bytes, 0xff, sizeof after.bytes);
        if (status == STATUS_OK)
            status =
                objects_list_unknown_accounts(r->store, (const struct uuid[]){before, after}, &r->accounts);
        if (status == STATUS_OK)
            status = walk_ids(p, &r->accounts);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status walk_met(struct pass *p)
{
    struct run *r = p->run;
    enum status status = add_waiting(r);
    if (status != STATUS_OK)
        return status;
    id_list_sort(&r->accounts);
    status = walk_ids(p, &r->accounts);
    id_list_clear(&r->accounts);
    r->accounts_sorted = 0;
    return status;
}

enum status run_accounts(struct run *r)
{
    static struct pass passes[2]; /* one run of each mode at a time */
    struct pass *p = &passes[r->options.is_full];
    *p = (struct pass){.run = r,
                       .walk = {.found = &r->found,
                                .now_us = r->now_us,
                                .clearing_us = r->config->clearing_hours * INT64_C(3600000000)}};
    enum status status = r->options.is_full ? walk_all(p) : walk_met(p);
    return status == STATUS_OK ? mark_behind(r) : status;
}
