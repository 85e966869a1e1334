/* fanout.h - what is noted of events that have become deliveries, and those that have not. */
#ifndef WEBHOOK_STORE_FANOUT_H
#define WEBHOOK_STORE_FANOUT_H

#include "shared/io/db.h"
#include "webhook-svc/domain/fanout_gap.h"
#include "webhook-svc/domain/stored_event.h"

#define FANOUT_NUMBERS_MAX 8192

/* Nothing is missing in blocks up to that number: no event of theirs is for anybody, or all were looked for.
   The first time this begins. */
NODISCARD enum status store_advance_fanout(struct db *db, int64_t seq);
/* These have become deliveries. Sorts numbers; at most FANOUT_NUMBERS_MAX. is_brought: by the stream. */
NODISCARD enum status store_note_fanned(struct db *db, int64_t *numbers, size_t count, bool is_brought);
/* Whole blocks are done; then where that stands. *ret_waiting_us: when the first block was sealed of which
   some is missing; 0: none is. STATUS_NOT_FOUND: it has not begun. */
NODISCARD enum status store_find_fanout_place(struct db *db, struct fanout_place *ret_place,
                                              int64_t *ret_waiting_us);
/* In a transaction: no other session has it until its end. */
NODISCARD enum status store_take_fanout(struct db *db, bool *ret_is_mine);
/* Rows for store_read_unfanned. *ret_rows is the caller's. */
NODISCARD enum status store_list_unfanned(struct db *db, int64_t after_seq, int64_t up_to_seq, int64_t limit,
                                          PGresult **ret_rows);
/* Borrowed from rows. */
struct stored_event store_read_unfanned(const PGresult *rows, int row);

#endif
