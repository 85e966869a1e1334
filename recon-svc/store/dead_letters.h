/* dead_letters.h - rows of dead letters beside messages of PAY_DLQ. */
#ifndef RECON_STORE_DEAD_LETTERS_H
#define RECON_STORE_DEAD_LETTERS_H

#include "recon-svc/domain/anomaly.h"
#include "recon-svc/store/session.h"

#define LETTERS_PAGE     500
#define LETTER_KIND_SIZE 16

struct letter_message {
    int64_t seq, stored_us;
    struct uuid letter; /* zero: it names none */
};
struct letter_row {
    struct uuid id, work; /* work zero: its message named none */
    char kind[LETTER_KIND_SIZE];
    int64_t seq; /* where PAY_DLQ acknowledged it */
    int64_t created_us;
};

/* Messages of no dead letter, and of resolved ones. What happened after deadline_us is under way. */
NODISCARD enum status dead_letters_check_messages(struct store *s, const struct letter_message *messages,
                                                  size_t count, int64_t deadline_us, struct anomalies *found);
/* Places after *after up to a sequence. */
struct letter_range {
    struct letter_row after; /* by seq and id; becomes the last one's */
    int64_t up_to_seq;
};
/* Open dead letters that are older than deadline_us and that PAY_DLQ has acknowledged there, in order, at
   most LETTERS_PAGE; fewer: there are no more. */
NODISCARD enum status dead_letters_list_placed(struct store *s, struct letter_range *range,
                                               int64_t deadline_us, struct letter_row *ret_rows,
                                               size_t *ret_count);

#endif
