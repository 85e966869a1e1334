/* webhook_event_rows.h - inbound webhook events as api.webhook_events shows them. */
#ifndef INGRESS_STORE_WEBHOOK_EVENT_ROWS_H
#define INGRESS_STORE_WEBHOOK_EVENT_ROWS_H

#include "shared/io/db.h"

struct webhook_event_list {
    struct str provider, event_id, event_type, status; /* {NULL, 0}: any */
    int64_t from_us, until_us;                         /* accepted */
    struct uuid before;                                /* all bits set: from the newest */
    int64_t limit;
};
struct webhook_event_row {
    struct uuid id;
    struct str provider, event_id, event_type, status;
    int64_t attempts;
    struct str last_error;                /* {NULL, 0}: none */
    int64_t next_attempt_us, occurred_us; /* -1: none */
    int64_t created_us, updated_us;
    struct str payload;      /* of one event */
    bool is_wanted, is_last; /* of a list: a row may be there only because enough was looked at */
};

/* args: struct uuid *, struct webhook_event_list *. */
NODISCARD enum status webhook_events_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status webhook_events_list(struct db *db, const void *args, PGresult **ret_result);

/* Of one event, or of a list. Strings are borrowed from r. */
void webhook_event_row(const PGresult *r, int row, bool is_list, struct webhook_event_row *ret_event);

#endif
