/* messages.h - what the messages of work say. */
#ifndef WEBHOOK_STORE_MESSAGES_H
#define WEBHOOK_STORE_MESSAGES_H

#include "shared/contract/work_event.h"
#include "shared/io/db.h"

/* *ret_rows is the caller's (CLEANUP(db_result_ptr)). */
NODISCARD enum status store_load_messages(struct db *db, const struct uuid *ids, size_t count,
                                          PGresult **ret_rows);
/* Strings are borrowed from the rows. */
struct work_event store_read_message(const PGresult *rows, int row, int *ret_generation);

#endif
