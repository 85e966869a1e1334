/* bank_statement.h - the JSON shape of a bank's statement, one for the answer to who sends it and for reads.
 * Pure. */
#ifndef SHARED_CONTRACT_BANK_STATEMENT_H
#define SHARED_CONTRACT_BANK_STATEMENT_H

#include "shared/core/json_out.h"

#define BANK_STATEMENT_SUBJECT "pay.ops.recon.statement" /* people */
#define BANK_STATEMENT_ASK     "pay.ask.recon.statement" /* ingress, which knows who asks */
#define BANK_STATEMENT_MAX     ((int64_t)4 << 20)        /* bytes of a file */

struct bank_statement_resource {
    struct uuid id, account;
    struct str status, format, number, currency, footing, actor; /* empty number: null */
    struct str results;                                          /* JSON object: how many of each */
    int32_t first_day, last_day;
    int64_t opening, closing, computed, line_count, created_us;
    struct str withdrawn_by, withdrawal_note; /* empty: it was not */
    int64_t withdrawn_us;
};
/* {"id","account","status","format","number","currency","first_day","last_day","opening_balance","closing_balance",
   "computed_balance","footing","line_count","results","actor","created_at","withdrawn":{"by","note","at"} or
   null} */
void bank_statement_write(struct json_out *out, const struct bank_statement_resource *s);
/* "2026-11-21" */
void bank_statement_write_day(struct json_out *out, const char *name, int32_t day);

/* What is asked of recon-svc: one line {"account"?,"owner"?,"format","actor"} and behind it the file, byte by
 * byte. */
struct bank_statement_request {
    struct str account; /* a TypeID; empty: the file says which */
    struct str owner;   /* whose account it has to be; empty: anybody's */
    struct str format;  /* "csv" or "camt.053" */
    struct str actor;
    struct str file;
};
void bank_statement_request_write(const struct bank_statement_request *r, struct buf *out);

#endif
