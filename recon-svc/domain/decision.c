/* decision.c - see decision.h. */
#include "recon-svc/domain/decision.h"

#include <assert.h>

static const struct {
    const char *state;
    enum decision_action action;
    const char *next;
} edges[] = {
#define DECISION(state, action, next) {#state, DECISION_##action, #next},
#include "recon-svc/domain/decision.def"
#undef DECISION
};

static const char *const recorded_as[DECISION_ACTION_COUNT] = {
    [DECISION_acknowledge] = "acknowledged",
    [DECISION_resolve] = "resolved",
    [DECISION_ask_write_off] = "write_off_asked",
    [DECISION_approve_write_off] = "write_off_approved",
};

static const char *next_state(struct str state, enum decision_action action)
{
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        if (edges[i].action == action && str_eq_c(state, edges[i].state))
            return edges[i].next;
    return NULL;
}

/* Asked for by nobody it cannot be approved, nor asked for again; who asked is not who approves. */
static enum outcome check_write_off(struct str asked_by, enum decision_action action, struct str actor)
{
    bool is_asked = asked_by.data != NULL, is_approval = action == DECISION_approve_write_off;
    if (is_approval != is_asked && (is_approval || action == DECISION_ask_write_off))
        return OUTCOME_invalid_anomaly_state;
    return is_approval && str_eq(asked_by, actor) ? OUTCOME_second_person_required : OUTCOME_ok;
}

enum outcome decision_make(struct str state, struct str write_off_by, enum decision_action action,
                           struct str actor, struct decision *ret_decision)
{
    assert((unsigned)action < DECISION_ACTION_COUNT);
    const char *next = next_state(state, action);
    enum outcome outcome =
        next == NULL ? OUTCOME_invalid_anomaly_state : check_write_off(write_off_by, action, actor);
    if (outcome != OUTCOME_ok)
        return outcome;
    struct decision d = {.state = next, .write_off_by = write_off_by, .recorded_as = recorded_as[action]};
    if (action == DECISION_ask_write_off)
        d.write_off_by = actor;
    else if (action == DECISION_resolve)
        d.write_off_by = (struct str){0};
    *ret_decision = d;
    return OUTCOME_ok;
}
