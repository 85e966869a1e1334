/* books.h - is there anything new in the database? A look at all tables before and after. */
#ifndef TESTS_E2E_BOOKS_H
#define TESTS_E2E_BOOKS_H

#include "shared/io/db.h"

struct books {
    int64_t accounts, transactions, entries, events, keys, sources, api_keys;
    int64_t digest; /* of every column of every account */
};

void books_read(struct db *db, struct books *ret_books);
/* Nothing is new but that many stored answers; prints what else is. */
bool books_same(const struct books *before, const struct books *after, int new_keys);

#endif
