/* money_checker.c - see money_checker.h. */
#include "tests/e2e/money_checker.h"

#include <stdio.h>
#include <string.h>

#include "e2e_statements.h"

#define PARAMS_MAX_BYTES  (512 << 20)
#define ANSWERS_PER_QUERY 20000

static const struct {
    enum e2e_statement statement;
    const char *complaint;
} checks[] = {
    {E2E_SQL_CHECK_TRANSACTION_BALANCE, "transaction is not balanced"},
    {E2E_SQL_CHECK_CURRENCY_BALANCE, "currency does not sum to zero"},
    {E2E_SQL_CHECK_ENTRY_COUNT, "transaction has the wrong number of entries"},
    {E2E_SQL_CHECK_ACCOUNT_COUNTERS, "account differs from its entries"},
    {E2E_SQL_CHECK_RUNNING_BALANCE, "entry is out of order or has a wrong running balance"},
    {E2E_SQL_CHECK_COUNTERPARTIES, "entry notes a wrong counterparty or kind"},
    {E2E_SQL_CHECK_AVAILABLE, "account is below zero"},
    {E2E_SQL_CHECK_HELD, "account has pending money without a hold"},
    {E2E_SQL_CHECK_CAPTURES, "hold differs from its captures"},
    {E2E_SQL_CHECK_HOLD_EVENTS, "hold without its events"},
    {E2E_SQL_CHECK_REVERSALS, "transaction differs from its reversals"},
    {E2E_SQL_CHECK_EXCHANGES, "exchange did not buy what its rate says"},
    {E2E_SQL_CHECK_EVENTS, "transaction without its event, or the reverse"},
    {E2E_SQL_CHECK_EFFECTS, "intent without exactly one effect and its answer"},
    {E2E_SQL_CHECK_STORED_ANSWERS, "key stored twice or without its effect"},
};

/* Prints the rows (object, detail) of a check. */
static int complain(struct db *db, int statement, const struct db_params *params, const char *complaint,
                    FILE *out)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    if (db_query(db, statement, params, &r) != STATUS_OK)
        servers_fail("the check \"%s\" failed: %s", complaint, db_error(db));
    for (int i = 0; i < PQntuples(r); i++) {
        struct str object = db_get_str(r, i, 0), detail = db_get_str(r, i, 1);
        (void)fprintf(out, "MONEY: %s: %.*s: %.*s\n", complaint, (int)object.len, object.data,
                      (int)detail.len, detail.data);
    }
    return PQntuples(r);
}

static bool is_success(const struct intent *intent)
{
    return intent->status == 200 || intent->status == 201;
}

/* A final answer that must be stored: an intent that was given up, or an answer like 401, is in nobody's
 * books. */
static bool must_be_stored(const struct intent *intent)
{
    return is_success(intent) || intent->status == 402 || intent->status == 409 || intent->status == 422;
}

#define COLUMN(type, append)                                                                                 \
    do {                                                                                                     \
        db_array_open(p, type);                                                                              \
        for (size_t i = 0; i < count; i++)                                                                   \
            if (must_be_stored(&intents[i]))                                                                 \
                (append);                                                                                    \
        db_array_close(p);                                                                                   \
    } while (0)

static int check_answers(struct db *db, struct db_params *p, const struct intent *intents, size_t count,
                         FILE *out)
{
    db_params_reset(p);
    COLUMN(DB_TEXT, db_array_bytes(p, intents[i].key, strlen(intents[i].key)));
    COLUMN(DB_INT2, db_array_int(p, is_success(&intents[i]) ? 201 : intents[i].status));
    COLUMN(DB_TEXT, db_array_bytes(p, intents[i].body, intents[i].body_len));
    db_param_text(p, str_of(HARNESS_OWNER));
    return complain(db, E2E_SQL_CHECK_ANSWERS_GIVEN, p, "answer given differs from the books", out);
}

int money_check_on(struct db *db, const struct history *history, FILE *out)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    int differences = 0;
    db_params_init(&params, PARAMS_MAX_BYTES);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        differences += complain(db, (int)checks[i].statement, NULL, checks[i].complaint, out);
    for (size_t at = 0; history != NULL && at < history->count; at += ANSWERS_PER_QUERY) {
        size_t rest = history->count - at;
        size_t count = rest < ANSWERS_PER_QUERY ? rest : ANSWERS_PER_QUERY;
        differences += check_answers(db, &params, history->intents + at, count, out);
    }
    return differences;
}

int money_check(const struct harness *h, const struct history *history)
{
    struct db *db = harness_database(h);
    int differences = money_check_on(db, history, stderr);
    db_close(db);
    return differences;
}
