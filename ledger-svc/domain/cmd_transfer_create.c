/* cmd_transfer_create.c - moves money between two accounts of one currency. What it refuses, and in which
   order: transfer.h. */
#include "ledger-svc/domain/transfer.h"

void *transfer_create_decode(const struct command_envelope *e, struct arena *a)
{
    struct transfer *t = arena_alloc(a, sizeof(*t));
    return t != NULL && transfer_decode(e->data, a, t) ? t : NULL;
}

void transfer_create_needs(const struct command *c, struct needs *n, struct arena *a)
{
    transfer_needs(c->data, n, a);
}

void transfer_create_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    struct transfer_posting transfer;
    if (transfer_prepare(l, c, c->data, &transfer, ret_answer)) {
        posting_apply(l, c, &transfer.posting, ret_answer);
    }
}
