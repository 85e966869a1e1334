/* bulk.h - batches of transfers in turn: each database transaction has some slices of them, of each batch
   one, and what has arrived meanwhile joins the round. So a batch keeps its accounts for one slice only, and
   a small one does not wait for the end of a large one. */
#ifndef LEDGER_EDGE_BULK_H
#define LEDGER_EDGE_BULK_H

#include "ledger-svc/edge/engine.h"

struct bulk {
    struct slice_rules rules;
    struct slices slices[INBOX_COMMANDS_MAX]; /* of the inbox's items */
    size_t begun;                             /* how many of those have begun */
    size_t turn;                              /* whose turn it is */
};

/* Decides, stores and answers everything that the inbox has in hand, and what comes while it does. All items
   are finished when it returns. */
void bulk_run(struct bulk *b, struct engine *e, struct inbox *in);

#endif
