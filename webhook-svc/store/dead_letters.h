/* dead_letters.h - what was given up: made, published, resolved, measured. */
#ifndef WEBHOOK_STORE_DEAD_LETTERS_H
#define WEBHOOK_STORE_DEAD_LETTERS_H

#include "shared/io/db.h"
#include "webhook-svc/domain/work.h"

#define LETTER_BYTES_MAX ((size_t)512 << 10) /* kept of a message: more than any event has */

struct dead_letter {
    struct uuid id;
    struct uuid work_id, object_id; /* zero: none */
    enum work_kind kind;
    struct str event_type; /* data NULL: none */
    const char *subject;   /* where it came from */
    struct str payload;
    int cut_from; /* bytes of the message, if payload has only the first of them; 0: it has all */
    const char *error;
    int attempts;
    int publication;
    int64_t orig_us; /* when the message was made */
};
/* In a pipeline; all of one kind. */
NODISCARD enum status store_send_insert_dead_letters(struct db *db, struct db_params *p, enum work_kind kind,
                                                     const struct dead_letter *letters, size_t count);
NODISCARD enum status store_insert_dead_letter(struct db *db, struct db_params *p,
                                               const struct dead_letter *letter);
/* In a pipeline: those of work that is replayed. */
NODISCARD enum status store_send_resolve_dead_letters(struct db *db, struct db_params *p,
                                                      const struct uuid *work, size_t count, const char *by);
/* Where PAY_DLQ has them. */
struct publication_row {
    struct uuid id;
    int publication;
    int64_t stream_seq;
};
NODISCARD enum status store_mark_dead_letters_published(struct db *db, struct db_params *p,
                                                        const struct publication_row *rows, size_t count);

struct dead_letters_size {
    int64_t open, published; /* published: open ones that PAY_DLQ has acknowledged */
    int64_t oldest_us;       /* unix microseconds; 0 without any */
};
NODISCARD enum status store_measure_dead_letters(struct db *db, struct dead_letters_size *ret_size);

#endif
