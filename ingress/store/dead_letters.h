/* dead_letters.h - dead letters as api.dead_letters shows them. */
#ifndef INGRESS_STORE_DEAD_LETTERS_H
#define INGRESS_STORE_DEAD_LETTERS_H

#include "shared/io/db.h"

struct dead_letter_list {
    struct str kind, event_type, error_contains; /* {NULL, 0}: any */
    struct str resolution;                       /* {NULL, 0}: the open ones */
    int64_t from_us, until_us;                   /* given up */
    struct uuid before;                          /* all bits set: from the newest */
    int64_t limit;
};
struct dead_letter_row {
    struct uuid id;
    bool has_work, has_object;
    struct uuid work, object;
    struct str kind, event_type, subject, error;
    int64_t attempts;
    int64_t stream_seq;                 /* 0: none */
    struct str resolution, resolved_by; /* {NULL, 0}: it is open */
    struct str note;                    /* why it was discarded; {NULL, 0}: not said */
    int64_t resolved_us, created_us;
    struct str payload;      /* of one dead letter: any bytes */
    bool is_wanted, is_last; /* of a list: a row may be there only because enough was looked at */
};

/* args: struct uuid *, struct dead_letter_list *. */
NODISCARD enum status dead_letters_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status dead_letters_list(struct db *db, const void *args, PGresult **ret_result);

/* Of one dead letter, or of a list. Strings are borrowed from r. */
void dead_letter_row(const PGresult *r, int row, bool is_list, struct dead_letter_row *ret_letter);

#endif
