/* columns.h - rows of structs as the columns of one statement: where each column lies in the struct, how it
   is written and how it usually looks, as a table. */
#ifndef LEDGER_STORE_COLUMNS_H
#define LEDGER_STORE_COLUMNS_H

#include <stddef.h>

#include "shared/io/db.h"

/* What is at the offset. */
enum column_member {
    MEMBER_UUID,     /* struct uuid; zero is NULL */
    MEMBER_DIGEST,   /* struct digest, as bytea */
    MEMBER_PLACE,    /* uint8_t[DB_PLACE_SIZE], as tid */
    MEMBER_STR,      /* struct str; empty is NULL */
    MEMBER_NAME,     /* const char * */
    MEMBER_CODE,     /* char[4] */
    MEMBER_INT,      /* int */
    MEMBER_INT64,    /* int64_t */
    MEMBER_POSITIVE, /* int64_t; 0 is NULL */
    MEMBER_BOOL,     /* bool */
    MEMBER_TIME      /* int64_t, unix microseconds; 0 is NULL */
};
/* An element less is an element that nobody writes, sends, reads, checks and copies: most batches have one
   currency and no description at all. */
enum column_use {
    COLUMN_EACH,    /* one parameter: an array */
    COLUMN_SHARED,  /* two: the array, or NULL and the value of all rows */
    COLUMN_OPTIONAL /* one: the array, or NULL when no row has a value */
};
struct column {
    enum db_type type;
    enum column_use use;
    enum column_member member;
    size_t offset;
};

/* A row of such a table: its type, how it usually looks, the member and where it is in the row's struct. */
#define COLUMN(type, use, field, row, member)                                                                \
    {                                                                                                        \
        DB_##type, COLUMN_##use, MEMBER_##field, offsetof(struct row, member)                                \
    }

struct rows {
    const void *first; /* structs side by side */
    size_t size, count;
};
/* Adds the rows' parameters, column by column; there must be a row. */
void columns_add(struct db_params *p, const struct column *columns, size_t column_count,
                 const struct rows *rows);
/* A statement's parameters, or more of them: a table of columns and an array of rows with its length. */
#define COLUMNS_ADD(params, columns, array, array_count)                                                     \
    columns_add(params, columns, sizeof(columns) / sizeof((columns)[0]),                                     \
                &(struct rows){array, sizeof *(array), array_count})

#endif
