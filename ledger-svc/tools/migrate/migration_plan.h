/* migration_plan.h - compares the files with what the database says was applied. Pure. */
#ifndef TOOLS_MIGRATE_MIGRATION_PLAN_H
#define TOOLS_MIGRATE_MIGRATION_PLAN_H

#include "ledger-svc/tools/migrate/migration_file.h"

/* A row of paybus_migrations. */
struct applied {
    int version;
    char name[MIGRATION_NAME_SIZE];
    char checksum[MIGRATION_CHECKSUM_SIZE];
    char applied_at[32], duration[32]; /* as PostgreSQL writes them */
};
struct applied_list {
    struct applied *items; /* in order of version */
    size_t count;
};

enum plan_state {
    PLAN_APPLIED,
    PLAN_PENDING,
    PLAN_CHANGED, /* applied, and the file was edited since */
    PLAN_RENAMED, /* applied under another name */
    PLAN_MISSING, /* applied, and the file is gone */
    PLAN_SKIPPED  /* not applied, though a later one is */
};
const char *plan_state_name(enum plan_state s);

struct plan_row {
    enum plan_state state;
    const struct migration *file;  /* NULL: missing */
    const struct applied *applied; /* NULL: pending or skipped */
};
/* One row per version in order, borrowing from both lists. The rows are the caller's to free. */
NODISCARD enum status plan_make(const struct migration_list *files, const struct applied_list *history,
                                struct plan_row **ret_rows, size_t *ret_count);
size_t plan_count(const struct plan_row *rows, size_t count, enum plan_state state);
/* STATUS_INVALID and a sentence naming the first file whose history does not match; else STATUS_OK. */
NODISCARD enum status plan_check(const struct plan_row *rows, size_t count, char ret_reason[REASON_SIZE]);

#endif
