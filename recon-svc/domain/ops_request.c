/* ops_request.c - see ops_request.h. */
#include "recon-svc/domain/ops_request.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const modes[] = {"incremental", "full", NULL};

/* clang-format off */
#define NOTE {.name = "note", .type = FIELD_STRING, .required = true, .min = 1, .max = OPS_NOTE_MAX}
#define ACTOR {.name = "actor", .type = FIELD_NAME, .min = 1, .max = OPS_ACTOR_MAX}
static const struct field_spec run_fields[] = {
    {.name = "mode", .type = FIELD_ENUM, .words = modes},
    ACTOR,
};
static const struct field_spec decision_fields[] = {
    {.name = "id", .type = FIELD_ID, .required = true, .prefix = "an", .not_found_as = OUTCOME_not_found},
    NOTE,
    {.name = "write_off", .type = FIELD_BOOL},
    ACTOR,
};
static const struct field_spec withdrawal_fields[] = {
    {.name = "id", .type = FIELD_ID, .required = true, .prefix = "stm", .not_found_as = OUTCOME_not_found},
    {.name = "owner", .type = FIELD_STRING, .min = 1, .max = OPS_ACTOR_MAX},
    NOTE,
    ACTOR,
};
/* clang-format on */

static struct str actor_of(const json_t *root)
{
    struct str actor = json_get_str(root, "actor");
    return actor.len > 0 ? actor : STR_LIT(OPS_ACTOR_DEFAULT);
}

enum status ops_read_run(const json_t *root, struct ops_run_request *ret_request, struct problem *ret_problem)
{
    enum status s = json_check(root, run_fields, COUNT(run_fields), ret_problem);
    if (s == STATUS_OK)
        *ret_request = (struct ops_run_request){.is_full = str_eq_c(json_get_str(root, "mode"), "full"),
                                                .actor = actor_of(root)};
    return s;
}

enum status ops_read_decision(const json_t *root, struct ops_decision_request *ret_request,
                              struct problem *ret_problem)
{
    enum status s = json_check(root, decision_fields, COUNT(decision_fields), ret_problem);
    if (s != STATUS_OK)
        return s;
    struct ops_decision_request r = {.write_off = json_get_bool(root, "write_off", false),
                                     .actor = actor_of(root),
                                     .note = json_get_str(root, "note")};
    (void)json_get_id(root, "id", "an", &r.anomaly);
    *ret_request = r;
    return STATUS_OK;
}

enum status ops_read_withdrawal(const json_t *root, struct ops_withdrawal_request *ret_request,
                                struct problem *ret_problem)
{
    enum status s = json_check(root, withdrawal_fields, COUNT(withdrawal_fields), ret_problem);
    if (s != STATUS_OK)
        return s;
    struct ops_withdrawal_request r = {
        .owner = json_get_str(root, "owner"), .actor = actor_of(root), .note = json_get_str(root, "note")};
    (void)json_get_id(root, "id", "stm", &r.statement);
    *ret_request = r;
    return STATUS_OK;
}
