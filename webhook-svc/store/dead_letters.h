/* dead_letters.h - what was given up. */
#ifndef WEBHOOK_STORE_DEAD_LETTERS_H
#define WEBHOOK_STORE_DEAD_LETTERS_H

#include "shared/io/db.h"

struct dead_letters_size {
    int64_t open;
    int64_t oldest_us; /* unix microseconds; 0 without any */
};
NODISCARD enum status store_measure_dead_letters(struct db *db, struct dead_letters_size *ret_size);

#endif
