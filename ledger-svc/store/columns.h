/* columns.h - rows of structs as the columns of one statement: where each column lies in the struct, how it
   is written and how it usually looks, as a table. */
#ifndef LEDGER_STORE_COLUMNS_H
#define LEDGER_STORE_COLUMNS_H

#include "shared/io/db.h"

/* What is at the offset. */
enum column_member {
    MEMBER_UUID,   /* struct uuid */
    MEMBER_DIGEST, /* struct digest, as bytea */
    MEMBER_PLACE,  /* uint8_t[DB_PLACE_SIZE], as tid */
    MEMBER_STR,    /* struct str; empty is NULL */
    MEMBER_NAME,   /* const char * */
    MEMBER_CODE,   /* char[4] */
    MEMBER_INT,    /* int */
    MEMBER_INT64,  /* int64_t */
    MEMBER_BOOL,   /* bool */
    MEMBER_TIME    /* int64_t, unix microseconds; 0 is NULL */
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

struct rows {
    const void *first; /* structs side by side */
    size_t size, count;
};
/* Adds the rows' parameters, column by column; there must be a row. */
void columns_add(struct db_params *p, const struct column *columns, size_t column_count,
                 const struct rows *rows);

#endif
