/* bank_statements.h - statements of banks as api.bank_statements shows them, and what became of their lines.
 */
#ifndef INGRESS_STORE_BANK_STATEMENTS_H
#define INGRESS_STORE_BANK_STATEMENTS_H

#include "shared/contract/bank_statement.h"
#include "shared/io/db.h"

struct bank_statement_list {
    const struct uuid *account; /* NULL: of any */
    struct uuid before;         /* all bits set: from the newest */
    int64_t limit;
};
struct bank_result_list {
    struct uuid statement;
    struct str result; /* {NULL, 0}: all */
    int64_t after;     /* number of the last one of the page before */
    int64_t limit;
};

/* args: struct uuid *, struct bank_statement_list *, struct bank_result_list *. */
NODISCARD enum status bank_statements_find(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status bank_statements_list(struct db *db, const void *args, PGresult **ret_result);
NODISCARD enum status bank_statements_results(struct db *db, const void *args, PGresult **ret_result);

/* Strings are borrowed from r. */
void bank_statement_row(const PGresult *r, int row, struct bank_statement_resource *ret);

struct bank_result_row {
    int64_t number, group, expected, actual;
    bool has_line, has_transaction, has_day, has_amount;
    int64_t line, amount;
    struct uuid transaction;
    int32_t day;
    struct str result, currency, reference, bank_reference, text, refused; /* {NULL, 0}: none */
};
void bank_result_row(const PGresult *r, int row, struct bank_result_row *ret);

#endif
