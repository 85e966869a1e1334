/* account_reader.h - reads of single accounts: those asked for while a statement is under way share the next
   one. Thread safe. A read sees everything committed before it was asked for. */
#ifndef INGRESS_EDGE_ACCOUNT_READER_H
#define INGRESS_EDGE_ACCOUNT_READER_H

#include "shared/core/uuid.h"
#include "shared/io/db_pool.h"

struct account_reader;
struct account_answer; /* of one statement; shared by all who found their account in it */

struct found_account {
    struct account_answer *answer;
    const PGresult *result; /* read its row with account_row */
    int row;
};

/* pool is borrowed for life; readers: the most threads that ask at once. */
NODISCARD enum status account_reader_open(struct db_pool *pool, int readers, struct account_reader **ret);
void account_reader_close(struct account_reader *reader); /* NULL-safe; nobody may be asking */

/* STATUS_OK: give it back with found_account_free. STATUS_NOT_FOUND; or as db_pool_take and db_query,
   STATUS_RETRY only when two connections in a row were lost. */
NODISCARD enum status account_reader_find(struct account_reader *reader, const struct uuid *id,
                                          int64_t deadline_us, struct found_account *ret);
void found_account_free(struct found_account *found); /* safe on a zeroed one */

#endif
