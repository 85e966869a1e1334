/* migration_plan.c - one state per version. */
#include "ledger-svc/tools/migrate/migration_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *plan_state_name(enum plan_state s)
{
    static const char *const names[] = {
        [PLAN_APPLIED] = "applied", [PLAN_PENDING] = "pending", [PLAN_CHANGED] = "changed",
        [PLAN_RENAMED] = "renamed", [PLAN_MISSING] = "missing", [PLAN_SKIPPED] = "skipped"};
    return names[s];
}

static enum plan_state state_of(const struct plan_row *row, int version, int last_applied)
{
    if (!row->applied)
        return version < last_applied ? PLAN_SKIPPED : PLAN_PENDING;
    if (!row->file)
        return PLAN_MISSING;
    if (strcmp(row->file->name, row->applied->name) != 0)
        return PLAN_RENAMED;
    return strcmp(row->file->checksum, row->applied->checksum) == 0 ? PLAN_APPLIED : PLAN_CHANGED;
}

enum status plan_make(const struct migration_list *files, const struct applied_list *history,
                      struct plan_row **ret_rows, size_t *ret_count)
{
    int last_applied = history->count ? history->items[history->count - 1].version : 0;
    int last = last_applied > (int)files->count ? last_applied : (int)files->count;
    struct plan_row *rows = calloc((size_t)last + 1, sizeof(*rows));
    if (!rows)
        return STATUS_NO_MEMORY;
    size_t count = 0, next = 0;
    for (int version = 1; version <= last; version++) {
        struct plan_row *row = &rows[count];
        if (version <= (int)files->count)
            row->file = &files->items[version - 1];
        if (next < history->count && history->items[next].version == version)
            row->applied = &history->items[next++];
        if (!row->file && !row->applied)
            continue;
        row->state = state_of(row, version, last_applied);
        count++;
    }
    *ret_rows = rows;
    *ret_count = count;
    return STATUS_OK;
}

size_t plan_count(const struct plan_row *rows, size_t count, enum plan_state state)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += rows[i].state == state;
    return found;
}

static void explain(const struct plan_row *row, char reason[REASON_SIZE])
{
    switch (row->state) {
    case PLAN_CHANGED:
        (void)snprintf(reason, REASON_SIZE,
                       "%s was edited after it was applied at %s: restore it and write a new migration.",
                       row->file->name, row->applied->applied_at);
        return;
    case PLAN_RENAMED:
        (void)snprintf(reason, REASON_SIZE, "%s was applied under the name %s: give it back its name.",
                       row->file->name, row->applied->name);
        return;
    case PLAN_MISSING:
        (void)snprintf(reason, REASON_SIZE,
                       "%s was applied but is not in the folder: is this an older version of Paybus?",
                       row->applied->name);
        return;
    case PLAN_SKIPPED:
        (void)snprintf(reason, REASON_SIZE,
                       "%s was not applied though later migrations were: give it the next number.",
                       row->file->name);
        return;
    case PLAN_APPLIED:
    case PLAN_PENDING:
        return;
    }
}

enum status plan_check(const struct plan_row *rows, size_t count, char ret_reason[REASON_SIZE])
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].state != PLAN_APPLIED && rows[i].state != PLAN_PENDING) {
            explain(&rows[i], ret_reason);
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}
