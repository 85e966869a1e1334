/* work_rows.h - rows of work as the bus carries them. */
#ifndef LEDGER_STORE_WORK_ROWS_H
#define LEDGER_STORE_WORK_ROWS_H

#include "shared/chain/chain.h"
#include "shared/contract/work_event.h"

/* Its texts are borrowed from the rows. */
struct read_work {
    int64_t seq, generation;
    struct work_event event;
};
/* False at the end of this part. */
bool work_row_next(struct chain_rows *rows, struct read_work *ret_work);

#endif
