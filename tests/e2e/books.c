/* books.c - see books.h. */
#include "tests/e2e/books.h"

#include <stdio.h>

#include "e2e_statements.h"
#include "tests/support/servers.h"

void books_read(struct db *db, struct books *ret_books)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (db_query(db, E2E_SQL_READ_BOOKS, NULL, &r) != STATUS_OK || PQntuples(r) != 1)
        servers_fail("the tables cannot be counted: %s", db_error(db));
    *ret_books = (struct books){.accounts = db_get_int(r, 0, 0),
                                .transactions = db_get_int(r, 0, 1),
                                .entries = db_get_int(r, 0, 2),
                                .events = db_get_int(r, 0, 3),
                                .keys = db_get_int(r, 0, 4),
                                .sources = db_get_int(r, 0, 5),
                                .api_keys = db_get_int(r, 0, 6),
                                .digest = db_get_int(r, 0, 7)};
}

static bool same(const char *what, int64_t before, int64_t after)
{
    if (before != after)
        (void)fprintf(stderr, "BOOKS: %s: %lld, then %lld\n", what, (long long)before, (long long)after);
    return before == after;
}

bool books_same(const struct books *before, const struct books *after, int new_keys)
{
    bool ok = same("accounts", before->accounts, after->accounts);
    ok = same("digest of the accounts", before->digest, after->digest) && ok;
    ok = same("transactions", before->transactions, after->transactions) && ok;
    ok = same("entries", before->entries, after->entries) && ok;
    ok = same("events", before->events, after->events) && ok;
    ok = same("idempotency keys", before->keys + new_keys, after->keys) && ok;
    ok = same("sources", before->sources, after->sources) && ok;
    return same("API keys", before->api_keys, after->api_keys) && ok;
}
