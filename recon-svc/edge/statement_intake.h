/* statement_intake.h - one statement from its bytes to its rows: read, held against the account's entries,
   stored, all of it or nothing; the same file again is the same statement. */
#ifndef RECON_EDGE_STATEMENT_INTAKE_H
#define RECON_EDGE_STATEMENT_INTAKE_H

#include "recon-svc/edge/config.h"
#include "recon-svc/store/session.h"
#include "shared/contract/bank_statement.h"
#include "shared/core/problem.h"

enum intake_end { INTAKE_NEW, INTAKE_SAME, INTAKE_DISPUTED, INTAKE_REFUSED, INTAKE_FAILED, INTAKE_ENDS };
const char *intake_end_word(enum intake_end e);

struct intake_result {
    enum intake_end end;
    struct uuid id;             /* of all but the last two */
    struct problem problem;     /* of the last two */
    int64_t results[16];        /* of a new one: by enum statement_result */
    int64_t matched, unmatched; /* lines of it, but for those that an earlier one had */
};
/* store is connected. */
void statement_take(struct store *store, const struct recon_config *config,
                    const struct bank_statement_request *request, struct intake_result *ret);

#endif
