/* test_decision.c - every action in every state of an anomaly: what it is then, or why not. */
#include "recon-svc/domain/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NO  OUTCOME_invalid_anomaly_state
#define TWO OUTCOME_second_person_required
#define ANN "ann"

static const struct row {
    const char *state, *asked_by;
    enum decision_action action;
    enum outcome outcome;
    const char *next, *then_asked_by;
} rows[] = {
    {"open", NULL, DECISION_acknowledge, OUTCOME_ok, "acknowledged", NULL},
    {"open", NULL, DECISION_resolve, OUTCOME_ok, "resolved", NULL},
    {"open", NULL, DECISION_ask_write_off, OUTCOME_ok, "open", ANN},
    {"open", NULL, DECISION_approve_write_off, NO, NULL, NULL},
    {"open", ANN, DECISION_acknowledge, OUTCOME_ok, "acknowledged", ANN},
    {"open", ANN, DECISION_resolve, OUTCOME_ok, "resolved", NULL},
    {"open", ANN, DECISION_ask_write_off, NO, NULL, NULL},
    {"open", ANN, DECISION_approve_write_off, TWO, NULL, NULL},
    {"open", "ben", DECISION_approve_write_off, OUTCOME_ok, "written_off", "ben"},
    {"acknowledged", NULL, DECISION_acknowledge, OUTCOME_ok, "acknowledged", NULL},
    {"acknowledged", NULL, DECISION_resolve, OUTCOME_ok, "resolved", NULL},
    {"acknowledged", NULL, DECISION_ask_write_off, OUTCOME_ok, "acknowledged", ANN},
    {"acknowledged", NULL, DECISION_approve_write_off, NO, NULL, NULL},
    {"acknowledged", ANN, DECISION_approve_write_off, TWO, NULL, NULL},
    {"acknowledged", "ben", DECISION_approve_write_off, OUTCOME_ok, "written_off", "ben"},
    {"acknowledged", "ben", DECISION_ask_write_off, NO, NULL, NULL},
    {"resolved", NULL, DECISION_acknowledge, NO, NULL, NULL},
    {"resolved", NULL, DECISION_resolve, NO, NULL, NULL},
    {"resolved", NULL, DECISION_ask_write_off, NO, NULL, NULL},
    {"resolved", NULL, DECISION_approve_write_off, NO, NULL, NULL},
    {"written_off", "ben", DECISION_acknowledge, NO, NULL, NULL},
    {"written_off", "ben", DECISION_resolve, NO, NULL, NULL},
    {"written_off", "ben", DECISION_ask_write_off, NO, NULL, NULL},
    {"written_off", "ben", DECISION_approve_write_off, NO, NULL, NULL},
};

static bool is_same(struct str text, const char *wanted)
{
    return wanted == NULL ? text.data == NULL : str_eq_c(text, wanted);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct decision d = {0};
        enum outcome outcome =
            decision_make(str_of(r->state), str_of(r->asked_by), r->action, STR_LIT(ANN), &d);
        if (outcome != r->outcome)
            fail_msg("%s, asked for by %s, action %d: %s", r->state, r->asked_by, (int)r->action,
                     outcome_code(outcome));
        if (outcome != OUTCOME_ok)
            continue;
        assert_string_equal(d.state, r->next);
        assert_true(is_same(d.write_off_by, r->then_asked_by));
        assert_non_null(d.recorded_as);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
