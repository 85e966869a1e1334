/* check.c - check.def as a table. */
#include "recon-svc/domain/check.h"

#include <assert.h>

static const struct check_row rows[CHECK_COUNT] = {
#define CHECK(code, number, severity, family, scope, sentence)                                               \
    [CHECK_##code] = {#code, number, #family, SEVERITY_##severity, SCOPE_##scope, sentence},
#include "recon-svc/domain/check.def"
#undef CHECK
};

/* The first six are those of the systems before this one. */
const char *const check_families[] = {"unbalanced_transactions", "currency_mismatches",
                                      "invalid_holds",           "negative_available_balances",
                                      "webhook_state_anomalies", "dlq_state_anomalies",
                                      "balance_mismatches",      "double_effects",
                                      "reversal_anomalies",      "event_anomalies",
                                      "time_anomalies",          "chain_anomalies",
                                      "statement_anomalies",     NULL};

const struct check_row *check_row(enum check c)
{
    assert((unsigned)c < CHECK_COUNT);
    return &rows[c];
}

const char *severity_word(enum severity s)
{
    static const char *const words[] = {
        [SEVERITY_critical] = "critical", [SEVERITY_error] = "error", [SEVERITY_warning] = "warning"};
    assert((unsigned)s < sizeof words / sizeof words[0]);
    return words[s];
}

enum status check_find(struct str code, enum check *ret_check)
{
    for (int c = 0; c < CHECK_COUNT; c++) {
        if (str_eq_c(code, rows[c].code)) {
            *ret_check = (enum check)c;
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}
