/* migration_file.h - reads a folder of NNNN_verb_object.sql files, numbered from 0001 without gaps. */
#ifndef TOOLS_MIGRATE_MIGRATION_FILE_H
#define TOOLS_MIGRATE_MIGRATION_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/core/digest.h"

#define MIGRATION_NAME_SIZE     128
#define MIGRATION_CHECKSUM_SIZE (2 * DIGEST_SIZE + 1)
#define MIGRATION_BYTES_MAX     (1 << 20)
#define MIGRATIONS_MAX          9999
#define REASON_SIZE             1024

/* The first line of a file that PostgreSQL must run outside a transaction; it may hold one statement only. */
#define MIGRATION_NO_TRANSACTION "-- paybus: no transaction"

struct migration {
    int version;
    char name[MIGRATION_NAME_SIZE]; /* the file's name */
    char checksum[MIGRATION_CHECKSUM_SIZE];
    char *sql;
    bool no_transaction;
};
/* items[i] has version i + 1. */
struct migration_list {
    struct migration *items;
    size_t count;
};

/* Four digits, two or more lower-case words, ".sql". */
NODISCARD enum status migration_name_parse(const char *name, int *ret_version);
/* On failure one sentence in ret_reason says which file and why. Files that do not begin with a digit or do
   not end in
   ".sql" are none of ours. */
NODISCARD enum status migrations_read(const char *dir, struct migration_list *ret_list,
                                      char ret_reason[REASON_SIZE]);
void migrations_free(struct migration_list *list); /* for CLEANUP */

#endif
