/* events.h - the fact log as api.events shows it, and the head of its hash chain. */
#ifndef INGRESS_STORE_EVENTS_H
#define INGRESS_STORE_EVENTS_H

#include "shared/io/db.h"

/* Texts {NULL, 0} and object NULL: any. */
struct event_list {
    struct str resource, type, actor, source, owner;
    const struct uuid *object;
    int64_t from_us, until_us;
    int64_t before_seq, limit;
    const struct uuid *before; /* the event of before_seq; NULL: not known */
};
/* args: struct event_list. */
NODISCARD enum status events_list(struct db *db, const void *args, PGresult **ret_result);

/* Strings are borrowed from the result; what is null has no data. */
struct event_row {
    int64_t seq, created_us;
    struct uuid id, object, command;
    struct str type, resource, owner, actor, source, traceparent, before, after;
    bool is_wanted; /* fits the filters: false only for the last one that was looked at */
    bool is_last;   /* so many were looked at that the page ends here */
};
void event_row(const PGresult *r, int row, struct event_row *ret_row);

/* The newest sealed block: one row, or none. args: none. */
NODISCARD enum status events_chain_head(struct db *db, const void *args, PGresult **ret_result);

struct chain_head {
    int64_t number, first_seq, last_seq, events, transactions, entries, sealed_us;
    struct str previous_hash, hash; /* bytes, borrowed from the result */
};
void chain_head_row(const PGresult *r, int row, struct chain_head *ret_head);

#endif
